"""A live call on real Redis and SQL: races, crashes between decision and deed."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from calls.kinds import Kind
from calls.live import LiveFeed
from calls.log import CallLog
from ivr import effects as fx
from ivr import events as ev
from ivr.agent_webhooks import AgentParts, _AgentViews
from ivr.errors import CallStateLost, LiveStateUnavailable, TooBusy, UnknownCall
from ivr.perform import Performer
from ivr.session import TRIES, CallSession
from ivr.session_store import PERFORM_MS, SessionStore, due_field
from ivr.state import CallState, Phase
from ivr.webhooks import _CallerViews
from queues.presence import Presence
from queues.reservations import Reservation, Reservations
from queues.waiting import Waiting
from telephony.errors import CallGone, ProviderUnavailable, Refused
from telephony.verbs import Redirect
from tests.fakes.live_call import (
    CALL,
    CALM,
    FURIOUS,
    MEI,
    NOW_MS,
    PLAN,
    POLICY,
    TEMPER,
    TO_PERSON,
    in_phase,
    reply,
)
from tests.fakes.voice_client import FakeVoiceClient

BASE = "https://hotline.example"
RANG = ev.CallRang(MEI, "+864008000001", "zh")
Sessions = sessionmaker[Session]


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


@pytest.fixture
def store(redis: Redis) -> SessionStore:
    return SessionStore(redis)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def begun(store: SessionStore, performer: Any, clock: Clock) -> CallSession:
    session = CallSession(store, performer, POLICY, clock)
    assert session.begin(CALL, RANG)
    return session


# --- the store ------------------------------------------------------------------------------


def test_a_call_is_kept_as_it_is_with_what_is_still_to_be_done(store: SessionStore) -> None:
    state, due = in_phase(Phase.WAITING, version=7), (fx.LeaveQueue(), fx.CloseCall("abandoned"))

    assert store.save(state, expected=None, effects=due, now_ms=NOW_MS)

    held = store.load(CALL)
    assert held is not None and held.state == state
    assert held.due[due_field(7)].effects == due
    store.performed(CALL, due_field(7))
    assert store.load(CALL) == msgspec.structs.replace(held, due={})


def test_a_call_that_nobody_began_is_not_there(store: SessionStore) -> None:
    assert store.load("CA" + "9" * 32) is None


def test_of_two_who_saw_the_same_version_one_is_refused(store: SessionStore) -> None:
    store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    first, second = (in_phase(phase, version=1) for phase in (Phase.TALKING, Phase.ENDED))

    assert store.save(first, expected=0, effects=(), now_ms=NOW_MS)
    assert not store.save(second, expected=0, effects=(), now_ms=NOW_MS)
    assert not store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    held = store.load(CALL)
    assert held is not None and held.state.phase is Phase.TALKING


def test_state_of_another_shape_is_named_and_not_guessed(store: SessionStore, redis: Redis) -> None:
    redis.hset(f"{{call:{CALL}}}", mapping={"state": '{"phase": "dancing"}', "version": "3"})

    with pytest.raises(CallStateLost, match=f"state of call '{CALL}' cannot be read"):
        store.load(CALL)


def test_everything_that_is_kept_expires(store: SessionStore, redis: Redis) -> None:
    store.save(in_phase(Phase.RINGING), expected=None, effects=(), now_ms=NOW_MS)
    store.first_reply(CALL, "incoming", "<Response/>")
    store.use_token("nonce")

    assert all(redis.ttl(key) > 0 for key in redis.scan_iter())


def test_a_webhook_that_comes_twice_gets_the_first_answer(store: SessionStore) -> None:
    assert store.reply(CALL, "incoming") is None
    assert store.first_reply(CALL, "incoming", "<first/>") == "<first/>"
    assert store.first_reply(CALL, "incoming", "<second/>") == "<first/>"
    assert store.first_reply(CALL, "resume:2", "<second/>") == "<second/>"


def test_a_stream_token_opens_one_stream(store: SessionStore) -> None:
    with ThreadPoolExecutor(8) as pool:
        uses = list(pool.map(store.use_token, ["nonce"] * 8))

    assert sorted(uses) == [False] * 7 + [True]


def test_redis_away_is_said_in_one_sentence() -> None:
    store = SessionStore(Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=1))

    with pytest.raises(LiveStateUnavailable, match="is Redis running"):
        store.load(CALL)


# --- the session ----------------------------------------------------------------------------


def test_a_call_that_rings_twice_begins_once(store: SessionStore, clock: Clock) -> None:
    session = begun(store, FakePerformer(), clock)

    assert session.begin(CALL, RANG) is False


def test_an_event_of_a_call_that_nobody_began_is_refused(store: SessionStore, clock: Clock) -> None:
    session = CallSession(store, FakePerformer(), POLICY, clock)  # type: ignore[arg-type]

    with pytest.raises(UnknownCall, match="begins with the incoming webhook"):
        session.handle(CALL, ev.StreamLost())


def test_what_is_for_the_stream_is_returned_and_the_rest_performed_once(
    store: SessionStore, clock: Clock
) -> None:
    performer = FakePerformer()
    session = begun(store, performer, clock)

    state, effects = session.handle(CALL, ev.StreamOpened("a"))

    assert (state.phase, state.version) == (Phase.TALKING, 1)
    assert [type(effect) for effect in effects] == [fx.Speak]
    assert [type(effect) for effect in performer.done] == [fx.Log]
    held = store.load(CALL)
    assert held is not None and held.due == {}


def test_of_two_writers_the_loser_decides_anew_on_what_the_winner_left(
    store: SessionStore, clock: Clock
) -> None:
    """The caller hangs up while an agent answers: whoever is second sees the other's state."""
    session = begun(store, FakePerformer(), clock)
    session.handle(CALL, ev.PersonAskedByKey())
    events = [ev.AgentAnswered("RV1", "aisha", "Aisha"), ev.CallFinished()]

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda event: session.handle(CALL, event), events))

    state = session.load(CALL)
    assert (state.phase, state.version) == (Phase.ENDED, 3)


def test_many_writers_lose_no_event(store: SessionStore, clock: Clock) -> None:
    session = begun(store, FakePerformer(), clock)
    session.handle(CALL, ev.StreamOpened("a"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: session.handle(CALL, ev.StreamLost()), range(20)))

    assert session.load(CALL).streams_lost == 20


def test_a_writer_who_always_loses_gives_up_with_a_sentence(
    store: SessionStore, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun(store, FakePerformer(), clock)
    monkeypatch.setattr(store, "save", lambda *_, **__: False)

    with pytest.raises(TooBusy, match=f"changed {TRIES} times"):
        session.handle(CALL, ev.StreamLost())


@pytest.fixture
def crashed(store: SessionStore, clock: Clock) -> CallSession:
    """A call whose process was killed between the save and its effects."""
    performer = FakePerformer()
    session = begun(store, performer, clock)
    performer.dies = True
    with pytest.raises(KeyboardInterrupt):
        session.handle(CALL, ev.PersonAskedByKey())
    return session


QUEUEING = [fx.Log, fx.UpdateCall, fx.JoinQueue]


def test_what_a_dead_process_left_undone_is_done_once_after_its_lease(
    crashed: CallSession, store: SessionStore, clock: Clock
) -> None:
    performer = FakePerformer()
    session = CallSession(store, performer, POLICY, clock)  # type: ignore[arg-type]

    clock.ms += PERFORM_MS - 1
    session.handle(CALL, ev.StreamLost())
    assert performer.done == [], "its performer may still be at it"

    clock.ms += 1
    session.handle(CALL, ev.StreamLost())
    session.handle(CALL, ev.StreamLost())
    assert [type(effect) for effect in performer.done] == QUEUEING


def test_of_many_processes_exactly_one_takes_over(
    crashed: CallSession, store: SessionStore, clock: Clock
) -> None:
    clock.ms += PERFORM_MS
    held = store.load(CALL)
    assert held is not None
    ((field, due),) = held.due.items()

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take_over(CALL, field, due, clock.ms), range(8)))

    assert sorted(taken) == [False] * 7 + [True]


def test_a_process_that_dies_while_catching_up_is_followed_by_the_next(
    crashed: CallSession, store: SessionStore, clock: Clock
) -> None:
    clock.ms += PERFORM_MS
    with pytest.raises(KeyboardInterrupt):
        crashed.handle(CALL, ev.StreamLost())
    clock.ms += PERFORM_MS
    performer = FakePerformer()
    CallSession(store, performer, POLICY, clock).handle(CALL, ev.StreamLost())  # type: ignore[arg-type]

    assert [type(effect) for effect in performer.done] == QUEUEING


def test_what_was_left_undone_is_done_in_the_order_in_which_it_was_decided(
    store: SessionStore, clock: Clock
) -> None:
    session = begun(store, FakePerformer(), clock)
    for version in (2, 9, 10, 11):
        effect = fx.FinishReservation(f"RV{version}")
        before = store.load(CALL)
        assert before is not None
        state = msgspec.structs.replace(before.state, version=version)
        expected = before.state.version
        assert store.save(state, expected=expected, effects=(effect,), now_ms=clock.ms)
    clock.ms += PERFORM_MS
    performer = FakePerformer()
    session = CallSession(store, performer, POLICY, clock)  # type: ignore[arg-type]

    session.handle(CALL, ev.StreamLost())

    assert performer.done == [fx.FinishReservation(f"RV{n}") for n in (2, 9, 10, 11)]


# --- the performer --------------------------------------------------------------------------


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


@pytest.fixture
def house(redis: Redis, session_factory: Sessions, clock: Clock) -> Iterator[House]:
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
    yield House(log, waiting, Presence(redis), reservations, client, session, clock, performer)


def test_a_turn_is_written_with_its_events(house: House) -> None:
    house.opened()
    house.session.handle(CALL, ev.TurnTaken(reply(), "快递到哪了", 0.9, FURIOUS, TEMPER))

    (turn,) = house.log.turns(CALL)
    call = house.log.call(CALL)
    assert (turn.heard, turn.emotion["level"], turn.intents[0]["id"]) == (
        "快递到哪了",
        3,
        "logistics",
    )
    assert call is not None and (call.status, call.emotion_level) == ("bot", 3)
    assert call.answered_at == house.now()
    assert house.kinds() == [Kind.ANSWERED, Kind.HEARD, Kind.UNDERSTOOD, Kind.EMOTION]


def test_a_caller_joins_the_line_once_however_often_it_is_performed(house: House) -> None:
    house.queued()
    state = house.session.load(CALL)
    assert state.plan is not None
    again = fx.JoinQueue(state.plan, (), "zh")
    house.performer.perform(state, (again, again))

    place = house.waiting.position(CALL)
    assert place is not None and (place.position, place.length) == (1, 1)
    assert house.kinds().count(Kind.QUEUED) == 1
    queued = next(event for event in house.log.events(CALL) if event.kind == Kind.QUEUED)
    assert queued.data["expected_wait_seconds"] == 45
    assert queued.data["terms"] == [
        {"name": term.name, "seconds": term.seconds, "reason": term.reason}
        for term in state.plan.priority.terms
    ]


def test_an_angry_caller_moves_up_and_one_who_left_does_not(house: House) -> None:
    house.queued()
    house.session.handle(CALL, ev.HeardWhileWaiting("投诉！", FURIOUS, TEMPER))
    house.waiting.leave(CALL, house.clock.ms)
    house.performer.perform(house.session.load(CALL), (fx.MovePriority(PLAN.priority),))

    (moved,) = [event for event in house.log.events(CALL) if event.kind == Kind.MOVED]
    assert moved.data["boost_seconds"] == 180


def test_a_caller_who_gives_up_leaves_the_line_and_stops_the_ringing_phone(house: House) -> None:
    offer = house.offered()
    house.log.add_leg("CAagent", CALL, "agent", house.now(), agent_id="aisha")
    house.clock.ms += 9000

    house.session.handle(CALL, ev.CallFinished())

    assert house.waiting.position(CALL) is None
    assert house.client.asked == [("hang_up", "CAagent")]
    assert house.agent_state() == "idle"
    ended = house.reservations.get(offer.id)
    assert ended is not None and ended.outcome == "abandoned"
    call = house.log.call(CALL)
    assert call is not None and (call.outcome, call.ended_at) == ("abandoned", house.now())
    assert house.kinds()[-2:] == [Kind.ABANDONED, Kind.ENDED]


def test_an_agent_who_answers_gets_the_caller_and_wraps_up_after_the_talk(house: House) -> None:
    offer = house.connected()
    assert house.client.asked == [("redirect_call", CALL, f"{BASE}/voice/connect/{offer.id}")]
    house.clock.ms += 60_000

    house.session.handle(CALL, ev.AgentLeft(offer.id, 60))
    house.session.handle(CALL, ev.CallFinished())

    assert house.agent_state() == "wrapping"
    call = house.log.call(CALL)
    assert call is not None and (call.outcome, call.agent_id) == ("answered_by_agent", "aisha")


def test_a_lost_agent_returns_the_caller_to_the_old_place(house: House) -> None:
    offer = house.connected()
    joined = house.session.load(CALL).queued_at_ms
    house.clock.ms += 2000

    house.session.handle(CALL, ev.AgentLeft(offer.id, 2))

    place = house.waiting.position(CALL)
    assert place is not None and (place.joined_ms, place.state) == (joined, "waiting")
    call = house.log.call(CALL)
    assert call is not None and (call.status, call.agent_id) == ("waiting", None)


def test_a_caller_who_is_gone_need_not_be_brought_anywhere(house: House) -> None:
    house.client.fails = CallGone(CALL)

    house.performer.perform(in_phase(Phase.WITH_AGENT), (fx.BringCaller("RV1"),))


def test_a_caller_whom_the_provider_could_not_move_is_moved_by_the_next_event(house: House) -> None:
    offer = house.offered()
    house.reservations.accept(offer.id, house.clock.ms)
    house.client.fails = ProviderUnavailable("redirect a call", "no answer")
    with pytest.raises(ProviderUnavailable):
        house.session.handle(CALL, ev.AgentAnswered(offer.id, "aisha", "Aisha"))
    house.client.fails = None
    house.clock.ms += PERFORM_MS

    house.session.handle(CALL, ev.StreamLost())

    assert house.client.asked == [("redirect_call", CALL, f"{BASE}/voice/connect/{offer.id}")]


def test_a_caller_whom_the_provider_refuses_to_move_can_still_hang_up(house: House) -> None:
    offer = house.offered()
    house.reservations.accept(offer.id, house.clock.ms)
    house.client.fails = Refused("redirect a call", 21220, "not in the right state")
    with pytest.raises(Refused):
        house.session.handle(CALL, ev.AgentAnswered(offer.id, "aisha", "Aisha"))
    house.clock.ms += PERFORM_MS

    house.session.handle(CALL, ev.CallFinished())

    call = house.log.call(CALL)
    assert call is not None and call.outcome == "answered_by_agent"
    assert house.agent_state() == "wrapping"


def test_a_record_is_closed_once(house: House) -> None:
    house.opened()
    for outcome in ("caller_left", "abandoned"):
        house.performer.perform(in_phase(Phase.ENDED), (fx.CloseCall(outcome),))

    call = house.log.call(CALL)
    assert call is not None and call.outcome == "caller_left"
    assert house.kinds().count(Kind.ENDED) == 1


# --- the agent's answer ---------------------------------------------------------------------


def agent_views(house: House) -> _AgentViews:
    unused: Any = None
    return _AgentViews(
        AgentParts(
            session=house.session,
            turns=unused,
            reservations=house.reservations,
            offers=unused,
            call_log=house.log,
            signature=unused,
            public_base_url=BASE,
            now=house.now,
            on_rejected=lambda: None,
        )
    )


def test_an_agent_who_answers_waits_in_the_room_also_when_it_is_asked_twice(house: House) -> None:
    offer = house.offered()
    views = agent_views(house)

    first, second = (views.answered(offer.id).get_data(as_text=True) for _ in range(2))

    assert "<Conference" in first and first == second
    assert house.session.load(CALL).reservation_id == offer.id
    assert len(house.client.asked) == 1


def test_an_agent_who_accepts_a_caller_who_hangs_up_in_that_moment_is_free_again(
    house: House,
) -> None:
    offer = house.offered()
    house.reservations.accept(offer.id, house.clock.ms)  # leaving finds the caller accepted
    house.session.handle(CALL, ev.CallFinished())

    answer = agent_views(house).answered(offer.id).get_data(as_text=True)

    assert "<Conference" not in answer and "<Hangup" in answer
    assert house.agent_state() == "idle"


def test_an_agent_who_answers_too_late_is_told_so(house: House) -> None:
    offer = house.offered()
    house.clock.ms += 31_000

    assert "<Hangup" in agent_views(house).answered(offer.id).get_data(as_text=True)
    assert "<Hangup" in agent_views(house).answered("RVunknown").get_data(as_text=True)
    assert house.session.load(CALL).phase is Phase.WAITING


def test_a_stream_that_breaks_as_an_agent_answers_leads_into_the_room() -> None:
    """The order to move the caller may still be on its way: hanging up would lose both."""
    parts: Any = SimpleNamespace(public_base_url=BASE)

    (redirect,) = _CallerViews(parts)._after_stream(in_phase(Phase.WITH_AGENT))

    assert redirect == Redirect(f"{BASE}/voice/connect/RV1")
