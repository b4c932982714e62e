"""Provider's recording to a verified file of ours: announced by a callback, fetched by a job."""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from audio.errors import SoundUnreadable
from audio.wav import read_wav
from recordings.errors import BadRecording, StorageFailed, UnknownRecording
from recordings.keeping import keeping, reason_of
from recordings.models import Recording

Fetch = Callable[[str, BinaryIO], int]
"""(address, target) -> bytes written; `telephony.client.VoiceClient.fetch_recording`."""

CHANNELS = 2
"""One a direction: without it nobody can tell who spoke."""

_SECONDS_TOLERANCE = 2.0
"""The provider reports whole seconds, rounded either way."""


@dataclass(frozen=True, slots=True)
class _Checked:
    sha256: str
    seconds: float
    channels: int


class Intake:
    """Announced recordings become files; every step may be repeated without harm."""

    def __init__(self, session_factory: sessionmaker[Session], folder: Path, fetch: Fetch) -> None:
        self._sessions = session_factory
        self._folder = folder
        self._fetch = fetch

    def announce(
        self,
        recording_sid: str,
        call_sid: str,
        url: str,
        now: datetime,
        seconds: float | None = None,
    ) -> bool:
        """Note a finished recording; `seconds` is verified later. False when it was known."""
        return self._add(
            Recording(
                sid=recording_sid,
                call_sid=call_sid,
                source_url=url,
                state="announced",
                seconds=seconds,
                announced_at=now,
            )
        )

    def mark_absent(
        self, recording_sid: str, call_sid: str, now: datetime, error: str | None = None
    ) -> bool:
        """Note that the provider has nothing; False when that was known, or we have the file."""
        absent = Recording(
            sid=recording_sid,
            call_sid=call_sid,
            source_url="",
            state="absent",
            error=error,
            announced_at=now,
        )
        if self._add(absent):
            return True
        with keeping(recording_sid), self._sessions.begin() as session:
            changed = session.execute(
                update(Recording)
                .where(Recording.sid == recording_sid, Recording.state == "announced")
                .values(state="absent", error=error, lease_until=None)
            )
            return int(changed.rowcount) == 1  # type: ignore[attr-defined]

    def fetch(self, recording_sid: str, now: datetime) -> Recording:
        """Bring the file here, verify it, and only then call it ours; errors of `fetch` pass."""
        recording = self._load(recording_sid)
        if recording.state == "absent" or self._is_here(recording):
            return recording
        path = Path(f"{recording.announced_at:%Y/%m}") / f"{recording_sid}.wav"
        with keeping(recording_sid), self._temporary(path) as (temporary, target):
            self._fetch(recording.source_url, target)
            target.flush()
            checked = _verify(recording, temporary)
            os.fsync(target.fileno())
            temporary.replace(self._folder / path)
            _sync_folder((self._folder / path).parent)
        return self._mark_fetched(recording_sid, str(path), checked, now)

    def _is_here(self, recording: Recording) -> bool:
        if recording.state == "announced" or recording.path is None:
            return False
        path = self._folder / recording.path
        return path.is_file() and _sha256(path) == recording.sha256

    @contextmanager
    def _temporary(self, path: Path) -> Iterator[tuple[Path, BinaryIO]]:
        """A file beside its final place (so that the rename is atomic), gone afterwards."""
        folder = (self._folder / path).parent
        folder.mkdir(parents=True, exist_ok=True)
        for left_behind in folder.glob(f".{path.stem}-*.part"):  # by a worker that was killed
            left_behind.unlink(missing_ok=True)
        with tempfile.NamedTemporaryFile(
            dir=folder, prefix=f".{path.stem}-", suffix=".part", delete=False
        ) as target:
            temporary = Path(target.name)
            try:
                yield temporary, target  # type: ignore[misc]
            finally:
                temporary.unlink(missing_ok=True)

    def _mark_fetched(self, sid: str, path: str, checked: _Checked, now: datetime) -> Recording:
        with keeping(sid), self._sessions.begin() as session:
            recording = session.get(Recording, sid)
            if recording is None:
                raise UnknownRecording(sid)
            recording.path = path
            recording.sha256 = checked.sha256
            recording.seconds = checked.seconds
            recording.channels = checked.channels
            recording.fetched_at = now
            recording.error = None
            recording.attempts = 0
            if recording.state == "announced":  # a lost file fetched again keeps its later state
                recording.state = "fetched"
            return recording

    def _load(self, sid: str) -> Recording:
        with keeping(sid), self._sessions() as session:
            recording = session.get(Recording, sid)
        if recording is None:
            raise UnknownRecording(sid)
        return recording

    def _add(self, recording: Recording) -> bool:
        sid = recording.sid
        try:
            with self._sessions.begin() as session:
                if session.get(Recording, sid) is not None:
                    return False
                session.add(recording)
        except IntegrityError as error:
            with keeping(sid), self._sessions() as session:
                if session.get(Recording, sid) is not None:
                    return False  # the same callback on another thread got there first
            raise StorageFailed(sid, f"its call is not on record ({error.orig})") from error
        except SQLAlchemyError as error:
            raise StorageFailed(sid, reason_of(error)) from error
        return True


def _verify(recording: Recording, path: Path) -> _Checked:
    """What the file holds; BadRecording when it is not what was announced."""
    try:
        samples, rate = read_wav(path)
    except SoundUnreadable as error:
        raise BadRecording(recording.sid, error.reason, "a complete WAV of 16-bit PCM") from error
    channels, seconds = samples.shape[0], samples.shape[1] / rate
    if channels != CHANNELS:
        raise BadRecording(recording.sid, f"{channels} channel(s)", f"{CHANNELS}, one a direction")
    if recording.seconds and abs(seconds - recording.seconds) > _SECONDS_TOLERANCE:
        expected = f"about {recording.seconds:.0f} s as announced"
        raise BadRecording(recording.sid, f"{seconds:.1f} s of sound", expected)
    return _Checked(_sha256(path), round(seconds, 3), channels)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync_folder(folder: Path) -> None:
    """Make the rename itself survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
