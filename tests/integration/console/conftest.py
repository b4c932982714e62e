"""The console on a real SQLite file and a real redis-server."""

from pathlib import Path

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from calls.live import LiveFeed
from calls.log import CallLog
from calls.photos import PhotoStore
from console.deps import ConsoleDeps
from ops.settings import PhoneSettings
from queues.models import Agent
from queues.presence import Presence
from queues.reservations import Reservations
from queues.roster import Roster
from queues.waiting import Waiting
from security.users import Users
from tests.fakes.console_house import PASSWORD, START, House, make_app


@pytest.fixture(scope="session")
def password_hash() -> str:
    from security.passwords import hash_password

    return hash_password(PASSWORD)


@pytest.fixture
def house(
    redis: Redis, session_factory: sessionmaker[Session], tmp_path: Path, password_hash: str
) -> House:
    from security.models import User

    clock = [START]
    feed = LiveFeed(redis)
    woken: list[str] = []
    deps = ConsoleDeps(
        session_factory=session_factory,
        redis=redis,
        users=Users(session_factory),
        call_log=(log := CallLog(session_factory, feed.publish)),
        live=feed,
        presence=Presence(redis),
        reservations=Reservations(redis),
        waiting=Waiting(redis),
        roster=Roster(session_factory),
        recordings_folder=tmp_path / "recordings",
        photos=PhotoStore(tmp_path / "photos"),
        phone=PhoneSettings("box", "http://127.0.0.1:8100"),
        token_for=None,
        now=lambda: clock[0],
        wake_dispatcher=lambda: woken.append("now"),
    )
    people = (
        ("aisha", "agent", "aisha"),
        ("tomas", "agent", "tomas"),
        ("noor", "reviewer", None),
        ("boss", "supervisor", None),
        ("sam", "agent", None),
    )
    with session_factory.begin() as session:
        session.add(
            Agent(
                id="aisha",
                name="Aisha",
                skills={"lang_zh": 5, "lang_en": 4, "appliance": 4},
                endpoint="client:aisha",
            )
        )
        session.add(
            Agent(
                id="tomas",
                name="Tomas",
                skills={"lang_en": 5, "billing": 3},
                endpoint="client:tomas",
            )
        )
        for name, role, agent in people:
            session.add(
                User(
                    username=name,
                    display_name=name.title(),
                    password_hash=password_hash,
                    role=role,
                    agent_id=agent,
                )
            )
    return House(deps, log, make_app(deps), clock, woken)
