"""What the bot offers for spoiled goods: by facts, by limits, and a little to whoever is upset."""

from datetime import UTC, datetime, timedelta

import pytest

from aftersales.deeds import CompensateFresh, Details, SendText
from aftersales.gateways import Item, Order
from aftersales.service_rules import load_service_rules
from calls.photo_link import PhotoLinks
from dialogue.bots.acting import Matter, Offer, Person, Plan, Tell
from dialogue.bots.fresh_goods import FreshCase
from dialogue.turns import Memory
from dialogue.wording import load_wording

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LINKS = PhotoLinks("k" * 32, "https://hotline.example")
CASE = FreshCase(load_service_rules().fresh, load_wording(), LINKS)
SID = "CA" + "0" * 31 + "1"


def plan(
    hours: int,
    temper: int,
    price: int = 8900,
    done: tuple[str, ...] = (),
    call_sid: str = "",
) -> Plan:
    item = Item("鲜虾", "shrimp", "fresh", 1, price)
    order = Order(
        "10001",
        "C1",
        "delivered",
        (item,),
        price,
        "CNY",
        NOW,
        delivered_at=NOW - timedelta(hours=hours),
    )
    details = Details("10001", done=done)
    memory = Memory(temper=temper)
    matter = Matter(
        "fresh_spoiled",
        order,
        details,
        memory,
        NOW,
        UTC,
        said="",
        confirming=False,
        call_sid=call_sid,
    )
    return CASE.plan(matter)


@pytest.mark.parametrize("temper", [0, 2, 3])
def test_the_same_facts_give_the_calm_and_the_furious_the_same_money(temper):
    offered = plan(10, temper)
    assert isinstance(offered, Offer)
    assert offered.deed == CompensateFresh("10001", 8900) and offered.confirm == "fresh.confirm"


def test_after_the_bands_an_upset_caller_is_offered_a_little_and_asked_first():
    offered = plan(60, 2)
    assert isinstance(offered, Offer)
    assert offered.deed == CompensateFresh("10001", 2670) and offered.confirm == "fresh.goodwill"


def test_where_no_level_is_acted_on_nothing_is_given_after_the_bands():
    assert plan(60, 0) == Person("fresh.too_late")


def test_an_order_is_paid_for_once_however_upset_the_caller():
    assert plan(60, 3, done=("compensate_fresh",)) == Tell("fresh.paid")


def test_an_agent_is_told_what_may_be_given_and_by_whom():
    above = plan(10, 0, price=30_000)
    assert isinstance(above, Person) and "坐席有权决定" in above.note and "三百" in above.note
    assert "主管" in plan(10, 0, price=60_000).note


def test_photos_are_asked_for_by_a_link_of_this_call():
    offered = plan(10, 0, call_sid=SID)
    assert isinstance(offered, Offer) and isinstance(offered.also, SendText)
    link = offered.keep["link"]
    assert link in offered.also.text and offered.also.order_number == "10001"
    assert LINKS.call_of(link.rpartition("/")[2], NOW) == SID


def test_what_is_too_much_for_the_bot_goes_to_a_person_with_photos_on_their_way():
    above = plan(10, 0, price=60_000, call_sid=SID)
    assert isinstance(above, Person) and isinstance(above.also, SendText)
    assert LINKS.base in above.also.text


def test_a_message_is_never_longer_than_the_shop_takes():
    offered = plan(10, 0, call_sid=SID)
    assert isinstance(offered, Offer) and isinstance(offered.also, SendText)
    assert len(offered.also.text) <= 300


def test_where_there_is_no_call_the_message_asks_for_an_answer():
    offered = plan(10, 0)
    assert isinstance(offered, Offer) and isinstance(offered.also, SendText)
    assert "http" not in offered.also.text and "照片" in offered.also.text
