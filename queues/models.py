"""Table of agents: who can be offered calls, with what skills. Live presence is in Redis."""

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base


class Agent(Base):
    """A person who takes calls."""

    __tablename__ = "agents"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    skills: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    """Skill id -> level 1-5. Languages are skills too: lang_zh, lang_en."""
    endpoint: Mapped[str] = mapped_column(String(64))
    """Where the agent's phone rings: client:<identity> or a number in E.164."""
