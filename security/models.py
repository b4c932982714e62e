"""Tables of console log-ins, and of what was changed about people."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base
from ops.database.types import UtcDateTime


class User(Base):
    """A person who may log in to the console."""

    __tablename__ = "users"

    username: Mapped[str] = mapped_column(String(32), primary_key=True)
    display_name: Mapped[str] = mapped_column(String(64))
    password_hash: Mapped[str]
    role: Mapped[str] = mapped_column(String(16))
    """agent, reviewer, supervisor."""
    agent_id: Mapped[str | None] = mapped_column(String(32))
    """The agent that this person is, if one."""
    session_epoch: Mapped[int] = mapped_column(default=0)
    """Raised to log the person out everywhere."""


class AuditEntry(Base):
    """One deed of somebody with rights; written by security.audit alone, never changed."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str] = mapped_column(String(64))
    """Who did it: `cli:` and the name on the machine."""
    deed: Mapped[str] = mapped_column(String(32))
    """users.add, users.password, users.log-out, users.remove, agents.add, agents.replace,
    agents.remove."""
    about: Mapped[str] = mapped_column(String(64))
    """To whom: a log-in name, an agent's id."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    """Digest of the entry before: the chain cannot fork."""
    digest: Mapped[str] = mapped_column(String(64))
