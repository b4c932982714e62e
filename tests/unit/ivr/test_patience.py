"""Signs of a caller's patience are counted from the call itself and reach scorer and line."""

import pytest

from dialogue.nlu.intents import INTENT_IDS
from dialogue.turns import Handover, Intent, Memory, Understanding
from emotion.signs import NO_SIGNS
from ivr import effects as fx
from ivr import events as ev
from ivr.patience import _FAMILIES, after_turn, earlier_calls, earlier_matters, matters, signs_now
from ivr.state import Phase
from ivr.transitions import begin, transition
from tests.fakes.live_call import CALL, CALM, MEI, NOW_MS, POLICY, in_phase, reply


def turn(*intents: str, failures: int = 0, spoken: bool = True) -> ev.TurnTaken:
    understanding = Understanding(tuple(Intent(i, 0.9, i) for i in intents), ())
    answer = reply(memory=Memory(failures=failures), understanding=understanding)
    return ev.TurnTaken(answer, heard="…", emotion=CALM if spoken else None)


def test_every_family_is_of_requests_that_exist():
    named = [intent for _, family in _FAMILIES for intent in family]
    assert set(named) <= set(INTENT_IDS)
    assert len(named) == len(set(named)), "no request belongs to two families"


def test_a_wish_heard_again_is_a_sign_and_an_answer_about_it_is_none():
    parked = Memory(agenda=("return_goods",), waiting_for="return_goods.order")
    assert after_turn(NO_SIGNS, Memory(), turn("return_goods")).repeated_requests == 0
    assert after_turn(NO_SIGNS, parked, turn("return_goods")).repeated_requests == 0
    other = Memory(agenda=("track_package",), done=("refund_request",))
    assert after_turn(NO_SIGNS, other, turn("refund_request")).repeated_requests == 1
    assert after_turn(NO_SIGNS, other, turn("affirm", "human_agent")).repeated_requests == 0


def test_only_words_that_nobody_understood_count_as_not_understood():
    assert after_turn(NO_SIGNS, Memory(), turn(failures=1)).no_match == 1
    assert after_turn(NO_SIGNS, Memory(failures=1), turn(failures=1)).no_match == 0
    assert after_turn(NO_SIGNS, Memory(), turn(failures=1, spoken=False)).no_match == 0  # silence


def test_the_wish_for_a_person_is_counted():
    assert after_turn(NO_SIGNS, Memory(), turn("human_agent")).asked_for_person == 1


def test_calls_about_one_trouble_are_one_matter_whatever_was_asked():
    calls = [["track_package", "affirm"], ["order_status", "delivery_delay"], ["invoice"], []]
    assert earlier_matters(calls) == {"delivery": 2, "invoice": 1}
    assert matters(["human_agent", "complaint", "affirm"]) == frozenset()


def test_earlier_calls_count_only_once_this_call_is_about_the_same():
    known = {"delivery": 2, "invoice": 5}
    state = in_phase(Phase.TALKING, earlier=known)
    assert earlier_calls(state) == 0
    assert (
        earlier_calls(in_phase(Phase.TALKING, earlier=known, memory=Memory(done=("lost_package",))))
        == 2
    )
    handed = in_phase(Phase.WAITING, earlier=known, handover=Handover("asked", "invoice"))
    assert earlier_calls(handed) == 5


def test_the_scorer_is_told_of_the_wait_and_of_earlier_calls():
    state = in_phase(
        Phase.WAITING, earlier={"delivery": 2}, memory=Memory(agenda=("track_package",))
    )
    signs = signs_now(state, state.queued_at_ms + 185_000)
    assert (signs.hold_seconds, signs.earlier_calls) == (185, 2)
    assert signs_now(in_phase(Phase.TALKING), NOW_MS).hold_seconds == 0
    assert signs_now(state, state.queued_at_ms - 5_000).hold_seconds == 0, "clocks of two machines"


def test_signs_grow_with_the_call():
    state = begin(CALL, ev.CallRang(MEI, "+864008000001", "zh", {"delivery": 2}), NOW_MS)
    state, _ = transition(state, ev.StreamOpened("first"), NOW_MS, POLICY)
    for event in (ev.CallerInterrupted(200), turn("human_agent", failures=1)):
        state, _ = transition(state, event, NOW_MS, POLICY)
    assert (state.signs.interruptions, state.signs.no_match, state.signs.asked_for_person) == (
        1,
        1,
        1,
    )


@pytest.mark.parametrize(
    ("earlier", "seconds"), [({}, 0), ({"delivery": 2}, 60), ({"delivery": 9}, 90)]
)
def test_a_caller_who_calls_again_stands_further_ahead_and_the_record_says_so(earlier, seconds):
    memory = Memory(agenda=("track_package",))
    answer = reply(memory=memory, handover=Handover("asked", "track_package"))
    state = in_phase(Phase.TALKING, earlier=earlier)
    state, effects = transition(state, ev.TurnTaken(answer, "转人工"), NOW_MS, POLICY)
    plan = next(effect.plan for effect in effects if isinstance(effect, fx.JoinQueue))
    repeat = {term.name: term.seconds for term in plan.priority.terms}.get("repeat", 0)
    assert repeat == seconds
    # hearing a calm voice in line must not take the head start away
    later, moved = transition(
        state, ev.HeardWhileWaiting("嗯", CALM, state.emotion), NOW_MS, POLICY
    )
    assert not any(isinstance(effect, fx.MovePriority) for effect in moved)
    assert later.plan == plan
