"""How far the work after a call has come, from announced to scored, and who holds it.

A claim is a lease in the row itself: a killed worker's lease runs out and another takes over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.orm import Session, sessionmaker

from recordings.errors import UnknownRecording
from recordings.keeping import keeping
from recordings.models import Recording

STATES = ("announced", "fetched", "transcribed", "scored")
_OVER = ("scored", "absent")
_NOTE_LIMIT = 500
_PATIENT_AFTER = 3
"""Claims without progress before pauses grow."""

_LONGEST_PAUSE_SECONDS = 3600.0


class Work:
    """The state machine of all recordings; every move is one conditional UPDATE."""

    def __init__(self, session_factory: sessionmaker[Session], alarm_attempts: int = 8) -> None:
        self._sessions = session_factory
        self._alarm_attempts = alarm_attempts
        """Claims without progress after which a person should look, see `stuck`."""

    def claim(self, recording_sid: str, now: datetime, lease_seconds: float) -> Recording | None:
        """Take the work until the lease ends; None when it is over or another worker holds it.

        After several claims without progress the lease grows, so that a recording on which
        workers die is taken up ever more rarely, yet never given up.
        """
        with keeping(recording_sid), self._sessions.begin() as session:
            attempts = session.scalar(
                select(Recording.attempts).where(Recording.sid == recording_sid, _free(now))
            )
            if attempts is None:
                return None
            lease = now + _patience(lease_seconds, attempts)
            taken = session.execute(
                update(Recording)
                .where(Recording.sid == recording_sid, _free(now), Recording.attempts == attempts)
                .values(lease_until=lease, attempts=attempts + 1)
            )
            if _rows(taken) == 0:
                return None  # another worker got there first
            return session.get(Recording, recording_sid, populate_existing=True)

    def advance(self, sid: str, state: str, now: datetime, lease: datetime | None = None) -> bool:
        """Go one step on; False when that step was done already, or the lease was lost.

        `lease` is the claimed row's `lease_until`: with it, a worker that slept past its lease
        cannot finish a step that another has taken over.
        """
        if state not in STATES[1:]:
            raise ValueError(f"state {state!r}; work advances to one of {STATES[1:]}")
        before = STATES[STATES.index(state) - 1]
        held = Recording.lease_until > now if lease is None else _is(lease)
        change: dict[str, Any] = {"state": state, "attempts": 0, "error": None}
        if state in _OVER:
            change["lease_until"] = None
        with keeping(sid), self._sessions.begin() as session:
            moved = session.execute(
                update(Recording)
                .where(Recording.sid == sid, Recording.state == before, held)
                .values(**change)
            )
            return _rows(moved) == 1

    def release(
        self,
        sid: str,
        now: datetime,
        error: str | None = None,
        retry_seconds: float = 0,
        lease: datetime | None = None,
    ) -> bool:
        """Give the work back, with what went wrong; others may claim it after `retry_seconds`.

        The pause doubles with each failure, up to an hour: a full disk may stay full for long.
        """
        change: dict[str, Any] = {"lease_until": None}
        if error is not None:
            change["error"] = error[:_NOTE_LIMIT]
        held = Recording.lease_until.is_not(None) if lease is None else _is(lease)
        with keeping(sid), self._sessions.begin() as session:
            if retry_seconds > 0:
                attempts = session.scalar(select(Recording.attempts).where(Recording.sid == sid))
                change["lease_until"] = now + _patience(retry_seconds, attempts or 0)
            given = session.execute(
                update(Recording)
                .where(Recording.sid == sid, Recording.state.not_in(_OVER), held)
                .values(**change)
            )
            return _rows(given) == 1

    def unfinished(self, now: datetime) -> list[str]:
        """Recordings that a worker should take up now, oldest first."""
        query = (
            select(Recording.sid).where(_free(now)).order_by(Recording.announced_at, Recording.sid)
        )
        with keeping("*"), self._sessions() as session:
            return list(session.scalars(query))

    def stuck(self) -> Sequence[Recording]:
        """Recordings that were tried often in vain: a person should read their `error`."""
        query = select(Recording).where(
            Recording.state.not_in(_OVER), Recording.attempts >= self._alarm_attempts
        )
        with keeping("*"), self._sessions() as session:
            return session.scalars(query).all()

    def recording(self, sid: str) -> Recording:
        """The row; UnknownRecording when there is none."""
        with keeping(sid), self._sessions() as session:
            found = session.get(Recording, sid)
        if found is None:
            raise UnknownRecording(sid)
        return found

    def of_call(self, call_sid: str) -> Sequence[Recording]:
        """A call's recordings, first to last."""
        query = (
            select(Recording)
            .where(Recording.call_sid == call_sid)
            .order_by(Recording.announced_at, Recording.sid)
        )
        with keeping(call_sid), self._sessions() as session:
            return session.scalars(query).all()


def _free(now: datetime) -> ColumnElement[bool]:
    """Unfinished, and held by nobody or by a worker whose lease has passed."""
    lapsed = or_(Recording.lease_until.is_(None), Recording.lease_until <= now)
    return and_(Recording.state.not_in(_OVER), lapsed)


def _patience(seconds: float, attempts: int) -> timedelta:
    """The first tries come at once after each other, later ones at double the distance each."""
    doublings = min(max(0, attempts - _PATIENT_AFTER), 16)
    return timedelta(seconds=max(seconds, min(seconds * 2**doublings, _LONGEST_PAUSE_SECONDS)))


def _is(lease: datetime) -> ColumnElement[bool]:
    return Recording.lease_until == lease


def _rows(result: Any) -> int:
    return int(result.rowcount)
