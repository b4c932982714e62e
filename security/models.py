"""Table of console log-ins."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base


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
