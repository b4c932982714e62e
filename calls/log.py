"""The call record's only writer and reader: SQL rows first, then the news to whoever watches."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import delete, null, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from calls.errors import FeedUnavailable, RecordFailed
from calls.kinds import Kind
from calls.models import Call, CallEvent, CallLeg, Turn

logger = logging.getLogger(__name__)

Publish = Callable[[dict[str, Any]], None]

_CALL_COLUMNS = frozenset(Call.__table__.columns.keys()) - {"sid", "started_at"}
_TURN_COLUMNS = frozenset(Turn.__table__.columns.keys()) - {"id", "call_sid", "number"}


class CallLog:
    """Calls, legs, turns and events; a lost live feed never costs a row."""

    def __init__(self, session_factory: sessionmaker[Session], publish: Publish) -> None:
        self._sessions = session_factory
        self._publish = publish

    def open_call(
        self,
        sid: str,
        *,
        caller: str,
        called: str,
        language: str,
        customer_id: str | None,
        now: datetime,
    ) -> bool:
        """Begin the record of a call; False when it was there already (a repeated webhook)."""
        call = Call(
            sid=sid,
            caller_number=caller,
            called_number=called,
            language=language,
            customer_id=customer_id,
            status="ringing",
            started_at=now,
        )
        return self._add(call, Call, "open the record", sid)

    def append(self, call_sid: str, kind: Kind, now: datetime, **data: Any) -> None:
        """Keep an event, then tell the live feed."""
        with self._writing(f"keep event {kind.value!r}", call_sid) as session:
            session.add(CallEvent(call_sid=call_sid, kind=kind.value, at=now, data=data))
        news = {"call_sid": call_sid, "kind": kind.value, "at": now.isoformat(), "data": data}
        try:
            self._publish(news)
        except (FeedUnavailable, OSError) as error:
            logger.warning("event %s of call %s is kept but not shown: %s", kind, call_sid, error)

    def update(self, sid: str, **columns: Any) -> None:
        """Change columns of a call; RecordFailed when the call was never opened."""
        _known(columns, _CALL_COLUMNS, "calls")
        with self._writing("update the record", sid) as session:
            changed = session.execute(update(Call).where(Call.sid == sid).values(**columns))
            if _rows(changed) == 0:
                raise RecordFailed("update the record", sid, "no such call", retryable=False)

    def save_turn(self, call_sid: str, number: int, now: datetime, **columns: Any) -> None:
        """Write a turn, or add to it: what is not named stays as it was."""
        _known(columns, _TURN_COLUMNS, "turns")
        action = f"save turn {number}"
        if not self._change_turn(call_sid, number, columns, action):
            turn = Turn(**{"call_sid": call_sid, "number": number, "at": now, **columns})
            try:
                with self._writing(action, call_sid, unless=IntegrityError) as session:
                    session.add(turn)
            except IntegrityError as error:
                # Another thread of this call wrote the turn first, or the call is unknown.
                if not self._change_turn(call_sid, number, columns, action):
                    raise RecordFailed(action, call_sid, _reason(error), retryable=False) from error

    def end_call(self, sid: str, outcome: str, now: datetime) -> bool:
        """End a call once; later ends change nothing and return False."""
        with self._writing("end the record", sid) as session:
            ended = session.execute(
                update(Call)
                .where(Call.sid == sid, Call.ended_at.is_(None))
                .values(outcome=outcome, ended_at=now, status="ended")
            )
            return _rows(ended) == 1

    def add_leg(
        self,
        sid: str,
        call_sid: str,
        party: str,
        now: datetime,
        *,
        agent_id: str | None = None,
        status: str = "ringing",
    ) -> bool:
        """Add a party's line (caller or agent); False when it was there already."""
        leg = CallLeg(
            sid=sid,
            call_sid=call_sid,
            party=party,
            agent_id=agent_id,
            status=status,
            started_at=now,
        )
        return self._add(leg, CallLeg, f"add leg {sid!r}", call_sid)

    def end_leg(self, sid: str, status: str, now: datetime) -> bool:
        """End a leg once; the first final status stays."""
        with self._writing(f"end leg {sid!r}", sid) as session:
            ended = session.execute(
                update(CallLeg)
                .where(CallLeg.sid == sid, CallLeg.ended_at.is_(None))
                .values(status=status, ended_at=now)
            )
            return _rows(ended) == 1

    def call(self, sid: str) -> Call | None:
        """The call, or None."""
        with self._reading("read the record", sid) as session:
            return session.get(Call, sid)

    def legs(self, sid: str) -> Sequence[CallLeg]:
        """The call's legs, first to last."""
        query = select(CallLeg).where(CallLeg.call_sid == sid).order_by(CallLeg.started_at)
        with self._reading("read the legs", sid) as session:
            return session.scalars(query).all()

    def turns(self, sid: str) -> Sequence[Turn]:
        """The call's turns in order."""
        query = select(Turn).where(Turn.call_sid == sid).order_by(Turn.number)
        with self._reading("read the turns", sid) as session:
            return session.scalars(query).all()

    def events(self, sid: str) -> Sequence[CallEvent]:
        """The call's events in the order in which they were kept."""
        query = select(CallEvent).where(CallEvent.call_sid == sid).order_by(CallEvent.id)
        with self._reading("read the events", sid) as session:
            return session.scalars(query).all()

    def open_calls(self, begun_before: datetime, limit: int = 200) -> Sequence[Call]:
        """Calls without an end that began before then, oldest first."""
        query = (
            select(Call)
            .where(Call.ended_at.is_(None), Call.started_at < begun_before)
            .order_by(Call.started_at, Call.sid)
            .limit(limit)
        )
        with self._reading("list the open records", "*") as session:
            return session.scalars(query).all()

    def recent(self, limit: int = 50) -> Sequence[Call]:
        """The latest calls, newest first."""
        query = select(Call).order_by(Call.started_at.desc(), Call.sid).limit(limit)
        with self._reading("list the records", "*") as session:
            return session.scalars(query).all()

    def earlier(
        self, caller: str, since: datetime, before: datetime, limit: int = 20
    ) -> list[list[str]]:
        """The intents of each call from this number in that time, newest call first."""
        calls = (
            select(Call.sid)
            .where(Call.caller_number == caller, Call.started_at >= since)
            .where(Call.started_at < before)
            .order_by(Call.started_at.desc(), Call.sid)
            .limit(limit)
        )
        with self._reading("list earlier calls", "*") as session:
            found: dict[str, list[str]] = {sid: [] for sid in session.scalars(calls)}
            turns = select(Turn.call_sid, Turn.intents).where(Turn.call_sid.in_(found))
            for sid, intents in session.execute(turns):
                found[sid] += [str(intent.get("id")) for intent in intents]
        return list(found.values())

    def forget_emotion(self, sid: str) -> None:
        """Take every reading and alert out of the record: the caller refused the analysis.

        A head start that was given stays on record as so many seconds, without what it rested on.
        """
        kinds = (Kind.EMOTION.value, Kind.ALERTED.value, Kind.ALERT_SEEN.value)
        readings = (CallEvent.call_sid == sid, CallEvent.kind.in_(kinds))
        with self._writing("forget the emotion", sid) as session:
            session.execute(delete(CallEvent).where(*readings))
            for event in session.scalars(select(CallEvent).where(CallEvent.call_sid == sid)):
                if event.data.get("terms"):
                    event.data = {**event.data, "terms": _unfelt(event.data["terms"])}
            session.execute(update(Turn).where(Turn.call_sid == sid).values(emotion=null()))
            nothing = {"emotion_score": None, "emotion_level": None}
            session.execute(update(Call).where(Call.sid == sid).values(**nothing))

    def _add(self, row: Call | CallLeg, table: type, action: str, call_sid: str) -> bool:
        sid = row.sid
        try:
            with self._writing(action, call_sid, unless=IntegrityError) as session:
                if session.get(table, sid) is not None:
                    return False
                session.add(row)
        except IntegrityError as error:
            with self._reading(action, call_sid) as session:
                if session.get(table, sid) is not None:
                    return False  # the same webhook on another thread got there first
            raise RecordFailed(action, call_sid, _reason(error), retryable=False) from error
        return True

    def _change_turn(
        self, call_sid: str, number: int, columns: dict[str, Any], action: str
    ) -> bool:
        with self._writing(action, call_sid) as session:
            turn = session.scalar(
                select(Turn).where(Turn.call_sid == call_sid, Turn.number == number)
            )
            if turn is None:
                return False
            for name, value in columns.items():
                setattr(turn, name, value)
            return True

    @contextmanager
    def _writing(
        self, action: str, call_sid: str, unless: type[Exception] | tuple[()] = ()
    ) -> Iterator[Session]:
        try:
            with self._sessions.begin() as session:
                yield session
        except unless:
            raise
        except SQLAlchemyError as error:
            raise RecordFailed(action, call_sid, _reason(error)) from error

    @contextmanager
    def _reading(self, action: str, call_sid: str) -> Iterator[Session]:
        try:
            with self._sessions() as session:
                yield session
        except SQLAlchemyError as error:
            raise RecordFailed(action, call_sid, _reason(error)) from error


def _unfelt(terms: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Terms of a head start without what was felt."""
    nothing: dict[str, Any] = {"reason": "", "facts": {}}
    return [{**term, **nothing} if term.get("name") == "emotion" else term for term in terms]


def _rows(result: Any) -> int:
    return int(result.rowcount)


def _reason(error: SQLAlchemyError) -> str:
    """The driver's first line, without the statement: its values may name people."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]


def _known(columns: dict[str, Any], allowed: frozenset[str], table: str) -> None:
    unknown = sorted(columns.keys() - allowed)
    if unknown:
        raise TypeError(f"{unknown} cannot be set in {table}; there are {sorted(allowed)}")
