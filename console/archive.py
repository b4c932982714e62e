"""Finished and running calls as the pages list them: read only, every list bounded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, sessionmaker

from calls.kinds import Kind
from calls.models import Call, CallEvent
from qa.models import QaScore
from queues.models import Agent
from recordings.models import Recording, TranscriptSegment

PAGE_SIZE = 50
MAX_PAGE = 2_000
MAX_SEGMENTS = 2_000
MAX_RUNNING = 60
_Listed: TypeAlias = "Select[Call, str | None, float | None, str | None]"
"""Quoted: only SQLAlchemy 2.1 takes the columns one by one."""
MAX_ALERTS = 30
ALERTS_KEPT = timedelta(hours=12)
"""An alert of a call that is over waits so long for a supervisor: until the next shift has come."""
LONGEST_CALL = timedelta(hours=4)
"""Twilio ends a call after this; an older one without an end was lost, not running."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which calls to list; an empty string means any."""

    language: str = ""
    outcome: str = ""
    band: str = ""
    agent_id: str = ""
    tail: str = ""
    """Last digits of the caller's number."""


@dataclass(frozen=True, slots=True)
class Row:
    """One call in the list."""

    call: Call
    agent: str | None
    score: float | None
    band: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the list."""

    rows: Sequence[Row]
    number: int
    total: int

    @property
    def last(self) -> int:
        """Number of the last page, from 1."""
        return max(1, -(-self.total // PAGE_SIZE))


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is kept of a call's sound and its judgement."""

    recording: Recording | None
    segments: Sequence[TranscriptSegment]
    score: QaScore | None


class Archive:
    """Reads calls, recordings, transcripts and scores."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._sessions = session_factory

    def page(self, wanted: Filter, number: int) -> Page:
        """Calls newest first, PAGE_SIZE a page, with the latest score of each."""
        query = _narrowed(_listed(), wanted)
        with self._sessions() as session:
            total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
            found = session.execute(
                query.order_by(Call.started_at.desc(), Call.sid)
                .limit(PAGE_SIZE)
                .offset((number - 1) * PAGE_SIZE)
            )
            rows = [Row(*columns) for columns in found]
        return Page(rows, number, total)

    def agents(self) -> Sequence[Agent]:
        """Everybody who takes calls, for the filter."""
        with self._sessions() as session:
            return session.scalars(select(Agent).order_by(Agent.name).limit(500)).all()

    def running(self, now: datetime) -> Sequence[Call]:
        """Calls that have not ended, newest first."""
        with self._sessions() as session:
            return session.scalars(
                select(Call)
                .where(Call.ended_at.is_(None), Call.started_at > now - LONGEST_CALL)
                .order_by(Call.started_at.desc())
                .limit(MAX_RUNNING)
            ).all()

    def alerted(self, now: datetime) -> Sequence[Call]:
        """Calls with an alert that nobody has seen, newest first; over for ALERTS_KEPT at most."""
        recently = or_(Call.ended_at.is_(None), Call.ended_at > now - ALERTS_KEPT)
        with self._sessions() as session:
            return session.scalars(
                select(Call)
                .where(Call.started_at > now - LONGEST_CALL - ALERTS_KEPT, recently)
                .where(_has_open_alert())
                .order_by(Call.started_at.desc())
                .limit(MAX_ALERTS)
            ).all()

    def events_of(self, sids: Sequence[str]) -> dict[str, list[CallEvent]]:
        """The events of several calls in one query."""
        found: dict[str, list[CallEvent]] = {sid: [] for sid in sids}
        if not sids:
            return found
        with self._sessions() as session:
            query = select(CallEvent).where(CallEvent.call_sid.in_(sids)).order_by(CallEvent.id)
            for event in session.scalars(query):
                found[event.call_sid].append(event)
        return found

    def recording(self, call_sid: str) -> Recording | None:
        """The call's recording; of several, the one that has sound."""
        with self._sessions() as session:
            return session.scalars(
                select(Recording)
                .where(Recording.call_sid == call_sid)
                .order_by(Recording.path.is_(None), Recording.announced_at.desc())
                .limit(1)
            ).first()

    def recorded(self, call_sid: str) -> Recorded:
        """Recording, transcript and the newest score of a call."""
        recording = self.recording(call_sid)
        with self._sessions() as session:
            segments: Sequence[TranscriptSegment] = ()
            if recording is not None:
                segments = session.scalars(
                    select(TranscriptSegment)
                    .where(TranscriptSegment.recording_sid == recording.sid)
                    .order_by(TranscriptSegment.start_ms, TranscriptSegment.id)
                    .limit(MAX_SEGMENTS)
                ).all()
            score = session.scalars(
                select(QaScore)
                .where(QaScore.call_sid == call_sid)
                .order_by(QaScore.scored_at.desc())
                .limit(1)
            ).first()
        return Recorded(recording, segments, score)


def _has_open_alert() -> ColumnElement[bool]:
    """An alert after which nobody has said "seen"."""
    told, seen = aliased(CallEvent), aliased(CallEvent)
    answered = exists().where(
        seen.call_sid == told.call_sid, seen.kind == Kind.ALERT_SEEN.value, seen.id > told.id
    )
    return exists().where(told.call_sid == Call.sid, told.kind == Kind.ALERTED.value, ~answered)


def _listed() -> _Listed:
    newest = select(func.max(QaScore.id).label("id")).group_by(QaScore.call_sid).subquery("newest")
    score = select(QaScore).join(newest, QaScore.id == newest.c.id).subquery("score")
    return (
        select(Call, Agent.name, score.c.score, score.c.band)
        .outerjoin(Agent, Agent.id == Call.agent_id)
        .outerjoin(score, score.c.call_sid == Call.sid)
    )


def _narrowed(query: _Listed, wanted: Filter) -> _Listed:
    if wanted.language:
        query = query.where(Call.language == wanted.language)
    if wanted.outcome:
        query = query.where(Call.outcome == wanted.outcome)
    if wanted.agent_id:
        query = query.where(Call.agent_id == wanted.agent_id)
    if wanted.band:
        score = select(QaScore.call_sid).where(QaScore.band == wanted.band)
        query = query.where(Call.sid.in_(score))
    if wanted.tail:
        query = query.where(Call.caller_number.endswith(wanted.tail, autoescape=True))
    return query
