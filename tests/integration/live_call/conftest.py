"""The live call's store, its clock, and the house around it."""

import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from calls.live import LiveFeed
from calls.log import CallLog
from ivr.perform import Performer
from ivr.session import CallSession
from ivr.session_store import SessionStore
from queues.presence import Presence
from queues.reservations import Reservations
from queues.waiting import Waiting
from tests.fakes.call_house import BASE, Clock, House
from tests.fakes.live_call import POLICY
from tests.fakes.voice_client import FakeVoiceClient


@pytest.fixture
def store(redis: Redis) -> SessionStore:
    return SessionStore(redis)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(redis: Redis, session_factory: sessionmaker[Session], clock: Clock) -> House:
    log = CallLog(session_factory, LiveFeed(redis).publish)
    waiting, client = Waiting(redis, POLICY.rules.steps), FakeVoiceClient()
    reservations = Reservations(redis)
    performer = Performer(
        call_log=log,
        waiting=waiting,
        reservations=reservations,
        expected_wait=lambda position, skills: 45,
        client=client,
        public_base_url=BASE,
        wrap_up_ms=15_000,
        now=clock.now,
    )
    session = CallSession(SessionStore(redis), performer, POLICY, clock)
    return House(log, waiting, Presence(redis), reservations, client, session, clock, performer)
