"""A log-in's session, whatever mapping carries it: made at log-in, checked at each request."""

from collections.abc import MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from security.csrf import new_token
from security.models import User

LIFETIME = timedelta(hours=12)
"""A long shift; after it the person logs in again."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a signed cookie says about the person."""

    username: str
    epoch: int
    since: datetime


def start_session(store: MutableMapping[str, Any], user: User, now: datetime) -> None:
    """Begin a log-in: whatever the visitor's session held before is dropped, with its token."""
    store.clear()
    store["username"] = user.username
    store["epoch"] = user.session_epoch
    store["since"] = int(now.astimezone(UTC).timestamp())
    store["csrf"] = new_token()


def read_session(store: MutableMapping[str, Any], now: datetime) -> Session | None:
    """The session in force; None when nobody is logged in or the log-in is too old."""
    try:
        found = Session(
            str(store["username"]),
            int(store["epoch"]),
            datetime.fromtimestamp(int(store["since"]), UTC),
        )
    except (KeyError, TypeError, ValueError):
        return None
    return found if in_force(found, now) else None


def in_force(session: Session, now: datetime) -> bool:
    """Whether the log-in is not older than its lifetime."""
    return session.since <= now < session.since + LIFETIME


def is_current(session: Session, user: User | None) -> bool:
    """Whether the person still exists and was not logged out everywhere since."""
    return user is not None and user.session_epoch == session.epoch


def csrf_token(store: MutableMapping[str, Any]) -> str:
    """The session's token, made when a visitor has none yet (the log-in form needs one)."""
    if "csrf" not in store:
        store["csrf"] = new_token()
    return str(store["csrf"])
