"""Who the agents are, in SQL. Whether they sit at their desks is presence.py's matter."""

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from queues.models import Agent


class Roster:
    """The table of agents."""

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

    def save(self, agent: Agent) -> None:
        """Add an agent, or change the one of this id; an open desk keeps what it began with."""
        with self._session_factory.begin() as session:
            session.merge(agent)

    def remove(self, agent_id: str) -> bool:
        """Take an agent off the roster; False: there was none."""
        with self._session_factory.begin() as session:
            agent = session.get(Agent, agent_id)
            if agent is None:
                return False
            session.delete(agent)
            return True
