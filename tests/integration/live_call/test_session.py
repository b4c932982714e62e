"""Races of two processes, and a process killed between the decision and the deed."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest

from ivr import effects as fx
from ivr import events as ev
from ivr.errors import TooBusy, UnknownCall
from ivr.session import TRIES, CallSession
from ivr.session_store import PERFORM_MS, SessionStore
from ivr.state import Phase
from tests.fakes.call_house import RANG, Clock, FakePerformer, begun
from tests.fakes.live_call import CALL, POLICY


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
