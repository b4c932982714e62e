"""Who changed what about people and rights, and when: a chain that shows an altered entry.

Each entry holds the digest of the one before (SHA-256). Taking the newest entries away is not seen;
keep a copy of the last digest elsewhere where that matters.
"""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from security.errors import AuditNotKept
from security.models import AuditEntry

BEGINNING = ""
"""What the first entry follows."""
_ATTEMPTS = 5
"""Two who write at once follow the same entry; the later one of them tries again."""
MOST_ENTRIES = 1_000


class AuditLog:
    """Written by whatever lets people in or out; read by `hotline audit`."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._sessions = session_factory

    def note(self, now: datetime, by: str, deed: str, about: str, **details: Any) -> None:
        """Keep that somebody did something (`users.remove`) to somebody; raises AuditNotKept."""
        for _ in range(_ATTEMPTS):
            try:
                with self._sessions.begin() as session:
                    previous = session.scalar(_newest()) or BEGINNING
                    entry = AuditEntry(at=now, by=by, deed=deed, about=about, details=details)
                    entry.previous, entry.digest = previous, _digest(previous, entry)
                    session.add(entry)
                return
            except IntegrityError:
                continue  # another entry came first; this one follows it
        raise AuditNotKept(deed, about)

    def entries(self, limit: int = MOST_ENTRIES) -> list[AuditEntry]:
        """The newest, newest first."""
        query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit)
        with self._sessions() as session:
            return list(session.scalars(query))

    def first_altered(self) -> int | None:
        """Number of the first entry that does not follow from the ones before; None: all do."""
        previous = BEGINNING
        with self._sessions() as session:
            rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            for entry in rows.yield_per(200):
                if entry.previous != previous or entry.digest != _digest(previous, entry):
                    return entry.id
                previous = entry.digest
        return None


def _newest() -> Any:
    return select(AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)


def _digest(previous: str, entry: AuditEntry) -> str:
    facts = [previous, entry.at.isoformat(), entry.by, entry.deed, entry.about, entry.details]
    written = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(written.encode()).hexdigest()
