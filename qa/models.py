"""Tables of automated judging: one score a call and scorecard version, with its findings."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base
from ops.database.types import UtcDateTime


class QaScore(Base):
    """The automated score of a call: exactly one per call and scorecard version."""

    __tablename__ = "qa_scores"
    __table_args__ = (UniqueConstraint("call_sid", "scorecard"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    scorecard: Mapped[str] = mapped_column(String(48))
    """Name and version, e.g. hotline-basic@1."""
    score: Mapped[float | None]
    """0-100; null when nothing could be assessed."""
    band: Mapped[str] = mapped_column(String(12))
    """pass, coach, flag, unavailable, too_short (qa/scoring.py)."""
    flagged: Mapped[bool] = mapped_column(default=False)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    """One per criterion: {"criterion", "title", "verdict", "weight", "points", "confidence",
    "reason": {"code", "values"} (qa/reasons.py; of old records a sentence),
    "evidence": [{"quote", "party", "start_ms", "end_ms"}]}."""
    hint: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    """What a reviewer is told of the caller's mood (qa/hints.py): {"level", "score", "at_ms",
    "direction", "look"}; no part of the score."""
    scored_at: Mapped[datetime] = mapped_column(UtcDateTime)
