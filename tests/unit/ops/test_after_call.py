"""The work after a call: resumed where it stopped, given back when it fails, left when lost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sqlalchemy.orm import Session, sessionmaker

from audio.wav import wav_bytes
from calls.kinds import Kind
from calls.log import CallLog
from ops.after_call import RETRY_SECONDS, AfterCall, _length
from qa.errors import ScoreNotKept
from recordings.errors import StorageFull
from recordings.intake import Intake
from recordings.models import Recording
from recordings.work import Work
from telephony.errors import ProviderUnavailable

SID, CALL = "RE" + "2" * 32, "CA" + "1" * 32
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LEASE_SECONDS = 120
WAV = wav_bytes(np.full((2, 8000), 900, np.int16), 8000)
STEPS = ["fetch", "transcribe", "analyse", "score"]


class Worker:
    """A worker with a real table, real files and fakes for what takes minutes."""

    def __init__(self, sessions: sessionmaker[Session], folder: Path) -> None:
        self.did: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.time = NOW
        self.sessions = sessions
        self.work = Work(sessions)
        self.log = CallLog(sessions, lambda _: None)
        ports: Any = {
            "intake": Intake(sessions, folder, self._fetch),
            "transcriber": SimpleNamespace(transcribe=self._transcribe),
            "acoustics": SimpleNamespace(analyse=self._analyse),
            "judge": SimpleNamespace(score_call=self._score),
        }
        self.after = AfterCall(
            session_factory=sessions,
            folder=folder,
            work=self.work,
            call_log=self.log,
            lease_seconds=LEASE_SECONDS,
            now=lambda: self.time,
            **ports,
        )
        self.log.open_call(CALL, caller="+1", called="+2", language="en", customer_id=None, now=NOW)
        ports["intake"].announce(SID, CALL, "https://provider/RE2", NOW)

    def process(self) -> str:
        return self.after.process(SID)

    def row(self) -> Recording:
        return self.work.recording(SID)

    def kinds(self) -> list[str]:
        return [event.kind for event in self.log.events(CALL)]

    def fails(self, step: str, problem: Exception) -> None:
        def fail() -> None:
            raise problem

        self.before[step] = fail

    def _does(self, step: str) -> None:
        self.before.get(step, lambda: None)()
        self.did.append(step)

    def _fetch(self, url: str, target: Any) -> int:
        self._does("fetch")
        return int(target.write(WAV))

    def _transcribe(self, sid: str, language: str) -> tuple[Any, ...]:
        assert language == "en"
        self._does("transcribe")
        return (SimpleNamespace(text="hello there"),)

    def _analyse(self, parties: Any, refused: Any) -> dict[str, Any]:
        self._does("analyse")
        self.unmeasured = refused
        return {"caller": {"level_dbfs": -20.0}}

    def _score(self, call_sid: str, now: datetime) -> Any:
        self._does("score")
        findings = [{"criterion": "greeting", "verdict": "fail"}]
        return SimpleNamespace(
            scorecard="basic@1", score=80.0, band="pass", flagged=False, findings=findings
        )


@pytest.fixture
def worker(session_factory: sessionmaker[Session], tmp_path: Path) -> Worker:
    return Worker(session_factory, tmp_path / "recordings")


def test_a_recording_goes_from_announced_to_scored(worker: Worker) -> None:
    assert worker.process() == "scored"

    row = worker.row()
    assert (row.state, row.lease_until, row.channels) == ("scored", None, 2)
    assert row.acoustics == {"caller": {"level_dbfs": -20.0}}
    assert worker.did == STEPS
    assert worker.kinds() == [Kind.RECORDED, Kind.TRANSCRIBED, Kind.SCORED]
    recorded, transcribed, scored = worker.log.events(CALL)
    assert recorded.data["channels"] == {"caller": 1.0, "agent": 1.0}
    assert (transcribed.data["segments"], transcribed.data["words"]) == (1, 2)
    assert scored.data["failed"] == ["greeting"]


@pytest.mark.parametrize("refuses", [True, False])
def test_the_voice_of_a_caller_who_refused_is_not_measured_after_the_call(
    worker: Worker, refuses: bool
) -> None:
    if refuses:
        worker.log.append(CALL, Kind.ANALYSIS_REFUSED, NOW)

    worker.process()

    assert worker.unmeasured == (("caller",) if refuses else ())


def test_what_is_scored_is_not_done_again(worker: Worker) -> None:
    worker.process()
    worker.did.clear()

    assert worker.process() == "scored"
    assert worker.did == []


@pytest.mark.parametrize(
    ("fails_at", "reached", "left"),
    [
        ("fetch", "announced", STEPS),
        ("transcribe", "fetched", STEPS[1:]),
        ("analyse", "fetched", STEPS[1:]),
        ("score", "transcribed", STEPS[3:]),
    ],
)
def test_work_that_failed_goes_on_where_it_stopped(
    worker: Worker, fails_at: str, reached: str, left: list[str]
) -> None:
    worker.fails(fails_at, StorageFull(SID, "disk full"))
    with pytest.raises(StorageFull):
        worker.process()
    assert worker.row().state == reached

    worker.before.clear()
    worker.did.clear()
    worker.time += timedelta(seconds=RETRY_SECONDS)
    assert worker.process() == "scored"
    assert worker.did == left
    assert worker.kinds() == [Kind.RECORDED, Kind.TRANSCRIBED, Kind.SCORED]


@pytest.mark.parametrize(
    "problem",
    [
        ProviderUnavailable("fetch a recording", "status 503"),
        StorageFull(SID, "no space left"),
        ScoreNotKept(CALL, "OperationalError"),
        OSError("input/output error"),
    ],
    ids=lambda problem: type(problem).__name__,
)
def test_what_failed_is_given_back_with_its_sentence_and_tried_again_soon(
    worker: Worker, problem: Exception
) -> None:
    worker.fails("transcribe", problem)

    with pytest.raises(type(problem)):
        worker.process()

    row = worker.row()
    assert row.error == str(problem)
    assert row.lease_until == NOW + timedelta(seconds=RETRY_SECONDS)
    assert worker.after.unfinished() == [], "the pause is kept"
    worker.time += timedelta(seconds=RETRY_SECONDS)
    assert [found.sid for found in worker.after.unfinished()] == [SID]


def test_a_worker_that_was_killed_is_followed_after_its_lease(worker: Worker) -> None:
    def killed() -> None:
        raise KeyboardInterrupt

    worker.before["score"] = killed
    with pytest.raises(KeyboardInterrupt):
        worker.process()
    worker.before.clear()
    worker.did.clear()

    assert worker.process() == "transcribed", "the lease is still held"
    worker.time += timedelta(seconds=LEASE_SECONDS)
    assert worker.process() == "scored"
    assert worker.did == ["score"]


def test_a_worker_that_overslept_its_lease_stops(worker: Worker) -> None:
    def oversleep() -> None:
        worker.before.clear()
        worker.time += timedelta(seconds=LEASE_SECONDS)
        assert worker.work.claim(SID, worker.time, LEASE_SECONDS) is not None

    worker.before["transcribe"] = oversleep

    assert worker.process() == "fetched"
    assert "score" not in worker.did
    row = worker.row()
    assert row.lease_until == worker.time + timedelta(seconds=LEASE_SECONDS), "the other's"


def test_a_recording_that_the_provider_has_not_is_left_alone(worker: Worker) -> None:
    Intake(worker.sessions, worker.after.folder, worker._fetch).mark_absent(SID, CALL, NOW, "none")

    assert worker.process() == "absent"
    assert worker.did == [] and worker.after.unfinished() == []


def test_words_are_counted_where_there_are_words_and_characters_in_mandarin() -> None:
    assert _length(["hello there", "bye"], "en") == {"words": 3}
    assert _length(["我的 快递", "到哪了"], "zh") == {"characters": 7}
