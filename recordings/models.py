"""Tables of recorded sound: the file, its state on the way to a score, its transcript."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base
from ops.database.types import UtcDateTime


class Recording(Base):
    """One recording of one call; `state` is how far the work after the call has come."""

    __tablename__ = "recordings"

    sid: Mapped[str] = mapped_column(String(34), primary_key=True)
    call_sid: Mapped[str] = mapped_column(ForeignKey("calls.sid"), index=True)
    source_url: Mapped[str]
    """Where the provider keeps it."""
    state: Mapped[str] = mapped_column(String(16), default="announced")
    """announced -> fetched -> transcribed -> scored; absent (provider had nothing)."""
    path: Mapped[str | None]
    """Relative to the recordings folder."""
    sha256: Mapped[str | None] = mapped_column(String(64))
    seconds: Mapped[float | None]
    channels: Mapped[int | None]
    speech_seconds: Mapped[dict[str, float]] = mapped_column(JSON, default=dict)
    """Seconds of voice by party: {"caller": 12.3, "agent": 8.0}.

    "agent" is all that the caller hears.
    """
    acoustics: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    """Post-call analysis by party (librosa): level_dbfs, pitch_hz, longest_silence_seconds,
    overlap_seconds.
    """
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    """A worker holds the work until then; after it anyone may take it over."""
    error: Mapped[str | None]
    announced_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fetched_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TranscriptSegment(Base):
    """One stretch of speech of one party in a recording."""

    __tablename__ = "transcript_segments"

    id: Mapped[int] = mapped_column(primary_key=True)
    recording_sid: Mapped[str] = mapped_column(ForeignKey("recordings.sid"), index=True)
    party: Mapped[str] = mapped_column(String(8))
    """caller or agent (agent: the far side, bot before the hand-over)."""
    start_ms: Mapped[int]
    end_ms: Mapped[int]
    text: Mapped[str]
    confidence: Mapped[float]
