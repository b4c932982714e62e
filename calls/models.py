"""Tables of the call record: one row a call, its legs, its turns and an append-only event log."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base
from ops.database.types import UtcDateTime


class Call(Base):
    """One conversation with one caller, from ring to hang-up."""

    __tablename__ = "calls"

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    """The provider's CallSid of the caller's leg."""
    caller_number: Mapped[str] = mapped_column(String(32), index=True)
    called_number: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(8))
    """zh or en."""
    customer_id: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16), default="ringing")
    """ringing, bot, waiting, with_agent, ended."""
    outcome: Mapped[str | None] = mapped_column(String(24))
    """solved_by_bot, answered_by_agent, abandoned, caller_left, failed."""
    agent_id: Mapped[str | None] = mapped_column(String(32))
    emotion_score: Mapped[float | None]
    """Highest fused score of the call, 0-1; null when never sure enough."""
    emotion_level: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When the bot answered."""
    queued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    connected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """When an agent's voice was joined."""
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CallLeg(Base):
    """One party's line in a call: the caller's, an agent's."""

    __tablename__ = "call_legs"

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    party: Mapped[str] = mapped_column(String(8))
    """caller or agent."""
    agent_id: Mapped[str | None] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Turn(Base):
    """One exchange with the bot: what was heard, understood, felt and replied."""

    __tablename__ = "turns"
    __table_args__ = (UniqueConstraint("call_sid", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    heard: Mapped[str] = mapped_column(default="")
    confidence: Mapped[float | None]
    intents: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """[{"id", "confidence", "words"}] in order of mention."""
    entities: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """[{"kind", "value", "words"}]."""
    emotion: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """{"score", "level", "confidence", "reasons"}; null when the scorer abstained."""
    reply: Mapped[str] = mapped_column(default="")
    latency_ms: Mapped[int | None]
    """Caller stopped speaking -> first reply frame sent."""


class CallEvent(Base):
    """Append-only: what happened to a call, in order. Kinds are listed in calls/log.py."""

    __tablename__ = "call_events"

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(String(34), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
