"""The bot and an upset caller: sorry once, a person offered once, few words, then a person."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from aftersales.errors import ShopUnavailable
from dialogue.build import build_dialogue
from dialogue.manager import DialogueManager
from dialogue.turns import Caller, Memory, Reply, Utterance

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MEI = Caller("+8613800000101")
POLICY_ZH, POLICY_EN = "退货规则是什么", "what is your return policy"
SORRY = {"zh": "非常抱歉给您添麻烦了", "en": "I am very sorry for the trouble"}


class NoShop:
    """A stranger calls: the shop has nothing to say."""

    def __getattr__(self, name: str) -> Any:
        def away(*_: Any) -> Any:
            raise ShopUnavailable("away")

        return away


@pytest.fixture(scope="module")
def manager() -> DialogueManager:
    return build_dialogue(NoShop(), ZoneInfo("Asia/Shanghai"))


def say(manager: DialogueManager, text: str, level: int = 0, memory: Memory | None = None) -> Reply:
    memory = memory or Memory()
    return manager.hear(Utterance(text, memory.language, 0.9, level), memory, MEI, NOW)


@pytest.mark.parametrize(("language", "asks"), [("zh", POLICY_ZH), ("en", POLICY_EN)])
def test_an_upset_caller_hears_first_that_we_are_sorry_and_of_a_person(manager, language, asks):
    calm = say(manager, asks, 0, Memory(language=language))
    upset = say(manager, asks, 2, Memory(language=language))
    assert upset.text.startswith(SORRY[language])
    assert ("人工" if language == "zh" else "person") in upset.text
    assert upset.handover is None and upset.memory.done == calm.memory.done


def test_being_sorry_once_is_enough(manager):
    first = say(manager, POLICY_ZH, 2)
    second = say(manager, "运费怎么算", 2, first.memory)
    assert SORRY["zh"] not in second.text


def test_an_upset_caller_is_told_less(manager):
    calm, upset = say(manager, POLICY_ZH), say(manager, POLICY_ZH, 2)
    assert calm.text.endswith("请问还有其他问题吗?")
    assert upset.text.endswith("还有别的吗?")
    # it stays so when the voice has calmed down
    assert say(manager, "运费怎么算", 0, upset.memory).text.endswith("还有别的吗?")


@pytest.mark.parametrize(("level", "turns"), [(0, 3), (2, 2)])
def test_a_bot_that_does_not_understand_an_upset_caller_gives_up_sooner(manager, level, turns):
    memory, taken = Memory(), 0
    for _ in range(5):
        taken += 1
        reply = say(manager, "蓝色的云朵在唱歌", level, memory)
        memory = reply.memory
        if reply.handover:
            break
    assert (taken, reply.handover.reason) == (turns, "stuck")


def test_upset_words_without_a_wish_are_answered_with_an_apology_and_a_question(manager):
    reply = say(manager, "蓝色的云朵在唱歌", 2)
    assert reply.text.startswith(SORRY["zh"]) and reply.text.endswith("请说您要办的事。")


def test_a_furious_caller_is_not_kept_by_the_bot(manager):
    reply = say(manager, POLICY_ZH, 3)
    assert reply.handover is not None and reply.handover.reason == "angry"


def test_without_a_level_everything_is_as_ever(manager):
    for text in (POLICY_ZH, "蓝色的云朵在唱歌", "转人工", "谢谢"):
        assert say(manager, text).memory.temper == 0
        assert SORRY["zh"] not in say(manager, text).text


def test_whoever_refuses_the_analysis_is_asked_the_open_question_again(manager):
    asked = say(manager, POLICY_ZH)
    reply = say(manager, "不要分析我的语气", 2, asked.memory)
    assert reply.text == "好的,这通电话不再分析语气。" + asked.text
    assert reply.memory.analysis_refused and reply.memory.temper == 0
    assert reply.memory.waiting_for == asked.memory.waiting_for


@pytest.mark.parametrize(
    ("language", "tone", "way_out"),
    [("zh", "语气", "不同意请按星号"), ("en", "tone of voice", "press star to refuse")],
)
def test_the_greeting_announces_the_analysis_and_how_to_refuse_it(manager, language, tone, way_out):
    greeting = manager.greeting(MEI, language)
    assert tone in greeting and way_out in greeting


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_star_refuses_and_the_open_question_is_asked_again(manager, language):
    asked = manager.hear(
        Utterance(POLICY_ZH if language == "zh" else "return policy", language),
        Memory(language=language),
        MEI,
        NOW,
    )
    reply = manager.press("*", asked.memory, MEI, NOW)
    assert reply.memory.analysis_refused and reply.memory.waiting_for == asked.memory.waiting_for
    assert reply.text.endswith(asked.text) and reply.text != asked.text
