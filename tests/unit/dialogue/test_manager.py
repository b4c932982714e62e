"""Turns that the demo shop cannot show: a shop that fails, and what a turn leaves in the memory."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftersales.errors import AlreadyRequested, ShopUnavailable
from aftersales.gateways import Item, Order, Parcel, RefundReceipt, ReturnReceipt
from dialogue.build import build_dialogue
from dialogue.manager import DialogueManager
from dialogue.turns import Caller, Intent, Memory, Understanding, Utterance
from tests.fakes.proven import PROVEN

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
MEI = Caller("+8613800000101", "c1", "Mei")
HEADPHONES = Item("耳机", "headphones", "electronics", 1, 29900)


class FakeShop:
    """One delivered order; can be told to fail, counts what it is asked to do."""

    def __init__(self) -> None:
        self.is_down = False
        self.refund_is_under_way = False
        self.deeds: list[str] = []
        signed = NOW - timedelta(days=2)
        self.order = Order(
            "3126488401", "c1", "delivered", (HEADPHONES,), 29900, "CNY", NOW, delivered_at=signed
        )

    def customer_by_number(self, number: str) -> None:
        return None

    def orders_of(self, customer_id: str) -> tuple[Order, ...]:
        if self.is_down:
            raise ShopUnavailable("no answer in 2 s")
        return (self.order,) if customer_id == "c1" else ()

    def parcel_of(self, order_number: str) -> Parcel | None:
        return None

    def request_return(self, order_number: str, key: str, now: datetime) -> ReturnReceipt:
        if self.is_down:
            raise ShopUnavailable("no answer in 2 s")
        self.deeds.append(key)
        return ReturnReceipt("T1", order_number)

    def request_refund(self, order_number: str, key: str, now: datetime) -> RefundReceipt:
        if self.refund_is_under_way:
            raise AlreadyRequested(order_number, "refund")
        self.deeds.append(key)
        return RefundReceipt("K1", order_number, 29900, "CNY")


@pytest.fixture
def shop() -> FakeShop:
    return FakeShop()


@pytest.fixture
def manager(shop: FakeShop) -> DialogueManager:
    return build_dialogue(shop, ZoneInfo("Asia/Shanghai"))


def hear(manager, text, memory, **utterance):
    return manager.hear(Utterance(text, memory.language, **utterance), memory, MEI, NOW)


def test_a_shop_that_is_down_leads_to_a_person_and_says_so(manager, shop):
    shop.is_down = True
    reply = hear(manager, "where is my package", Memory(language="en", slots=PROVEN))
    assert reply.handover is not None and reply.handover.reason == "needs_person"
    assert "can not reach the shop" in reply.text


def test_an_angry_caller_is_given_over_even_when_the_shop_is_down(manager, shop):
    shop.is_down = True
    reply = hear(manager, "my laptop is broken", Memory(language="en"), emotion_level=3)
    assert reply.handover is not None and reply.handover.reason == "angry"
    assert reply.handover.category == "electronics"


def test_what_is_under_way_already_does_not_spoil_the_rest(manager, shop):
    shop.refund_is_under_way = True
    asked = hear(
        manager, "i want to return my order and get a refund", Memory(language="en", slots=PROVEN)
    )
    done = hear(manager, "yes", asked.memory)
    assert "registered" in done.text
    assert shop.deeds == ["3126488401:return"]


def test_a_no_changes_nothing(manager, shop):
    asked = hear(manager, "我要退货", Memory(slots=PROVEN))
    reply = hear(manager, "不是", asked.memory)
    assert shop.deeds == [] and "没有做任何改动" in reply.text


def test_saying_the_request_again_is_a_yes(manager, shop):
    asked = hear(manager, "我要退货", Memory(slots=PROVEN))
    hear(manager, "我要退货", asked.memory)
    assert shop.deeds == ["3126488401:return"]


def test_a_repeated_confirmation_does_not_act_again(manager, shop):
    asked = hear(manager, "我要退货", Memory(slots=PROVEN))
    done = hear(manager, "是的", asked.memory)
    hear(manager, "是的", done.memory)
    assert shop.deeds == ["3126488401:return"]


def test_the_memory_survives_json(manager):
    asked = hear(
        manager, "i want to return my order and get a refund", Memory(language="en", slots=PROVEN)
    )
    again = json.loads(json.dumps(asdict(asked.memory)))
    restored = Memory(**{k: tuple(v) if isinstance(v, list) else v for k, v in again.items()})
    assert restored == asked.memory


def test_the_story_tells_the_agent_in_order(manager):
    memory = Memory(language="en", slots=PROVEN)
    for text in ("i want to return my order", "yes", "i want to speak to an agent"):
        reply = hear(manager, text, memory)
        memory = reply.memory
    assert memory.story == (
        "Asked for: return.",
        "Showed both proofs of who calls, or a code sent to the account.",
        "Return registered: headphones, order ending in eight four zero one.",
    )


def test_a_key_without_meaning_tells_the_keys(manager):
    reply = manager.press("7", Memory(language="en"), MEI, NOW)
    assert "zero for a person" in reply.text


def test_an_order_number_alone_asks_where_it_is(manager):
    reply = hear(manager, "three one two six four eight eight four oh one", Memory(language="en"))
    assert "headphones" in reply.text


def test_what_is_out_of_scope_is_said_to_be_so(manager):
    reply = hear(manager, "what is the weather today", Memory(language="en"))
    assert "can not help with that" in reply.text and reply.memory.failures == 1


def test_a_resumed_call_takes_up_the_last_sentence(manager):
    assert manager.said("resumed", "en", last="Which order is it?") == (
        "Sorry, we were cut off. Which order is it?"
    )
    assert manager.said("resumed", "zh") == "抱歉,刚才断线了。"


def test_the_greeting_names_machine_recording_tone_and_the_way_out(manager):
    english, mandarin = manager.greeting(MEI, "en"), manager.greeting(MEI, "zh")
    for words in ("automatic", "recorded", "tone of voice", "zero"):
        assert words in english
    for words in ("自动", "录音", "语气", "按零"):
        assert words in mandarin


class Unsure:
    """Understands nothing surely; what it finds likely is given."""

    def __init__(self, *readings: str) -> None:
        self.readings = readings

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        if text in ("yes", "no"):
            answer = "affirm" if text == "yes" else "deny"
            return Understanding((Intent(answer, 1.0, text),), ())
        return Understanding((), (), tuple(Intent(i, 0.25, text) for i in self.readings))


@pytest.fixture
def unsure_manager(shop: FakeShop) -> DialogueManager:
    manager = build_dialogue(shop, ZoneInfo("Asia/Shanghai"))
    manager._understander = Unsure("complaint", "refund_status")
    return manager


def test_what_is_unclear_is_asked_once_with_both_readings(unsure_manager):
    reply = hear(unsure_manager, "that paper thing", Memory(language="en"))
    assert "complaint" in reply.text and "refund status" in reply.text
    assert reply.handover is None


def test_a_yes_takes_the_likelier_reading(unsure_manager):
    asked = hear(unsure_manager, "that paper thing", Memory(language="en"))
    reply = hear(unsure_manager, "yes", asked.memory)
    assert reply.handover is not None and reply.handover.intent == "complaint"


def test_the_second_reading_can_be_chosen(unsure_manager):
    asked = hear(unsure_manager, "that paper thing", Memory(language="en"))
    reply = hear(unsure_manager, "the second one", asked.memory)
    assert reply.memory.agenda[:1] == ("refund_status",) or reply.memory.done
    assert "Asked for: refund status." in reply.memory.story


def test_when_neither_is_meant_a_person_takes_over(unsure_manager):
    asked = hear(unsure_manager, "that paper thing", Memory(language="en"))
    reply = hear(unsure_manager, "no", asked.memory)
    assert reply.handover is not None and reply.handover.reason == "stuck"


def test_of_several_readings_the_one_on_which_most_agree_counts(manager):
    readings = (
        ("i want a tree turn", 0.4),
        ("i want a return", 0.35),
        ("i want to return it", 0.25),
    )
    reply = hear(manager, readings[0][0], Memory(language="en", slots=PROVEN), readings=readings)
    assert reply.memory.agenda[:1] == ("return_goods",)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", "请说慢一点"),
        ("zh", "慢点"),
        ("zh", "你说得太快了"),
        ("en", "slower please"),
        ("en", "could you speak a bit more slowly"),
        ("en", "you talk too fast"),
    ],
)
def test_whoever_asks_for_it_hears_the_last_sentence_slowly(manager, language, said):
    wish = {"zh": "我要退货", "en": "i want to return it"}[language]
    asked = hear(manager, wish, Memory(language=language, slots=PROVEN))
    reply = hear(manager, said, asked.memory)
    assert reply.memory.slower and not asked.memory.slower
    assert reply.text == asked.text and reply.memory.waiting_for == asked.memory.waiting_for


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh", "快递太慢了一点消息都没有"), ("en", "the delivery is too slow"), ("zh", "我要退货")],
)
def test_a_slow_courier_is_no_wish_for_slow_speech(manager, language, said):
    assert not hear(manager, said, Memory(language=language, slots=PROVEN)).memory.slower


def asked_who_calls(manager):
    return hear(manager, "where is my order", Memory(language="en")).memory


def test_one_zero_where_digits_were_asked_for_is_the_wish_for_a_person(manager):
    zero = manager.press("0", asked_who_calls(manager), MEI, NOW)
    assert zero.handover is None  # three more may come
    person = manager.no_input(zero.memory, MEI, NOW)
    assert person.handover is not None and person.handover.reason == "asked"


def test_digits_that_stopped_short_do_not_begin_the_next_try(manager):
    memory = asked_who_calls(manager)
    for key in "12":
        memory = manager.press(key, memory, MEI, NOW).memory
    memory = manager.no_input(memory, MEI, NOW).memory
    for key in "8401":
        reply = manager.press(key, memory, MEI, NOW)
        memory = reply.memory
    assert "headphones" in reply.text
