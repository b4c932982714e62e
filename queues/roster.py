"""Who the agents are, from SQL. Whether they sit at their desks is presence.py's matter."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from queues.models import Agent


class Roster:
    """Reads the table of agents."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._session_factory = session_factory

    def get(self, agent_id: str) -> Agent | None:
        """The agent of this id."""
        with self._session_factory() as session:
            return session.get(Agent, agent_id)

    def all(self) -> list[Agent]:
        """Every agent, by name."""
        with self._session_factory() as session:
            return list(session.scalars(select(Agent).order_by(Agent.name)))
