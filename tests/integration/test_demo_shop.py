"""The four demo conversations as text, on the seeded shop in a real SQLite file."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from aftersales.demo_gateways import DemoShop
from aftersales.errors import AlreadyRequested, OrderNotReturnable, OrderUnknown
from aftersales.models import ShopCustomer, ShopOrder, ShopParcel
from aftersales.seed import seed_shop
from dialogue.build import build_dialogue
from dialogue.manager import DialogueManager
from dialogue.turns import Caller, Memory, Reply, Utterance
from simulator.people import PeopleConfig
from tests.fakes.proven import PROVEN

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
MEI, OLIVER, ZHOU, GRACE = (f"+861380000010{n}" for n in (1, 2, 3, 4))


@pytest.fixture
def shop(session_factory: sessionmaker[Session]) -> DemoShop:
    with session_factory.begin() as session:
        seed_shop(session, NOW)
    return DemoShop(session_factory)


@pytest.fixture
def manager(shop: DemoShop) -> DialogueManager:
    return build_dialogue(shop, ZONE)


class Talk:
    """One caller's conversation; the memory goes from turn to turn as in a call."""

    def __init__(
        self, manager: DialogueManager, shop: DemoShop, number: str, language: str
    ) -> None:
        customer = shop.customer_by_number(number)
        self.caller = (
            Caller(number, customer.id, customer.name, customer.member_level)
            if customer
            else Caller(number)
        )
        self.manager = manager
        self.memory = Memory(language=language, slots=dict(PROVEN))

    def says(self, text: str, *, level: int = 0, confidence: float = 1.0) -> Reply:
        utterance = Utterance(text, self.memory.language, confidence, level)
        return self._kept(self.manager.hear(utterance, self.memory, self.caller, NOW))

    def presses(self, keys: str) -> Reply:
        for key in keys:
            reply = self._kept(self.manager.press(key, self.memory, self.caller, NOW))
        return reply

    def is_silent(self) -> Reply:
        return self._kept(self.manager.no_input(self.memory, self.caller, NOW))

    def _kept(self, reply: Reply) -> Reply:
        assert reply.text.strip()
        self.memory = reply.memory
        return reply


@pytest.fixture
def talk(manager: DialogueManager, shop: DemoShop) -> Iterator[object]:
    yield lambda number, language: Talk(manager, shop, number, language)


def test_mei_learns_where_her_parcel_is_and_says_goodbye(talk):
    mei = talk(MEI, "zh")
    answer = mei.says("我的快递到哪了")
    assert "羽绒服" in answer.text and "上海" in answer.text and "明天" in answer.text
    assert answer.text.endswith("请问还有其他问题吗?")
    end = mei.says("没有了谢谢")
    assert end.end and "再见" in end.text


@pytest.mark.parametrize(
    ("language", "asks", "answers"),
    [
        ("zh", "我的快递到哪了", ("连衣裙", "上海", "明天")),
        ("en", "where is my parcel", ("dress", "Shanghai", "tomorrow")),
    ],
)
def test_a_visitor_of_the_phone_page_has_a_parcel_on_its_way(talk, language, asks, answers):
    reply = talk(PeopleConfig().caller_number, language).says(asks)

    assert all(word in reply.text for word in answers), reply.text
    assert reply.memory.done == ("track_package",)


def test_oliver_returns_and_is_refunded_after_one_yes(talk, shop):
    oliver = talk(OLIVER, "en")
    question = oliver.says("i want to return my order and get a refund")
    assert "headphones" in question.text and "eight four zero two" in question.text
    assert shop.orders_of("c0102")[0].return_state is None, "nothing is done before the yes"
    done = oliver.says("yes")
    assert done.memory.done == ("return_goods", "refund_request")
    assert "anything else" in done.text
    order = shop.orders_of("c0102")[0]
    assert (order.return_state, order.refund_state) == ("requested", "requested")
    assert oliver.says("no thank you").end


def test_an_angry_caller_with_a_broken_fridge_gets_a_person_for_appliances(talk):
    zhou = talk(ZHOU, "zh")
    assert "冰箱" in zhou.says("你好我的 坏了").text
    reply = zhou.says("质量太差了我要投诉", level=2)
    assert reply.handover is not None
    assert (reply.handover.reason, reply.handover.category) == ("angry", "appliance")
    assert reply.handover.order_number == "3126488403"
    assert any("坏损" in sentence for sentence in reply.memory.story)


def test_upset_words_are_enough_without_the_voice(talk):
    reply = talk(ZHOU, "zh").says("质量太差了我要投诉")
    assert reply.handover.reason == "angry" and reply.handover.category == "appliance"


def test_grace_asks_for_a_person_and_gets_one(talk):
    reply = talk(GRACE, "en").says("i want to speak to an agent")
    assert (reply.handover.reason, reply.handover.intent) == ("asked", "human_agent")
    assert reply.handover.category is None


def test_a_broken_appliance_goes_to_its_specialist_after_one_question(talk):
    zhou = talk(ZHOU, "zh")
    assert zhou.says("冰箱坏了").handover is None
    reply = zhou.says("是的")
    assert (reply.handover.reason, reply.handover.category) == ("needs_person", "appliance")


def test_a_turn_replayed_acts_once(talk, shop):
    oliver = talk(OLIVER, "en")
    oliver.says("i want to return my order")
    before = oliver.memory
    first = oliver.says("yes")
    oliver.memory = before
    assert oliver.says("yes").text == first.text


def test_a_second_return_of_the_same_order_is_refused(talk):
    for _ in range(2):
        oliver = talk(OLIVER, "en")
        reply = oliver.says("i want to return my order")
        if "Is that right" in reply.text:
            oliver.says("yes")
    assert "already has a return" in reply.text


def test_a_no_asks_which_order_and_keys_answer_it(talk):
    grace = talk(GRACE, "en")
    assert "shirt" in grace.says("i want to return my order").text
    question = grace.says("no")
    assert question.memory.waiting_for == "return_goods.order"
    assert grace.presses("014").text == "four"
    assert "zero one four eight" in grace.presses("8").text


def test_another_request_before_the_yes_is_done_first_and_the_first_is_resumed(talk):
    oliver = talk(OLIVER, "en")
    oliver.says("i want to return my order")
    reply = oliver.says("where is my parcel")
    assert "was delivered" in reply.text and "Is that right" in reply.text
    assert oliver.says("yes").memory.done == ("track_package", "return_goods")


def test_a_product_belongs_to_the_request_that_names_it(talk):
    reply = talk(GRACE, "en").says("where is my parcel and i want to return the shirt")
    assert "laptop" in reply.text and "return the shirt" in reply.text


def test_fresh_food_is_refused_with_the_reason(talk):
    assert "生鲜" in talk("+8613800000108", "zh").says("我要退货").text


def test_a_stranger_learns_nothing_and_gets_a_person(talk):
    sam = talk("+8613911112222", "zh")
    assert sam.says("怎么开发票").handover is None, "what is the same for everybody is answered"
    reply = sam.says("我的快递到哪了")
    assert reply.handover.reason == "needs_person"
    assert "上海" not in reply.text


def test_another_customers_order_number_opens_nothing(talk):
    reply = talk(GRACE, "en").says("where is order three one two six four eight eight four oh two")
    assert "headphones" not in reply.text


def test_three_failures_in_a_row_bring_a_person(talk):
    mei = talk(MEI, "zh")
    assert mei.says("").handover is None
    assert mei.is_silent().handover is None
    assert mei.says("嘟嘟嘟").handover.reason == "stuck"


def test_being_understood_forgives_the_failures(talk):
    mei = talk(MEI, "zh")
    mei.says("")
    mei.says("")
    assert mei.says("我的快递到哪了").memory.failures == 0


def test_silence_after_all_is_done_ends_the_call(talk):
    mei = talk(MEI, "zh")
    mei.says("我的快递到哪了")
    assert "请问您还在吗" in mei.is_silent().text
    assert mei.is_silent().end


@pytest.mark.parametrize(("keys", "reason"), [("0", "asked")])
def test_zero_reaches_a_person_at_any_time(talk, keys, reason):
    oliver = talk(OLIVER, "en")
    oliver.says("i want to return my order")
    assert oliver.presses(keys).handover.reason == reason


def test_keys_alone_get_a_return_done(talk, shop):
    oliver = talk(OLIVER, "en")
    assert "Is that right" in oliver.presses("2").text
    oliver.presses("1")
    assert shop.orders_of("c0102")[0].refund_state == "requested"


def test_the_language_changes_by_word_and_by_key_and_the_request_stays(talk):
    oliver = talk(OLIVER, "en")
    oliver.says("i want to return my order")
    reply = oliver.says("chinese please")
    assert reply.memory.language == "zh" and "耳机" in reply.text and reply.text.endswith("对吗?")
    assert "headphones" in oliver.presses("9").text


def test_an_unsure_yes_is_asked_for_again(talk, shop):
    oliver = talk(OLIVER, "en")
    oliver.says("i want to return my order")
    assert "yes or no" in oliver.says("yes", confidence=0.1).text
    assert shop.orders_of("c0102")[0].return_state is None


def test_say_again_repeats_the_last_sentence(talk):
    mei = talk(MEI, "zh")
    first = mei.says("我的快递到哪了").text
    assert mei.says("请再说一遍").text == first


def test_the_place_in_line_is_said_in_words(manager):
    assert manager.waiting_line(2, 61, "en") == (
        "You are number two in line. The wait is about two minutes."
    )
    assert manager.waiting_line(1, None, "zh") == "您是下一位,请不要挂机。"
    assert "两分钟" in manager.waiting_line(3, 120, "zh")


def test_every_reply_to_anything_can_be_said(talk):
    """Whatever is asked by whomever: a sentence, and no digits left for the voice to guess."""
    texts = {
        "zh": ("我的订单", "我要退款", "退款到账了吗", "催一下快递", "发票"),
        "en": (
            "order status",
            "i want a refund",
            "where is my refund",
            "my package is late",
            "invoice",
        ),
    }
    for number in range(1, 13):
        for language, asked in texts.items():
            for text in asked:
                reply = talk(f"+86138000001{number:02}", language).says(text)
                assert not any(c.isdigit() or c in "{}" for c in reply.text), reply.text


def test_seeding_twice_adds_nothing_and_opens_the_shop_anew(shop, session_factory):
    shop.request_return("3126488402", "k", NOW)
    with session_factory.begin() as session:
        before = [
            session.scalar(select(func.count()).select_from(t))
            for t in (ShopCustomer, ShopOrder, ShopParcel)
        ]
        seed_shop(session, NOW + timedelta(days=30))
        after = [
            session.scalar(select(func.count()).select_from(t))
            for t in (ShopCustomer, ShopOrder, ShopParcel)
        ]
    assert before == after == [18, 24, 21]
    assert shop.orders_of("c0102")[0].return_state is None


def test_the_shop_has_every_state_and_level(session_factory, shop):
    with session_factory() as session:
        assert set(session.scalars(select(ShopCustomer.member_level))) == {
            "basic", "silver", "gold", "black"}  # fmt: skip
        assert set(session.scalars(select(ShopOrder.status))) == {
            "paid", "shipped", "delivered", "cancelled"}  # fmt: skip
        assert set(session.scalars(select(ShopParcel.status))) == {
            "collected", "in_transit", "out_for_delivery", "delivered", "delayed"}  # fmt: skip


def test_the_same_key_gives_the_same_receipt_and_another_is_refused(shop):
    first = shop.request_refund("3126488402", "a", NOW)
    assert shop.request_refund("3126488402", "a", NOW) == first
    assert first.amount_minor == 29900
    with pytest.raises(AlreadyRequested):
        shop.request_refund("3126488402", "b", NOW)


def test_the_shop_refuses_what_cannot_be(shop):
    with pytest.raises(OrderUnknown):
        shop.request_return("0000000000", "a", NOW)
    with pytest.raises(OrderNotReturnable):
        shop.request_return("3126488401", "a", NOW)
    assert shop.customer_by_number("+10000000000") is None
    assert shop.parcel_of("3126488406") is None
