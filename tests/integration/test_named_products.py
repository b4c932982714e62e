"""What the caller calls a thing finds it among the own orders; two of it are told apart."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftersales.demo_gateways import DemoShop
from aftersales.models import ShopOrder
from aftersales.seed import seed_shop
from dialogue.turns import Memory
from ops.cli_chat import Chat, open_chat
from tests.fakes.proven import PROVEN

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
MARCUS = "+8613800000109"
NEWER, OLDER = "3126488429", "3126471111"
"""Both hold headphones: ordered on November fifteenth and thirteenth."""


def item(zh: str, en: str, category: str) -> dict[str, object]:
    return {
        "name_zh": zh,
        "name_en": en,
        "category": category,
        "quantity": 1,
        "price_minor": 29900,
    }


@pytest.fixture
def marcus(session_factory):
    """Headphones twice, a dress on its way, a washing machine; and a blender among the old."""
    with session_factory.begin() as session:
        seed_shop(session, NOW)
        rest = {"customer_id": "c0109", "currency": "CNY", "total_minor": 29900, "details": {}}
        for number, days, what in (
            (OLDER, 7, item("耳机", "headphones", "electronics")),
            ("3126472222", 6, item("破壁料理机", "glass blender", "appliance")),
        ):
            placed = {"placed_at": NOW - timedelta(days=days)}
            signed = {"delivered_at": NOW - timedelta(days=days - 2)}
            times = {**placed, **signed}
            session.add(ShopOrder(number=number, status="delivered", items=[what], **times, **rest))

    def call(*said: str, language: str = "en") -> Chat:
        chat = open_chat(DemoShop(session_factory), MARCUS, language, ZONE)
        chat.memory = Memory(language=language, slots=dict(PROVEN))
        for text in said:
            chat.line(text, NOW)
        return chat

    return call


def test_the_noun_finds_the_order_that_holds_it(marcus):
    asked = marcus("i need an invoice for the blender")
    assert "glass blender" in asked.memory.slots["last"]
    assert asked.memory.slots["invoice.order"] == "3126472222"


@pytest.mark.parametrize(
    ("language", "request_", "days"),
    [
        ("en", "i want to return my headphones", ("fifteenth", "thirteenth")),
        ("zh", "我要退耳机", ("十五号", "十三号")),
    ],
)
def test_two_of_a_kind_are_told_apart_by_their_days(marcus, language, request_, days):
    asked = marcus(request_, language=language)
    assert asked.memory.waiting_for == "return_goods.which"
    assert all(day in asked.memory.slots["last"] for day in days)


@pytest.mark.parametrize(
    ("answer", "order"),
    [
        ("the older one", OLDER),
        ("the first", NEWER),
        ("the one from november thirteenth", OLDER),
        ("one one one one", OLDER),
        ("/1", NEWER),
        ("/2", OLDER),
    ],
)
def test_the_answer_takes_one_of_them(marcus, answer, order):
    told = marcus("i want to return my headphones", answer)
    assert told.memory.waiting_for == "return_goods.confirm"
    assert told.memory.slots["order"] == order


def test_neither_of_them_changes_nothing(marcus):
    told = marcus("i want to return my headphones", "no")
    assert "changed nothing" in told.memory.slots["last"]
    assert told.memory.done == ("return_goods",)


def test_where_only_one_can_be_meant_nothing_is_asked(marcus):
    told = marcus("i want to return my washing machine")
    assert ".which" not in (told.memory.waiting_for or "")


def test_what_was_named_for_the_first_request_is_meant_by_the_second(marcus):
    told = marcus("where is my dress and how do i exchange it")
    assert "dress" in told.memory.slots["last"] and "washing" not in told.memory.slots["last"]
    told = marcus("我买的连衣裙什么时候能到?颜色不合适怎么换?", language="zh")
    assert "上海" in told.memory.slots["last"] and "还没" in told.memory.slots["last"]
