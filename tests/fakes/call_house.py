"""A live call on real Redis and SQL with a fake line, and a performer that can be killed."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from calls.log import CallLog
from ivr import effects as fx
from ivr import events as ev
from ivr.perform import Performer
from ivr.session import CallSession
from ivr.session_store import SessionStore
from ivr.state import CallState
from queues.presence import Presence
from queues.reservations import Reservation, Reservations
from queues.waiting import Waiting
from tests.fakes.live_call import CALL, CALM, MEI, NOW_MS, POLICY, TEMPER, TO_PERSON
from tests.fakes.voice_client import FakeVoiceClient

BASE = "https://hotline.example"
RANG = ev.CallRang(MEI, "+864008000001", "zh")


class FakePerformer:
    """Keeps what it was to do; dies in the middle when it is told to."""

    def __init__(self) -> None:
        self.done: list[fx.Effect] = []
        self.dies = False
        self.before: Callable[[], None] = lambda: None

    def perform(self, state: CallState, effects: Iterable[fx.Effect | fx.StreamEffect]) -> None:
        self.before()
        if self.dies:
            raise KeyboardInterrupt  # as if killed: nothing after it runs
        self.done += [effect for effect in effects if isinstance(effect, fx.Effect)]


class Clock:
    def __init__(self) -> None:
        self.ms = NOW_MS

    def __call__(self) -> int:
        return self.ms

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.ms / 1000, UTC)


def begun(store: SessionStore, performer: Any, clock: Clock) -> CallSession:
    session = CallSession(store, performer, POLICY, clock)
    assert session.begin(CALL, RANG)
    return session


@dataclass
class House:
    """The real queue and record with a fake line."""

    log: CallLog
    waiting: Waiting
    presence: Presence
    reservations: Reservations
    client: FakeVoiceClient
    session: CallSession
    clock: Clock
    performer: Performer

    def opened(self) -> None:
        self.log.open_call(
            CALL, caller=MEI.number, called="+1", language="zh", customer_id="C1", now=self.now()
        )
        self.session.begin(CALL, RANG)
        self.session.handle(CALL, ev.StreamOpened("a"))

    def queued(self) -> None:
        self.opened()
        self.session.handle(CALL, ev.TurnTaken(TO_PERSON, "转人工", 0.9, CALM, TEMPER))

    def offered(self) -> Reservation:
        self.queued()
        self.presence.sign_in("aisha", "Aisha", {"lang_zh": 5}, "client:aisha", self.clock.ms)
        self.presence.set_status("aisha", "available", self.clock.ms)
        offer = self.reservations.reserve_next(self.clock.ms, 30_000)
        assert offer is not None
        return offer

    def connected(self) -> Reservation:
        offer = self.offered()
        assert self.reservations.accept(offer.id, self.clock.ms)
        self.session.handle(CALL, ev.AgentAnswered(offer.id, "aisha", "Aisha"))
        return offer

    def now(self) -> datetime:
        return self.clock.now()

    def kinds(self) -> list[str]:
        return [event.kind for event in self.log.events(CALL)]

    def agent_state(self) -> str:
        agent = self.presence.get("aisha")
        assert agent is not None
        return agent.state
