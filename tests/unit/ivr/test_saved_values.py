"""Whatever travels as JSON arrives as it was: state, events, effects."""

from functools import reduce
from operator import or_
from typing import Any

import msgspec
import pytest

from calls.kinds import Kind
from dialogue.turns import Handover, Memory
from emotion.baseline import Baseline
from emotion.fusion import EmotionState, SaidWords, Window
from emotion.signs import Signs
from ivr import effects as fx
from ivr import events as ev
from ivr.session_store import AnyEffect, Due
from ivr.state import CallState, Phase
from tests.fakes.live_call import CALM, FURIOUS, MEI, PLAN, TEMPER, TO_PERSON, in_phase

EFFECTS: list[fx.Effect] = [
    fx.Log(Kind.HEARD.value, {"turn": 1, "text": "你好", "confidence": 0.5, "nothing": None}),
    fx.SaveTurn(2, {"heard": "七号", "emotion": {"score": 0.3, "reasons": ["loud"]}}),
    fx.UpdateCall({"status": "waiting", "agent_id": None}),
    fx.ForgetEmotion(),
    fx.JoinQueue(PLAN, ("asked for a person",), "zh"),
    fx.LeaveQueue(),
    fx.MovePriority(PLAN.priority),
    fx.BringCaller("RV1"),
    fx.FinishReservation("RV1"),
    fx.ReturnToQueue("RV1"),
    fx.CloseCall("abandoned"),
]
STREAM_EFFECTS: list[fx.StreamEffect] = [
    fx.Speak(prompt="waiting", values={"position": "2", "seconds": ""}, then="hold", turn=3),
    fx.LeaveStream(),
]
EVENTS: list[ev.Event] = [
    ev.CallRang(MEI, "+864008000001", "zh"),
    ev.StreamOpened("nonce"),
    ev.LanguageTold(language="en", how="speech", probability=0.97),
    ev.LanguageUnsure(heard="我要 / where", probability=0.6),
    ev.TurnTaken(TO_PERSON, "转人工", 0.9, FURIOUS, TEMPER),
    ev.MenuTurnTaken(ev.TurnTaken(TO_PERSON, "[0]", 1.0)),
    ev.SpeechFinished(),
    ev.WaitChecked(2, None),
    ev.HeardWhileWaiting("嗯", CALM, TEMPER),
    ev.AnalysisRefused("不要分析"),
    ev.CallerInterrupted(260),
    ev.AgentAnswered("RV1", "aisha", "Aisha"),
    ev.AgentLeft("RV1", 61),
    ev.StreamLost(),
    ev.PersonAskedByKey(),
    ev.CallFinished(),
]


def through_json(value: Any, kind: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value), type=kind)


def named(values: list[Any]) -> Any:
    return pytest.mark.parametrize("value", values, ids=lambda value: type(value).__name__)


@named(EFFECTS)
def test_an_effect_survives_being_listed_as_due(value: Any) -> None:
    assert through_json(Due(5, (value,)), Due) == Due(5, (value,))


@named(STREAM_EFFECTS)
def test_a_stream_effect_survives_json(value: Any) -> None:
    assert through_json(value, type(value)) == value


@named(EVENTS)
def test_an_event_survives_json_and_names_itself(value: Any) -> None:
    any_event = reduce(or_, (type(event) for event in EVENTS))

    assert through_json(value, any_event) == value


def test_every_kind_of_value_is_tried_here() -> None:
    assert {type(effect) for effect in EFFECTS} == set(fx.Effect.__subclasses__())
    assert {type(effect) for effect in EFFECTS} == set(AnyEffect.__args__)
    assert {type(effect) for effect in STREAM_EFFECTS} == set(fx.StreamEffect.__subclasses__())
    assert {type(event) for event in EVENTS} == set(ev.Event.__subclasses__())


@pytest.mark.parametrize("phase", list(Phase))
def test_a_state_survives_json_in_every_phase(phase: Phase) -> None:
    state = in_phase(
        phase,
        version=12,
        memory=Memory(
            "en", ("refund",), ("logistics",), "refund.confirm", {"order": "7"}, 1, ("s",)
        ),
        emotion=EmotionState(
            Baseline(), (Window(20, 0.5, 0.4, 0.9),), (SaidWords(20, 2, 0.8, ("烦",)),), 0.6, 2
        ),
        emotion_score=0.6,
        signs=Signs(1, 2, 3, 4, 5, 6),
        earlier={"delivery": 2},
        alerted_level=2,
        handover=Handover("angry", "complaint", "appliance", "1001"),
    )

    assert through_json(state, CallState) == state
