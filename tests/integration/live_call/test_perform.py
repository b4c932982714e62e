"""What a call wants done is done in the record, in the line and at the provider."""

import pytest

from calls.kinds import Kind
from ivr import effects as fx
from ivr import events as ev
from ivr.session_store import PERFORM_MS
from ivr.state import Phase
from telephony.errors import CallGone, ProviderUnavailable, Refused
from tests.fakes.call_house import BASE, House
from tests.fakes.live_call import CALL, FURIOUS, PLAN, TEMPER, in_phase, reply


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
    assert house.kinds() == [Kind.ANSWERED, Kind.HEARD, Kind.UNDERSTOOD, Kind.EMOTION, Kind.ALERTED]


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
        {
            "name": term.name,
            "seconds": term.seconds,
            "reason": term.reason,
            "facts": term.facts,
        }
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
