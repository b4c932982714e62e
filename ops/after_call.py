"""The work after a call: fetch the recording, transcribe it, score the call. Each step once,
resumable.

The recording's row says how far it has come; a lease says who works on it. A worker that is
killed loses
its lease and nothing else.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from asr.errors import AsrError
from calls.errors import CallRecordError
from calls.kinds import Kind
from calls.log import CallLog
from qa.errors import QaError
from qa.judge import Judge
from recordings import channels
from recordings.analysis import Acoustics
from recordings.errors import RecordingError
from recordings.intake import Intake
from recordings.models import Recording
from recordings.transcripts import Transcriber
from recordings.work import STATES, Work
from telephony.errors import TelephonyError

logger = logging.getLogger(__name__)

WORK_FAILED = (RecordingError, TelephonyError, AsrError, CallRecordError, QaError, OSError)
"""What a step may end with; the lease is given back, so that another try need not wait for it."""
RETRY_SECONDS = 15.0
"""After a failed step: the provider's file may not be ready, a disk may be made free."""


@dataclass(frozen=True, slots=True)
class AfterCall:
    """From the announced recording to the score."""

    session_factory: sessionmaker[Session]
    folder: Path
    intake: Intake
    transcriber: Transcriber
    acoustics: Acoustics
    judge: Judge
    work: Work
    call_log: CallLog
    lease_seconds: int
    now: Callable[[], datetime]

    def process(self, recording_sid: str) -> str:
        """Do the steps that are left; returns the state reached. Raises what stopped it, after
        release.
        """
        recording = self.work.claim(recording_sid, self.now(), self.lease_seconds)
        if recording is None:
            return self.work.recording(recording_sid).state  # done, or another worker has it
        lease = recording.lease_until
        try:
            for state in STATES[STATES.index(recording.state) + 1 :]:
                self._step(state, recording)
                if state != "fetched" and not self.work.advance(
                    recording_sid, state, self.now(), lease=lease
                ):
                    return self.work.recording(recording_sid).state  # the lease was lost
        except WORK_FAILED as problem:
            self.work.release(
                recording_sid, self.now(), str(problem), retry_seconds=RETRY_SECONDS, lease=lease
            )
            raise
        return STATES[-1]

    def unfinished(self) -> list[Recording]:
        """What a worker should take up now."""
        return [self.work.recording(sid) for sid in self.work.unfinished(self.now())]

    def _step(self, state: str, recording: Recording) -> None:
        steps = {"fetched": self._fetch, "transcribed": self._transcribe, "scored": self._score}
        steps[state](recording)

    def _fetch(self, recording: Recording) -> None:
        self.intake.fetch(recording.sid, self.now())

    def _transcribe(self, recording: Recording) -> None:
        sid, call_sid = recording.sid, recording.call_sid
        fetched = self.work.recording(sid)
        call = self.call_log.call(call_sid)
        language = call.language if call else "zh"
        segments = self.transcriber.transcribe(sid, language)
        parties = channels.split(channels.file_of(fetched, self.folder))
        measured = self.acoustics.analyse(parties, self._refused(call_sid))
        with self.session_factory.begin() as session:
            session.execute(
                update(Recording).where(Recording.sid == sid).values(acoustics=measured)
            )
        seconds = {party: round(len(pcm) / 8000, 2) for party, pcm in parties.items()}
        self._append_once(
            call_sid,
            Kind.RECORDED,
            recording=sid,
            seconds=fetched.seconds,
            channels=seconds,
            speech_seconds=self.work.recording(sid).speech_seconds,
        )
        said = _length([segment.text for segment in segments], language)
        self._append_once(call_sid, Kind.TRANSCRIBED, recording=sid, segments=len(segments), **said)

    def _refused(self, call_sid: str) -> tuple[str, ...]:
        """Parties whose voice is not to be measured: what the caller said in the call holds."""
        refused = any(e.kind == Kind.ANALYSIS_REFUSED for e in self.call_log.events(call_sid))
        return ("caller",) if refused else ()

    def _score(self, recording: Recording) -> None:
        score = self.judge.score_call(recording.call_sid, self.now())
        failed = [f["criterion"] for f in score.findings if f["verdict"] == "fail"]
        self._append_once(
            recording.call_sid,
            Kind.SCORED,
            recording=recording.sid,
            scorecard=score.scorecard,
            score=score.score,
            band=score.band,
            flagged=score.flagged,
            failed=failed,
        )

    def _append_once(self, call_sid: str, kind: Kind, *, recording: str, **data: Any) -> None:
        """Keep a step's event, unless a worker that died right after it has kept it already."""
        kept = (e for e in self.call_log.events(call_sid) if e.kind == kind)
        if not any(e.data.get("recording") == recording for e in kept):
            self.call_log.append(call_sid, kind, self.now(), recording=recording, **data)


def _length(texts: Sequence[str], language: str) -> dict[str, int]:
    """How much was said, in what the language is counted in: Mandarin is written without words."""
    if language == "zh":
        return {"characters": sum(len("".join(text.split())) for text in texts)}
    return {"words": sum(len(text.split()) for text in texts)}
