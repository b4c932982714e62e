"""What a mood does to a call: timeline, alert, refusal; in shadow nothing but the record."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from aftersales.errors import ShopUnavailable
from asr.events import UtteranceHeard
from asr.recognizer import Transcript
from calls.kinds import Kind
from dialogue.turns import Memory
from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer, EmotionState
from emotion.labels import EmotionReading
from emotion.lexical import LexicalScorer
from emotion.reasons import reason
from ivr import effects as fx
from ivr import events as ev
from ivr.state import CallState, Phase
from ivr.transitions import transition
from ivr.turn import TurnTaker
from tests.fakes.live_call import (
    CALM,
    FURIOUS,
    NOW,
    NOW_MS,
    POLICY,
    TEMPER,
    UNSURE,
    in_phase,
    reply,
)

ANGRY = EmotionReading(0.65, 2, 0.8, (reason("said", words={"太差": 1}),))


def heard(state: CallState, mood: EmotionReading, policy: Any = POLICY) -> Any:
    return transition(state, ev.TurnTaken(reply(), "嗯", 0.9, mood, TEMPER), NOW_MS, policy)


def logs(effects: Any, kind: Kind) -> list[dict[str, Any]]:
    return [e.data for e in effects if isinstance(e, fx.Log) and e.kind == kind.value]


def test_every_reading_is_on_the_timeline_also_one_that_abstained():
    state, effects = heard(in_phase(Phase.TALKING), UNSURE)
    state, more = heard(state, ANGRY)
    readings = logs((*effects, *more), Kind.EMOTION)
    assert [data.get("abstained", False) for data in readings] == [True, False]
    assert readings[1]["reasons"] == [{"code": "said", "values": {"words": {"太差": 1}}}]


def test_a_mood_in_line_reaches_the_calls_row():
    _, effects = transition(
        in_phase(Phase.WAITING), ev.HeardWhileWaiting("", ANGRY, TEMPER), 0, POLICY
    )
    assert fx.UpdateCall({"emotion_score": 0.65, "emotion_level": 2}) in effects


def test_supervisors_are_told_once_and_again_only_when_it_gets_worse():
    state, told = in_phase(Phase.TALKING), []
    for mood in (CALM, ANGRY, ANGRY, UNSURE, FURIOUS, ANGRY, FURIOUS):
        state, effects = heard(state, mood)
        told += [data["level"] for data in logs(effects, Kind.ALERTED)]
    assert told == [2, 3]


@pytest.mark.parametrize(("from_level", "told"), [(1, [2]), (2, [2]), (3, [])])
def test_the_level_that_supervisors_want_to_hear_of_is_a_setting(from_level, told):
    policy = replace(POLICY, alert_level=from_level)
    _, effects = heard(in_phase(Phase.TALKING), ANGRY, policy)
    assert [data["level"] for data in logs(effects, Kind.ALERTED)] == told


def test_in_shadow_supervisors_see_it_and_the_line_does_not_move():
    shadow = replace(POLICY, emotion_active=False)
    state, effects = transition(
        in_phase(Phase.WAITING), ev.HeardWhileWaiting("投诉", FURIOUS, TEMPER), NOW_MS, shadow
    )
    assert logs(effects, Kind.ALERTED) and logs(effects, Kind.EMOTION)
    assert not any(isinstance(effect, fx.MovePriority) for effect in effects)
    assert state.plan == in_phase(Phase.WAITING).plan


def test_a_refusal_forgets_what_was_scored_and_lasts():
    upset, _ = heard(in_phase(Phase.TALKING), FURIOUS)
    said_no = ev.TurnTaken(reply(memory=Memory(analysis_refused=True)), "不要分析我的情绪")
    state, effects = transition(upset, said_no, NOW_MS, POLICY)
    assert (state.emotion, state.emotion_score, state.emotion_level) == (EmotionState(), None, 0)
    assert fx.ForgetEmotion() in effects and logs(effects, Kind.ANALYSIS_REFUSED)
    _, again = transition(state, said_no, NOW_MS, POLICY)
    assert fx.ForgetEmotion() not in again


def test_a_refusal_in_line_is_answered_and_lasts():
    refuses = ev.AnalysisRefused("别分析我的语气")
    state, effects = transition(in_phase(Phase.WAITING), refuses, NOW_MS, POLICY)
    assert state.memory.analysis_refused
    assert effects[-1] == fx.Speak(prompt="analysis_off", then="hold")
    assert transition(state, refuses, NOW_MS, POLICY) == (state, ())


def test_a_refusal_by_key_before_the_language_is_known_goes_on_listening():
    refuses = ev.AnalysisRefused("[*]")
    state, effects = transition(in_phase(Phase.TALKING), refuses, NOW_MS, POLICY)
    assert state.memory.analysis_refused
    assert effects[-1] == fx.Speak(prompt="analysis_off", then="listen")


# -- with the real dialogue and scorer


@pytest.fixture(scope="module")
def dialogue():
    from dialogue.build import build_dialogue

    return build_dialogue(_NoShop(), ZoneInfo("Asia/Shanghai"))


class _NoShop:
    """A shop that is away; moods need none."""

    def __getattr__(self, name: str) -> Any:
        def away(*_: Any) -> Any:
            raise ShopUnavailable("away")

        return away


def taker(dialogue: Any, acts: bool) -> TurnTaker:
    return TurnTaker(dialogue, _scorer(), lambda: NOW, acts_on_emotion=acts)


@cache
def _scorer() -> EmotionScorer:
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


def utterance(text: str, language: str = "zh") -> UtteranceHeard:
    quiet = np.zeros(8000, np.int16)
    return UtteranceHeard(Transcript(text, (), 0.9, language), quiet, 0, 1000)


def test_a_furious_caller_goes_to_a_person_only_where_emotion_is_active(dialogue):
    words = utterance("我的快递再不到我就打12315")
    active = taker(dialogue, True).heard(in_phase(Phase.TALKING), words)
    shadow = taker(dialogue, False).heard(in_phase(Phase.TALKING), words)
    assert active.emotion == shadow.emotion and active.emotion.level == 3
    assert active.reply.handover is not None and active.reply.handover.reason == "angry"
    assert shadow.reply.handover is None or shadow.reply.handover.reason != "angry"
    assert shadow.reply.memory.temper == 0


@pytest.mark.parametrize("phase", [Phase.TALKING, Phase.WAITING])
@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("不要分析我的情绪", "zh"),
        ("请 别 分析 我 的 语气", "zh"),
        ("我不同意情绪分析", "zh"),
        ("我的语气不要分析", "zh"),
        ("不要判断我的情绪", "zh"),
        ("别听我的语气", "zh"),
        ("do not judge my tone", "en"),
        ("please don't listen to my tone of voice", "en"),
        ("don't analyse my voice", "en"),
        ("please stop analyzing my tone of voice", "en"),
        ("i want to opt out of the emotion analysis", "en"),
    ],
)
def test_whoever_refuses_is_not_scored_from_that_very_sentence_on(dialogue, phase, text, language):
    turns = taker(dialogue, True)
    state = in_phase(phase, memory=Memory(language=language))
    event = turns.heard(state, utterance(text, language))
    state, _ = transition(state, event, NOW_MS, POLICY)
    assert state.memory.analysis_refused
    assert state.emotion == EmotionState()
    after = turns.heard(
        state, utterance("我要投诉" if language == "zh" else "i will sue you", language)
    )
    assert after is None if phase is Phase.WAITING else after.emotion is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("不要再让我等了", "zh"),
        ("你们的语气太差了", "zh"),
        ("分析一下为什么没到", "zh"),
        ("do not send it again", "en"),
        ("i can not track my parcel", "en"),
        ("your tone is terrible", "en"),
        ("别用这种语气跟我说话", "zh"),
        ("你们不要不管我的情绪", "zh"),
        ("do not use that tone with me", "en"),
    ],
)
def test_other_sentences_refuse_nothing(dialogue, text, language):
    state = in_phase(Phase.TALKING, memory=Memory(language=language))
    event = taker(dialogue, True).heard(state, utterance(text, language))
    assert event.emotion is not None and not event.reply.memory.analysis_refused


def test_a_refusal_with_a_wish_in_one_breath_answers_the_wish_too(dialogue):
    event = taker(dialogue, True).heard(
        in_phase(Phase.TALKING), utterance("不要分析我的情绪,你们的退货规则是什么")
    )
    assert event.reply.text.startswith("好的,这通电话不再分析语气。")
    assert len(event.reply.text) > 30


def test_the_longest_wait_and_earlier_calls_are_reasons_of_the_reading(dialogue):
    state = in_phase(
        Phase.WAITING,
        queued_at_ms=NOW_MS - 200_000,
        earlier={"delivery": 2},
        memory=Memory(agenda=("track_package",)),
    )
    event = taker(dialogue, True).heard(state, utterance("太差了我要投诉"))
    told = [str(why) for why in event.emotion.reasons]
    assert "third call on this matter" in told and "held for 3 min" in told


def test_now_is_when_the_words_were_heard():
    assert datetime.fromtimestamp(NOW_MS / 1000, UTC) == NOW
