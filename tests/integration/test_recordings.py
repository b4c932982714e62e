"""Recordings on real SQLite with real WAV files, a real child process and the real models."""

import fcntl
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from asr.model_files import default_models
from asr.vosk_recognizer import VoskModel
from audio import mulaw
from audio.wav import wav_bytes
from calls.log import CallLog
from recordings.analysis import Acoustics
from recordings.channels import file_of
from recordings.errors import (
    BadRecording,
    NoModel,
    StorageFailed,
    StorageFull,
    UnknownRecording,
)
from recordings.intake import Intake
from recordings.models import Recording
from recordings.transcripts import Transcriber
from recordings.work import Work
from tts.pyttsx3_speaker import Pyttsx3Speaker

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL, SID = "CA" + "1" * 32, "RE" + "2" * 32
URL = "https://api.twilio.com/Recordings/RE2"
Factory = sessionmaker[Session]


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def sound(seconds: float = 2.0, channels: int = 2) -> bytes:
    noise = np.random.default_rng(7).integers(-900, 900, (channels, int(seconds * 8000)))
    return wav_bytes(noise.astype(np.int16), 8000)


class Store:
    """The provider's side of `fetch`: gives these bytes, counts."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.fetched = 0

    def __call__(self, url: str, target: BinaryIO) -> int:
        self.fetched += 1
        return target.write(self.content)


@pytest.fixture
def sessions(session_factory: Factory) -> Factory:
    CallLog(session_factory, lambda event: None).open_call(
        CALL, caller="anonymous", called="+1800", language="en", customer_id=None, now=NOW
    )
    return session_factory


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recordings"


def announced(sessions: Factory, folder: Path, fetch: Any, **more: Any) -> Intake:
    intake = Intake(sessions, folder, fetch)
    assert intake.announce(SID, CALL, URL, NOW, **more)
    return intake


def row(sessions: Factory) -> Recording:
    return Work(sessions).recording(SID)


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_a_repeated_callback_announces_once(sessions: Factory, folder: Path) -> None:
    intake = announced(sessions, folder, Store(b""))
    assert not intake.announce(SID, CALL, "https://elsewhere/x", NOW)
    assert row(sessions).source_url == URL


def test_a_recording_of_a_call_nobody_knows_is_refused(
    session_factory: Factory, folder: Path
) -> None:
    with pytest.raises(StorageFailed, match="its call is not on record"):
        Intake(session_factory, folder, Store(b"")).announce(SID, CALL, URL, NOW)


def test_a_fetched_recording_is_verified_and_described(sessions: Factory, folder: Path) -> None:
    store = Store(sound(2.5))
    found = announced(sessions, folder, store, seconds=2).fetch(SID, after(5))
    assert (found.state, found.seconds, found.channels) == ("fetched", 2.5, 2)
    assert found.path == f"2026/11/{SID}.wav" and found.fetched_at == after(5)
    kept = file_of(found, folder).read_bytes()
    assert kept == store.content
    assert found.sha256 == hashlib.sha256(kept).hexdigest()
    assert files_in(folder) == [f"{SID}.wav"]


def test_fetching_again_is_harmless(sessions: Factory, folder: Path) -> None:
    store = Store(sound())
    intake = announced(sessions, folder, store)
    first = intake.fetch(SID, after(1))
    second = intake.fetch(SID, after(9))
    assert store.fetched == 1 and second.fetched_at == first.fetched_at


def test_a_file_that_was_lost_or_changed_is_fetched_again(sessions: Factory, folder: Path) -> None:
    store = Store(sound())
    intake = announced(sessions, folder, store)
    kept = file_of(intake.fetch(SID, NOW), folder)
    Work(sessions).claim(SID, NOW, 60)
    Work(sessions).advance(SID, "transcribed", NOW)
    kept.write_bytes(b"rubbish")
    assert intake.fetch(SID, after(60)).state == "transcribed"
    assert kept.read_bytes() == store.content


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "RIFF"),
        (b"<html>not found</html>", "RIFF"),
        (sound()[:-1000], "cut off"),
        (sound(channels=1), r"1 channel\(s\); expected 2"),
        (sound(9), "9.0 s of sound; expected about 2 s as announced"),
    ],
)
def test_what_is_not_the_promised_recording_is_not_kept(
    sessions: Factory, folder: Path, content: bytes, sentence: str
) -> None:
    intake = announced(sessions, folder, Store(content), seconds=2)
    with pytest.raises(BadRecording, match=sentence):
        intake.fetch(SID, NOW)
    assert row(sessions).state == "announced" and files_in(folder) == []


def test_a_full_disk_leaves_nothing_behind_and_may_work_later(
    sessions: Factory, folder: Path
) -> None:
    def fetch(url: str, target: BinaryIO) -> int:
        target.write(b"RIFF")
        with open("/dev/full", "wb", buffering=0) as full:
            return full.write(b"x")

    intake = announced(sessions, folder, fetch)
    with pytest.raises(StorageFull, match=r"No space left.*goes on by itself") as caught:
        intake.fetch(SID, NOW)
    assert caught.value.retryable and files_in(folder) == []
    assert row(sessions).state == "announced"


def test_a_recording_that_the_provider_lacks_is_absent_for_good(
    sessions: Factory, folder: Path
) -> None:
    store = Store(sound())
    intake = Intake(sessions, folder, store)
    assert intake.mark_absent(SID, CALL, NOW, "31102")
    assert not intake.mark_absent(SID, CALL, NOW)
    assert not intake.announce(SID, CALL, URL, NOW)
    assert intake.fetch(SID, NOW).state == "absent" and store.fetched == 0
    assert Work(sessions).unfinished(after(9999)) == []


def test_a_late_absent_does_not_undo_what_we_have(sessions: Factory, folder: Path) -> None:
    intake = announced(sessions, folder, Store(sound()))
    intake.fetch(SID, NOW)
    assert not intake.mark_absent(SID, CALL, NOW)
    assert row(sessions).state == "fetched"


def test_an_unknown_recording_is_named(sessions: Factory, folder: Path) -> None:
    with pytest.raises(UnknownRecording, match="RE9"):
        Intake(sessions, folder, Store(b"")).fetch("RE9", NOW)


def test_of_many_workers_exactly_one_holds_the_work(sessions: Factory, folder: Path) -> None:
    announced(sessions, folder, Store(b""))
    held: list[Recording] = []
    barrier = threading.Barrier(8)

    def take() -> None:
        barrier.wait(timeout=5)
        claimed = Work(sessions).claim(SID, NOW, 60)
        if claimed is not None:
            held.append(claimed)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert len(held) == 1 and held[0].lease_until == after(60)
    assert Work(sessions).unfinished(after(30)) == []


def test_the_steps_go_forward_one_at_a_time_and_once(sessions: Factory, folder: Path) -> None:
    announced(sessions, folder, Store(b""))
    work = Work(sessions)
    work.claim(SID, NOW, 60)
    assert not work.advance(SID, "transcribed", NOW)
    for state in ("fetched", "transcribed", "scored"):
        assert work.advance(SID, state, NOW)
        assert not work.advance(SID, state, NOW)
    assert work.claim(SID, after(9999), 60) is None
    assert work.unfinished(after(9999)) == []
    with pytest.raises(ValueError, match="'lost'"):
        work.advance(SID, "lost", NOW)


def test_a_worker_that_overslept_cannot_finish_what_another_took_over(
    sessions: Factory, folder: Path
) -> None:
    announced(sessions, folder, Store(b""))
    work = Work(sessions)
    slow = work.claim(SID, NOW, 10)
    fast = work.claim(SID, after(11), 10)
    assert slow and fast
    assert not work.advance(SID, "fetched", after(12), lease=slow.lease_until)
    assert not work.release(SID, after(12), lease=slow.lease_until)
    assert work.advance(SID, "fetched", after(12), lease=fast.lease_until)


def test_without_a_lease_there_is_no_step(sessions: Factory, folder: Path) -> None:
    announced(sessions, folder, Store(b""))
    work = Work(sessions)
    assert not work.advance(SID, "fetched", NOW)
    work.claim(SID, NOW, 10)
    assert not work.advance(SID, "fetched", after(10))


def test_a_failed_step_is_noted_and_tried_again_later(sessions: Factory, folder: Path) -> None:
    announced(sessions, folder, Store(b""))
    work = Work(sessions)
    work.claim(SID, NOW, 600)
    assert work.release(SID, after(1), error="disk full", retry_seconds=30)
    assert work.unfinished(after(30)) == [] and work.unfinished(after(31)) == [SID]
    found = row(sessions)
    assert (found.error, found.attempts) == ("disk full", 1)


def test_a_recording_that_fails_again_and_again_is_tried_ever_more_rarely(
    sessions: Factory, folder: Path
) -> None:
    announced(sessions, folder, Store(b""))
    work, now, pauses = Work(sessions), NOW, []
    for _ in range(14):
        assert work.claim(SID, now, 60)
        work.release(SID, now, error="no space", retry_seconds=15)
        retry = row(sessions).lease_until
        assert retry is not None and work.claim(SID, retry - timedelta(seconds=1), 60) is None
        pauses.append((retry - now).total_seconds())
        now = retry
    assert pauses[:5] == [15, 15, 15, 30, 60] and pauses[-1] == 3600
    assert work.unfinished(now) == [SID]
    assert [found.error for found in work.stuck()] == ["no space"]


def test_a_recording_on_which_workers_die_is_held_ever_longer(
    sessions: Factory, folder: Path
) -> None:
    announced(sessions, folder, Store(b""))
    work, now, leases = Work(sessions), NOW, []
    for _ in range(6):
        claimed = work.claim(SID, now, 60)
        assert claimed and claimed.lease_until
        leases.append((claimed.lease_until - now).total_seconds())
        now = claimed.lease_until
    assert leases == [60, 60, 60, 60, 120, 240]
    assert work.advance(SID, "fetched", now - timedelta(seconds=1)) and row(sessions).attempts == 0


def test_what_a_killed_fetch_left_behind_is_cleared_away(sessions: Factory, folder: Path) -> None:
    intake = announced(sessions, folder, Store(sound()))
    (folder / "2026/11").mkdir(parents=True)
    (folder / f"2026/11/.{SID}-abc.part").write_bytes(b"half")
    (folder / "2026/11/.RE3-abc.part").write_bytes(b"another's")
    intake.fetch(SID, NOW)
    assert files_in(folder) == [".RE3-abc.part", f"{SID}.wav"]


def test_a_locked_database_is_a_clear_error_that_may_pass(
    sessions: Factory, folder: Path, tmp_path: Path
) -> None:
    announced(sessions, folder, Store(b""))
    impatient = create_engine(sessions.kw["bind"].url, connect_args={"timeout": 0.05})
    holder = sqlite3.connect(tmp_path / "hotline.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(StorageFailed, match="database is locked") as caught:
            Work(sessionmaker(impatient)).claim(SID, NOW, 60)
    finally:
        holder.close()
        impatient.dispose()
    assert caught.value.retryable


WORKER = """
import sys, time
from datetime import datetime
import calls.models
from ops.database.engine import make_engine, make_session_factory
from recordings.work import Work
from tts.pyttsx3_speaker import Pyttsx3Speaker
work = Work(make_session_factory(make_engine(sys.argv[1])))
assert work.claim(sys.argv[2], datetime.fromisoformat(sys.argv[3]), 60)
print("claimed", flush=True)
time.sleep(60)
"""


def test_a_killed_worker_loses_nothing(sessions: Factory, folder: Path) -> None:
    intake = announced(sessions, folder, Store(sound()))
    address = str(sessions.kw["bind"].url)
    command = [sys.executable, "-c", WORKER, address, SID, NOW.isoformat()]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}
    ) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == b"claimed\n"
        worker.send_signal(signal.SIGKILL)
    work = Work(sessions)
    assert work.claim(SID, after(59), 60) is None
    assert work.unfinished(after(60)) == [SID]
    assert work.claim(SID, after(60), 60) is not None
    assert intake.fetch(SID, after(61)).state == "fetched"


@pytest.fixture(scope="module")
def conversation(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The caller speaks, then the far side, each on its own channel."""
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path_factory.mktemp("voices"))
    try:
        asks = mulaw.decode(speaker.speak("where is my parcel", "en").ulaw)
        answers = mulaw.decode(speaker.speak("I want a refund", "en").ulaw)
    finally:
        speaker.close()
    room = np.zeros((2, asks.size + answers.size + 3 * 8000), np.int16)
    room[0, 8000 : 8000 + asks.size] = asks
    room[1, 2 * 8000 + asks.size : 2 * 8000 + asks.size + answers.size] = answers
    return wav_bytes(room, 8000)


def test_each_partys_words_are_heard_at_their_time(
    sessions: Factory, folder: Path, conversation: bytes
) -> None:
    announced(sessions, folder, Store(conversation)).fetch(SID, NOW)
    models = {"en": VoskModel(default_models()["en"], "en")}
    transcriber = Transcriber(models, sessions, folder)
    transcriber.transcribe(SID, "en")
    transcriber.transcribe(SID, "en")  # again: the rows are replaced, not doubled
    first, *_, last = transcriber.segments(SID)
    assert (first.party, last.party) == ("caller", "agent")
    assert "parcel" in first.text and "refund" in last.text
    assert 800 < first.start_ms < first.end_ms < last.start_ms
    assert len(transcriber.segments(SID)) == 2
    spoken = row(sessions).speech_seconds
    assert 0.5 < spoken["caller"] < 3 and 0.5 < spoken["agent"] < 3


def test_a_language_that_nobody_hears_is_a_clear_error(sessions: Factory, folder: Path) -> None:
    announced(sessions, folder, Store(sound())).fetch(SID, NOW)
    with pytest.raises(NoModel, match=r"no speech model hears 'de'; there are \[\]"):
        Transcriber({}, sessions, folder).transcribe(SID, "de")


@pytest.fixture(scope="module")
def acoustics(request: pytest.FixtureRequest) -> Acoustics:
    # Kept between runs: compiling takes some ten seconds, loading one or two.
    return Acoustics(request.config.cache.mkdir("numba"))


def voice(hertz: float, seconds: float) -> np.ndarray:
    at = np.arange(int(seconds * 8000)) / 8000
    tone = sum(np.sin(2 * np.pi * hertz * part * at) / part for part in range(1, 6))
    return (tone * 3000).astype(np.int16)


def test_level_pitch_silence_and_overlap_are_measured(acoustics: Acoustics) -> None:
    caller, agent = np.zeros((2, 10 * 8000), np.int16)
    caller[1 * 8000 : 4 * 8000] = voice(120, 3)
    agent[3 * 8000 : 6 * 8000] = voice(220, 3) // 2
    found = acoustics.analyse({"caller": caller, "agent": agent})
    assert found["caller"]["pitch_hz"] == pytest.approx(120, abs=3)
    assert found["agent"]["pitch_hz"] == pytest.approx(220, abs=4)
    assert found["caller"]["level_dbfs"] - found["agent"]["level_dbfs"] == pytest.approx(6, abs=1)
    assert found["caller"]["longest_silence_seconds"] == pytest.approx(6, abs=0.1)
    assert found["agent"]["longest_silence_seconds"] == pytest.approx(4, abs=0.1)
    assert found["caller"]["overlap_seconds"] == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("samples", [0, 100, 80_000])
def test_silence_of_any_length_has_no_level_and_no_pitch(
    acoustics: Acoustics, samples: int
) -> None:
    silent = np.zeros(samples, np.int16)
    found = acoustics.analyse({"caller": silent, "agent": silent})["caller"]
    assert found["level_dbfs"] is None and found["pitch_hz"] is None
    assert found["overlap_seconds"] == 0


def test_of_a_voice_that_must_not_be_analysed_only_the_silence_is_known(
    acoustics: Acoustics,
) -> None:
    parties = {"caller": voice(150, 2), "agent": voice(220, 2)}

    found = acoustics.analyse(parties, refused=("caller",))

    assert (found["caller"]["level_dbfs"], found["caller"]["pitch_hz"]) == (None, None)
    assert found["agent"]["pitch_hz"] == pytest.approx(220, rel=0.05)
    assert found["caller"]["overlap_seconds"] == pytest.approx(2, abs=0.2)


def test_a_voice_throughout_is_still_a_voice(acoustics: Acoustics) -> None:
    found = acoustics.analyse({"caller": voice(150, 5)})["caller"]
    assert found["pitch_hz"] == pytest.approx(150, abs=3)
    assert found["longest_silence_seconds"] == 0


def test_two_processes_never_compile_at_once(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("a") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(StorageFailed, match="locked for 1 s"):
            Acoustics(tmp_path, lock_seconds=1).prepare()


def test_measurements_can_be_kept_in_the_row(acoustics: Acoustics, sessions: Factory) -> None:
    found = acoustics.analyse({"caller": voice(150, 1), "agent": np.zeros(8000, np.int16)})
    assert json.loads(json.dumps(found)) == found
