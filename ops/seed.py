"""Fills a demo: the shop, the agents and the people who may log in."""

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from aftersales.seed import seed_shop
from queues.models import Agent
from security.models import User
from security.passwords import hash_password

AGENTS = (
    ("aisha", "Aisha", {"lang_zh": 5, "lang_en": 3, "appliance": 5, "senior": 4}),
    ("tomas", "Tomas", {"lang_en": 5, "billing": 4, "logistics": 3}),
    ("lin", "Lin", {"lang_zh": 5, "lang_en": 3, "billing": 3, "logistics": 4, "fresh": 4}),
)
PEOPLE = (
    *((agent_id, name, "agent", agent_id) for agent_id, name, _ in AGENTS),
    ("noor", "Noor", "reviewer", None),
    ("sara", "Sara", "supervisor", None),
)


def seed_demo(sessions: sessionmaker[Session], now: datetime, password: str) -> None:
    """Shop, agents and log-ins; everyone has the demo's one password."""
    secret = hash_password(password)
    with sessions.begin() as session:
        seed_shop(session, now)
        for agent_id, name, skills in AGENTS:
            endpoint = f"client:{agent_id}"
            session.merge(Agent(id=agent_id, name=name, skills=skills, endpoint=endpoint))
        for username, name, role, agent in PEOPLE:
            session.merge(
                User(
                    username=username,
                    display_name=name,
                    password_hash=secret,
                    role=role,
                    agent_id=agent,
                    session_epoch=0,
                )
            )
