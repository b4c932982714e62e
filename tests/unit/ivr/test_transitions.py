"""The heart of a call as a table, and as an adversary who sends any event at any time."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.kinds import Kind
from dialogue.turns import Memory
from ivr import effects as fx
from ivr import events as ev
from ivr.state import CallState, Phase
from ivr.transitions import LOST_AGENT_SECONDS, begin, transition
from tests.fakes.live_call import (
    CALL,
    CALM,
    FURIOUS,
    GOODBYE,
    MEI,
    NOW_MS,
    POLICY,
    SOLVED,
    TEMPER,
    TO_PERSON,
    UNSURE,
    in_phase,
    reply,
)

RINGING, TALKING, WAITING = Phase.RINGING, Phase.TALKING, Phase.WAITING
WITH_AGENT, LEAVING, ENDED = Phase.WITH_AGENT, Phase.LEAVING, Phase.ENDED
ANSWERED = ev.AgentAnswered("RV1", "aisha", "Aisha")
FINISHED = ev.AgentLeft("RV1", talked_seconds=60)
LOST = ev.AgentLeft("RV1", talked_seconds=1)
PLACED = ev.WaitChecked(position=2, expected_wait_seconds=40)
OPENED = ev.StreamOpened("second")
KEYED = ev.TurnTaken(reply(), heard="[1]", confidence=1.0)
REFUSES = ev.AnalysisRefused("不要分析我的语气")
ANGRY = ev.HeardWhileWaiting("投诉", FURIOUS, TEMPER)

MOVES = [
    # from, event, to, effects in order
    (RINGING, OPENED, TALKING, (fx.Log, fx.Speak)),
    (TALKING, OPENED, TALKING, (fx.Log, fx.Speak)),
    (WAITING, OPENED, WAITING, (fx.Log, fx.Speak)),
    (WITH_AGENT, OPENED, WITH_AGENT, (fx.LeaveStream,)),
    (LEAVING, OPENED, LEAVING, (fx.LeaveStream,)),
    (TALKING, ev.TurnTaken(reply()), TALKING, (fx.SaveTurn, fx.Log, fx.Log, fx.Speak)),
    (TALKING, ev.TurnTaken(GOODBYE), LEAVING, (fx.SaveTurn, fx.Log, fx.Log, fx.Speak)),
    (
        *(TALKING, ev.TurnTaken(TO_PERSON), WAITING),
        (fx.SaveTurn, fx.Log, fx.Log, fx.UpdateCall, fx.JoinQueue, fx.Speak),
    ),
    (TALKING, ev.MenuTurnTaken(KEYED), TALKING, (fx.SaveTurn, fx.Log, fx.Log)),
    (RINGING, ev.MenuTurnTaken(KEYED), TALKING, (fx.Log, fx.SaveTurn, fx.Log, fx.Log)),
    (TALKING, ev.MenuTurnTaken(ev.TurnTaken(GOODBYE)), LEAVING, (fx.SaveTurn, fx.Log, fx.Log)),
    (
        *(TALKING, ev.MenuTurnTaken(ev.TurnTaken(TO_PERSON)), WAITING),
        (fx.SaveTurn, fx.Log, fx.Log, fx.UpdateCall, fx.JoinQueue),
    ),
    (WAITING, ev.MenuTurnTaken(KEYED), WAITING, ()),
    (WAITING, ev.TurnTaken(reply()), WAITING, ()),
    (RINGING, ev.TurnTaken(reply()), RINGING, ()),
    (LEAVING, ev.SpeechFinished(), LEAVING, (fx.LeaveStream,)),
    (TALKING, ev.SpeechFinished(), TALKING, ()),
    (WAITING, PLACED, WAITING, (fx.Log, fx.Speak)),
    (WAITING, ev.WaitChecked(position=0), WAITING, ()),
    (TALKING, PLACED, TALKING, ()),
    (WAITING, ANGRY, WAITING, (fx.Log, fx.UpdateCall, fx.Log, fx.MovePriority)),
    (WAITING, ev.HeardWhileWaiting("嗯", CALM, TEMPER), WAITING, (fx.Log, fx.UpdateCall)),
    (WAITING, ev.HeardWhileWaiting("", UNSURE, TEMPER), WAITING, (fx.Log,)),
    (WAITING, REFUSES, WAITING, (fx.ForgetEmotion, fx.Log, fx.Speak)),
    (TALKING, REFUSES, TALKING, (fx.ForgetEmotion, fx.Log, fx.Speak)),
    (TALKING, ev.CallerInterrupted(260), TALKING, (fx.Log,)),
    (TALKING, ANGRY, TALKING, ()),
    (WAITING, ANSWERED, WITH_AGENT, (fx.BringCaller, fx.UpdateCall, fx.Log)),
    (TALKING, ANSWERED, TALKING, ()),
    (WITH_AGENT, FINISHED, LEAVING, (fx.FinishReservation, fx.Log)),
    (WITH_AGENT, LOST, WAITING, (fx.ReturnToQueue, fx.UpdateCall, fx.Log)),
    (TALKING, ev.StreamLost(), TALKING, ()),
    (TALKING, ev.PersonAskedByKey(), WAITING, (fx.Log, fx.UpdateCall, fx.JoinQueue)),
    (RINGING, ev.PersonAskedByKey(), WAITING, (fx.Log, fx.UpdateCall, fx.JoinQueue)),
    (WAITING, ev.PersonAskedByKey(), WAITING, ()),
    (RINGING, ev.CallFinished(), ENDED, (fx.CloseCall,)),
    (TALKING, ev.CallFinished(), ENDED, (fx.CloseCall,)),
    (WAITING, ev.CallFinished(), ENDED, (fx.LeaveQueue, fx.Log, fx.CloseCall)),
    (WITH_AGENT, ev.CallFinished(), ENDED, (fx.FinishReservation, fx.CloseCall)),
    (ENDED, ev.CallFinished(), ENDED, ()),
]


@pytest.mark.parametrize(
    ("phase", "event", "after", "effects"),
    MOVES,
    ids=[f"{phase}-{type(event).__name__}-{after}" for phase, event, after, _ in MOVES],
)
def test_each_event_moves_the_call_as_the_table_says(
    phase: Phase, event: ev.Event, after: Phase, effects: tuple[type, ...]
) -> None:
    state, done = transition(in_phase(phase), event, NOW_MS + 9000, POLICY)

    assert state.phase is after
    assert tuple(type(effect) for effect in done) == effects


@pytest.mark.parametrize(
    ("state", "outcome"),
    [
        (in_phase(WAITING), "abandoned"),
        (in_phase(WITH_AGENT), "answered_by_agent"),
        (in_phase(LEAVING, connected_at_ms=NOW_MS), "answered_by_agent"),
        (in_phase(LEAVING, memory=SOLVED.memory), "solved_by_bot"),
        (in_phase(TALKING), "caller_left"),
        (in_phase(WAITING, connected_at_ms=NOW_MS), "abandoned"),
    ],
)
def test_the_end_says_what_became_of_the_call(state: CallState, outcome: str) -> None:
    _, effects = transition(state, ev.CallFinished(), NOW_MS, POLICY)

    assert effects[-1] == fx.CloseCall(outcome)


def test_a_ringing_call_knows_its_caller_and_language() -> None:
    state = begin(CALL, ev.CallRang(MEI, "+864008000002", "en"), NOW_MS)

    assert (state.caller, state.memory.language) == (MEI, "en")
    assert (state.phase, state.version, state.started_at_ms) == (RINGING, 0, NOW_MS)


def test_a_caller_who_is_back_hears_the_last_words_again() -> None:
    state, effects = transition(in_phase(TALKING, last_said="请问订单号？"), OPENED, NOW_MS, POLICY)

    assert effects[-1] == fx.Speak(prompt="resumed", values={"last": "请问订单号？"})
    assert state.stream_nonce == "second"


def test_a_turn_is_numbered_and_remembered() -> None:
    taken = ev.TurnTaken(reply("好的。"), heard="七号", emotion=FURIOUS)

    state, effects = transition(in_phase(TALKING, turn=4), taken, NOW_MS, POLICY)

    assert (state.turn, state.last_said, state.emotion_level) == (5, "好的。", 3)
    assert effects[-1] == fx.Speak(text="好的。", turn=5)
    saved = next(effect for effect in effects if isinstance(effect, fx.SaveTurn))
    assert (saved.number, saved.columns["heard"]) == (5, "七号")


def test_a_key_of_the_menu_is_remembered_like_words() -> None:
    knows = reply("哪个订单？", memory=Memory(agenda=("track_package",), waiting_for="track.order"))
    keyed = ev.MenuTurnTaken(ev.TurnTaken(knows, heard="[1]", confidence=1.0))

    state, effects = transition(in_phase(TALKING, turn=4), keyed, NOW_MS, POLICY)

    assert (state.turn, state.memory, state.last_said) == (5, knows.memory, "哪个订单？")
    assert effects[0] == fx.SaveTurn(5, effects[0].columns)
    assert effects[0].columns["heard"] == "[1]"


def test_a_mood_that_is_not_sure_is_kept_out_of_the_record() -> None:
    taken = ev.TurnTaken(reply(), heard="嗯", emotion=UNSURE, emotion_state=TEMPER)

    state, effects = transition(in_phase(TALKING), taken, NOW_MS, POLICY)

    assert (state.emotion_score, state.emotion) == (None, TEMPER)
    saved = next(effect for effect in effects if isinstance(effect, fx.SaveTurn))
    assert saved.columns["emotion"] is None
    assert not any(isinstance(effect, fx.UpdateCall) for effect in effects)
    on_timeline = [e.data for e in effects if kind_of(e) is Kind.EMOTION]
    assert [data["abstained"] for data in on_timeline] == [True]


def test_a_worse_mood_is_never_forgotten() -> None:
    state = in_phase(WAITING, emotion_level=3, emotion_score=0.95)

    state, _ = transition(state, ev.HeardWhileWaiting("嗯", CALM, TEMPER), NOW_MS, POLICY)

    assert (state.emotion_level, state.emotion_score) == (3, 0.95)


def test_anger_moves_a_waiting_caller_once_and_calm_never_moves_one_back() -> None:
    angry, moved = transition(in_phase(WAITING), ANGRY, NOW_MS, POLICY)
    _, again = transition(angry, ANGRY, NOW_MS, POLICY)
    _, calm = transition(angry, ev.HeardWhileWaiting("好", CALM, TEMPER), NOW_MS, POLICY)

    assert angry.plan is not None and angry.plan.priority.boost_seconds == 180
    assert isinstance(moved[-1], fx.MovePriority)
    assert not any(isinstance(effect, fx.MovePriority) for effect in (*again, *calm))


TOLD = in_phase(WAITING, told_at_ms=NOW_MS, told_position=3, told_wait=True)


@pytest.mark.parametrize(
    ("state", "position", "wait", "after_ms", "is_told"),
    [
        (in_phase(WAITING), 3, None, 0, True),  # never told before
        (TOLD, 3, 60, 29_999, False),
        (TOLD, 3, 60, 30_000, True),  # often enough
        (TOLD, 2, 60, 1, True),  # better
        (TOLD, 4, 60, 1, False),  # worse is not worth an interruption
        (in_phase(WAITING, told_at_ms=NOW_MS, told_position=3), 3, 60, 1, True),  # first estimate
    ],
)
def test_a_place_is_told_when_it_is_news(
    state: CallState, position: int, wait: int | None, after_ms: int, is_told: bool
) -> None:
    checked = ev.WaitChecked(position, wait)

    after, effects = transition(state, checked, NOW_MS + after_ms, POLICY)

    assert bool(effects) is is_told
    if is_told:
        assert (after.told_position, after.told_wait) == (position, wait is not None)


def test_an_agent_lost_within_a_breath_returns_the_caller_who_keeps_the_time_of_joining() -> None:
    lost = ev.AgentLeft("RV1", talked_seconds=LOST_AGENT_SECONDS - 1)

    state, effects = transition(in_phase(WITH_AGENT, told_at_ms=1), lost, NOW_MS + 7000, POLICY)

    assert (state.phase, state.queued_at_ms, state.agent_id) == (WAITING, NOW_MS, "")
    assert (state.told_at_ms, effects[0]) == (0, fx.ReturnToQueue("RV1"))


def test_an_agent_of_another_reservation_who_leaves_changes_nothing() -> None:
    before = in_phase(WITH_AGENT)

    assert transition(before, ev.AgentLeft("RV2", 60), NOW_MS, POLICY) == (before, ())


def test_a_second_agent_who_answers_changes_nothing() -> None:
    before = in_phase(WITH_AGENT)
    second = ev.AgentAnswered("RV2", "tomas", "Tomas")

    assert transition(before, second, NOW_MS, POLICY) == (before, ())


def test_streams_are_counted_lost_only_while_the_caller_is_ours() -> None:
    counted, _ = transition(in_phase(WAITING), ev.StreamLost(), NOW_MS, POLICY)
    left, _ = transition(in_phase(WITH_AGENT), ev.StreamLost(), NOW_MS, POLICY)

    assert (counted.streams_lost, left.streams_lost) == (1, 0)


def test_a_stream_that_served_a_turn_ends_the_row_of_lost_ones() -> None:
    lost, _ = transition(in_phase(TALKING), ev.StreamLost(), NOW_MS, POLICY)
    served, _ = transition(lost, ev.TurnTaken(reply()), NOW_MS, POLICY)

    assert (lost.streams_lost, served.streams_lost) == (1, 0)


def test_a_waiting_callers_stream_that_serves_ends_the_row_of_lost_ones() -> None:
    lost, _ = transition(in_phase(WAITING, streams_lost=2), ev.StreamLost(), NOW_MS, POLICY)
    back, _ = transition(lost, OPENED, NOW_MS, POLICY)
    told, _ = transition(back, PLACED, NOW_MS + 1000, POLICY)
    assert told.streams_lost == 3, "one that just opened has proved nothing yet"

    again, _ = transition(told, PLACED, NOW_MS + 1000 + POLICY.announce_ms, POLICY)
    heard, _ = transition(told, ev.HeardWhileWaiting("嗯", CALM, TEMPER), NOW_MS + 2000, POLICY)
    assert (again.streams_lost, heard.streams_lost) == (0, 0)


RESERVATIONS = st.sampled_from(["RV1", "RV2"])
READINGS = st.sampled_from([CALM, FURIOUS, UNSURE])
EVENTS = st.one_of(
    st.builds(ev.StreamOpened, st.sampled_from(["a", "b"])),
    st.builds(
        ev.TurnTaken,
        reply=st.sampled_from([reply(), SOLVED, TO_PERSON, GOODBYE]),
        emotion=st.none() | READINGS,
        emotion_state=st.none() | st.just(TEMPER),
    ),
    st.just(ev.SpeechFinished()),
    st.builds(ev.WaitChecked, st.integers(0, 9), st.none() | st.integers(0, 600)),
    st.builds(ev.HeardWhileWaiting, st.just("嗯"), READINGS, st.just(TEMPER)),
    st.builds(ev.AgentAnswered, RESERVATIONS, st.just("aisha"), st.just("Aisha")),
    st.builds(ev.AgentLeft, RESERVATIONS, st.integers(0, 20)),
    st.just(ev.StreamLost()),
    st.just(ev.PersonAskedByKey()),
    st.just(ev.CallFinished()),
)
LEGAL = {
    (RINGING, TALKING),
    (RINGING, WAITING),
    (TALKING, WAITING),
    (TALKING, LEAVING),
    (WAITING, WITH_AGENT),
    (WITH_AGENT, WAITING),
    (WITH_AGENT, LEAVING),
}


@given(st.lists(st.tuples(EVENTS, st.integers(0, 60_000)), max_size=40))
def test_whatever_happens_a_call_goes_its_legal_ways_and_ends_once(
    story: list[tuple[ev.Event, int]],
) -> None:
    state, now_ms = begin(CALL, ev.CallRang(MEI, "+864008000001", "zh"), NOW_MS), NOW_MS
    closed: list[Any] = []
    for event, passed_ms in [*story, (ev.CallFinished(), 0), (ev.CallFinished(), 0)]:
        now_ms += passed_ms
        before = state
        state, effects = transition(before, event, now_ms, POLICY)

        assert state.version == before.version, "the session counts versions, not the decision"
        moved = (before.phase, state.phase)
        assert before.phase is state.phase or state.phase is ENDED or moved in LEGAL
        if before.phase is ENDED:
            assert (state, effects) == (before, ())
        if moved == (WAITING, ENDED):
            assert fx.LeaveQueue() in effects
        if isinstance(event, ev.AgentLeft) and event.reservation_id != before.reservation_id:
            assert (state, effects) == (before, ())
        if state.phase is LEAVING:
            assert transition(state, ev.SpeechFinished(), now_ms, POLICY)[1] == (fx.LeaveStream(),)
        assert (state.phase is WITH_AGENT) <= bool(state.reservation_id)
        closed += [effect for effect in effects if isinstance(effect, fx.CloseCall)]
    assert len(closed) == 1


def kind_of(effect: object) -> Kind | None:
    return Kind(effect.kind) if isinstance(effect, fx.Log) else None
