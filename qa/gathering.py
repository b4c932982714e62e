"""Collects a call's evidence from the tables: call, turns, log, and the recording's words."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from calls.kinds import Kind
from calls.models import Call, CallEvent, Turn
from qa.errors import UnknownCall
from qa.evidence import CallEvidence, CallFacts, EventFact, QueueFacts, SegmentFact, TurnFact
from recordings.models import Recording, TranscriptSegment


def gather(
    session: Session, call_sid: str, vocabularies: Mapping[str, frozenset[str]]
) -> CallEvidence:
    """All that is recorded of a call; UnknownCall when there is no row of it."""
    call = session.get(Call, call_sid)
    if call is None:
        raise UnknownCall(call_sid)
    turns = session.scalars(
        select(Turn).where(Turn.call_sid == call_sid).order_by(Turn.number)
    ).all()
    events = session.scalars(
        select(CallEvent).where(CallEvent.call_sid == call_sid).order_by(CallEvent.id)
    ).all()
    recording = _recording(session, call_sid)
    clock = _Clock(_start(call, recording))
    facts = tuple(EventFact(e.kind, clock.ms(e.at), e.data or {}) for e in events)
    return CallEvidence(
        call=CallFacts(
            sid=call.sid,
            language=call.language,
            outcome=call.outcome,
            agent_id=call.agent_id,
            started_ms=clock.ms(call.started_at),
            answered_ms=clock.maybe(call.answered_at),
            ended_ms=clock.maybe(call.ended_at),
        ),
        queue=_queue(call, facts, clock),
        events=facts,
        turns=tuple(_turn(turn, clock) for turn in turns),
        segments=_segments(session, recording),
        longest_silence_seconds=_silences(recording),
        vocabulary=vocabularies.get(call.language),
    )


class _Clock:
    """Moments as milliseconds of the recording."""

    def __init__(self, start: datetime) -> None:
        self._start = start

    def ms(self, at: datetime) -> int:
        return round((at - self._start).total_seconds() * 1000)

    def maybe(self, at: datetime | None) -> int | None:
        return None if at is None else self.ms(at)


def _start(call: Call, recording: Recording | None) -> datetime:
    """When the recording began: it ends with the call, and never begins before the answer."""
    answered = call.answered_at or call.started_at
    if recording is None or recording.seconds is None or call.ended_at is None:
        return answered
    return max(answered, call.ended_at - timedelta(seconds=recording.seconds))


def _recording(session: Session, call_sid: str) -> Recording | None:
    """The longest one with sound; there is one a call unless the provider split it."""
    found = session.scalars(select(Recording).where(Recording.call_sid == call_sid)).all()
    return max(found, key=lambda row: (row.seconds or 0.0, row.sid), default=None)


def _segments(session: Session, recording: Recording | None) -> tuple[SegmentFact, ...]:
    if recording is None:
        return ()
    rows = session.scalars(
        select(TranscriptSegment)
        .where(TranscriptSegment.recording_sid == recording.sid)
        .order_by(TranscriptSegment.start_ms, TranscriptSegment.id)
    ).all()
    return tuple(
        SegmentFact(row.party, row.start_ms, row.end_ms, row.text, row.confidence) for row in rows
    )


def _queue(call: Call, events: Sequence[EventFact], clock: _Clock) -> QueueFacts:
    """From the call's row, or from the log where the row was never completed."""
    joined = clock.maybe(call.queued_at)
    connected = clock.maybe(call.connected_at)
    if joined is None:
        joined = _first(events, Kind.QUEUED)
    if connected is None:
        connected = _first(events, Kind.CONNECTED)
    given_up = _first(events, Kind.ABANDONED)
    left = connected if connected is not None else given_up
    if joined is not None and left is None:
        left = clock.maybe(call.ended_at)
    why = [str(event.data.get("why") or "") for event in events if event.kind == Kind.QUEUED]
    return QueueFacts(
        joined_ms=joined,
        connected_ms=connected,
        left_ms=left,
        announced_ms=tuple(event.at_ms for event in events if event.kind == Kind.POSITION),
        story=next((text for text in why if text), ""),
    )


def _first(events: Sequence[EventFact], kind: Kind) -> int | None:
    return next((event.at_ms for event in events if event.kind == kind), None)


def _turn(turn: Turn, clock: _Clock) -> TurnFact:
    return TurnFact(
        number=turn.number,
        at_ms=clock.ms(turn.at),
        heard=turn.heard,
        intents=tuple(str(intent.get("id")) for intent in turn.intents),
        values=tuple(str(entity.get("value")) for entity in turn.entities),
        reply=turn.reply,
    )


def _silences(recording: Recording | None) -> dict[str, float]:
    """Longest silence of each party's channel, where the sound was measured."""
    found = {}
    for party, measured in ((recording.acoustics or {}) if recording else {}).items():
        seconds = measured.get("longest_silence_seconds") if isinstance(measured, dict) else None
        if isinstance(seconds, int | float):
            found[party] = float(seconds)
    return found
