"""A recording's words, channel by channel, heard again after the call without hurry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, select
from sqlalchemy.orm import Session, sessionmaker

from asr.recognizer import Pcm, SpeechModel, Transcript
from asr.transcribe import transcribe
from recordings import channels
from recordings.errors import NoModel, UnknownRecording
from recordings.keeping import keeping
from recordings.models import Recording, TranscriptSegment


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of words of one party."""

    party: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float


class Transcriber:
    """Hears both channels and writes the transcript; a second run replaces the first's rows."""

    def __init__(
        self,
        models: Mapping[str, SpeechModel],
        session_factory: sessionmaker[Session],
        folder: Path,
    ) -> None:
        self._models = models
        self._sessions = session_factory
        self._folder = folder

    def transcribe(self, recording_sid: str, language: str) -> tuple[Segment, ...]:
        """Hear and keep a fetched recording's words; NoModel when nothing hears `language`."""
        with keeping(recording_sid), self._sessions() as session:
            recording = session.get(Recording, recording_sid)
        if recording is None:
            raise UnknownRecording(recording_sid)
        parties = channels.split(channels.file_of(recording, self._folder))
        segments = self.hear(parties, language)
        self._keep(recording_sid, segments)
        return segments

    def hear(self, parties: Mapping[str, Pcm], language: str) -> tuple[Segment, ...]:
        """The parties' segments in order of time."""
        model = self._models.get(language)
        if model is None:
            raise NoModel(language, sorted(self._models))
        found = [
            segment
            for party, pcm in parties.items()
            for transcript in transcribe(pcm, model)
            if (segment := segment_of(party, transcript)) is not None
        ]
        return tuple(sorted(found, key=lambda segment: (segment.start_ms, segment.end_ms)))

    def segments(self, recording_sid: str) -> Sequence[TranscriptSegment]:
        """The kept transcript in order of time."""
        query = (
            select(TranscriptSegment)
            .where(TranscriptSegment.recording_sid == recording_sid)
            .order_by(TranscriptSegment.start_ms, TranscriptSegment.id)
        )
        with keeping(recording_sid), self._sessions() as session:
            return session.scalars(query).all()

    def _keep(self, sid: str, segments: Sequence[Segment]) -> None:
        rows = [
            TranscriptSegment(
                recording_sid=sid,
                party=segment.party,
                start_ms=segment.start_ms,
                end_ms=segment.end_ms,
                text=segment.text,
                confidence=segment.confidence,
            )
            for segment in segments
        ]
        older = delete(TranscriptSegment).where(TranscriptSegment.recording_sid == sid)
        with keeping(sid), self._sessions.begin() as session:
            recording = session.get_one(Recording, sid)
            recording.speech_seconds = speech_seconds(segments)
            session.execute(older)
            session.add_all(rows)


def segment_of(party: str, transcript: Transcript) -> Segment | None:
    """An utterance as a segment with its words' times; None when no word was heard."""
    words = transcript.words
    if not words:
        return None
    confidence = round(transcript.confidence, 4)
    return Segment(party, words[0].start_ms, words[-1].end_ms, transcript.text, confidence)


def speech_seconds(segments: Sequence[Segment]) -> dict[str, float]:
    """Seconds of words by party; stretches that overlap within a party count once."""
    totals: dict[str, float] = {}
    for party in channels.PARTIES:
        reached = voiced = 0
        for segment in sorted(segments, key=lambda segment: segment.start_ms):
            if segment.party == party and segment.end_ms > reached:
                voiced += segment.end_ms - max(segment.start_ms, reached)
                reached = segment.end_ms
        totals[party] = round(voiced / 1000, 3)
    return totals
