from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as replace_struct

from aftersales.deeds import Pickup, Shipment, Tariff
from aftersales.errors import RulesInvalid
from aftersales.fresh import fresh_worth
from aftersales.gateways import Item, Order
from aftersales.pickups import fake_reasons, standing
from aftersales.service_rules import RULES_FILE, load_service_rules
from aftersales.shipping import overcharged_minor, right_bill

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
RULES = load_service_rules()
TARIFF = Tariff(1000, 1200, 1000, 500, 6000)


def shipment(**changes) -> Shipment:
    given = Shipment(1000, 1200, 20, 10, 10, 800, TARIFF)
    return replace(given, **changes)


@pytest.mark.parametrize(
    ("given", "charged", "steps", "total"),
    [
        (shipment(), 800, 0, 1200),
        (shipment(weighed_grams=1000), 1000, 0, 1200),
        (shipment(weighed_grams=1001), 1001, 1, 1700),
        (shipment(weighed_grams=3000), 3000, 2, 2200),
        (shipment(length_cm=40, width_cm=30), 2000, 1, 1700),
        (shipment(tariff=replace(TARIFF, surcharge_minor=300)), 800, 0, 1500),
    ],
)
def test_the_larger_weight_pays_first_weight_and_each_further_one_begun(
    given, charged, steps, total
):
    bill = right_bill(given)
    assert (bill.charged_grams, bill.further_steps, bill.total_minor) == (charged, steps, total)


def test_only_too_much_is_paid_back_and_only_when_it_is_worth_it():
    assert overcharged_minor(shipment(billed_minor=1700), 100) == 500
    assert overcharged_minor(shipment(billed_minor=1299), 100) == 0
    assert overcharged_minor(shipment(billed_minor=900), 0) == 0
    assert overcharged_minor(shipment(), 0) == 0


def pickup(state="requested", asked_minutes=0, due_minutes=60, **more) -> Pickup:
    asked, due = NOW - timedelta(minutes=asked_minutes), NOW + timedelta(minutes=due_minutes)
    return Pickup(state, "飞雁快递", asked, due, **more)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (pickup(asked_minutes=120), "awaiting"),
        (pickup(asked_minutes=121), "not_accepted"),
        (pickup("accepted", due_minutes=-60), "due"),
        (pickup("accepted", due_minutes=-61), "missed"),
        (pickup("collected", due_minutes=-999), "collected"),
    ],
)
def test_a_courier_has_time_to_accept_and_to_come(given, expected):
    assert standing(given, RULES.pickup, NOW) == expected


@pytest.mark.parametrize(
    ("metres", "grams", "reasons"),
    [
        (500, 900, ()),
        (501, 900, ("far_scan",)),
        (10, None, ("not_weighed",)),
        (9000, 0, ("far_scan", "not_weighed")),
        (None, 900, ()),
    ],
)
def test_a_pick_up_is_fake_when_scan_or_scales_say_so(metres, grams, reasons):
    given = pickup("collected", scan_metres=metres, scan_grams=grams)
    assert fake_reasons(given, RULES.pickup) == reasons
    assert fake_reasons(replace(given, state="accepted"), RULES.pickup) == ()


def fresh(hours: float, price=8900, category="fresh", status="delivered") -> Order:
    signed = NOW - timedelta(hours=hours) if status == "delivered" else None
    item = Item("鲜虾", "shrimp", category, 2, price)
    return Order("1", "c", status, (item,), price * 2, "CNY", NOW, delivered_at=signed)


@pytest.mark.parametrize(
    ("order", "minor", "reason"),
    [
        (fresh(24), 17800, ""),
        (fresh(25), 8900, ""),
        (fresh(48), 8900, ""),
        (fresh(49), 0, "too_late"),
        (fresh(1, price=10001), 20002, "above_limit"),
        (fresh(1, category="home"), 0, "not_fresh"),
        (fresh(1, status="shipped"), 0, "not_delivered"),
    ],
)
def test_spoiled_goods_are_worth_less_with_time_and_never_above_the_limit(order, minor, reason):
    worth = fresh_worth(order, RULES.fresh, NOW)
    assert (worth.minor, worth.reason) == (minor, reason)


@pytest.mark.parametrize(
    ("hours", "level", "minor", "reason"),
    [
        (49, 0, 0, "too_late"),
        (49, 1, 0, "too_late"),
        (49, 2, 3000, ""),  # 30 % would be 5340: the limit holds
        (72, 3, 3000, ""),
        (73, 3, 0, "too_late"),
        (24, 3, 17800, ""),  # what is owed is the same for the calm and the furious
        (48, 2, 8900, ""),
    ],
)
def test_an_upset_caller_is_given_a_little_where_nothing_is_owed(hours, level, minor, reason):
    worth = fresh_worth(fresh(hours), RULES.fresh, NOW, level)
    assert (worth.minor, worth.reason, worth.is_goodwill) == (
        minor,
        reason,
        48 < hours <= 72 and level > 1,
    )


def test_a_share_of_zero_gives_nobody_anything():
    mean = replace_struct(RULES.fresh, upset=replace_struct(RULES.fresh.upset, share=0))
    assert fresh_worth(fresh(49), mean, NOW, 3).reason == "too_late"


@pytest.mark.parametrize(
    ("price", "giver"),
    [(10_000, "bot"), (10_001, "agent"), (25_001, "supervisor"), (10**6, "supervisor")],
)
def test_the_rules_say_who_may_give_as_much(price, giver):
    assert fresh_worth(fresh(1, price=price), RULES.fresh, NOW).giver == giver


@given(
    price=st.integers(0, 10**7),
    total=st.integers(0, 10**7),
    hours=st.floats(0, 200),
    level=st.integers(0, 3),
    share=st.integers(0, 100),
    limit=st.integers(0, 10**7),
)
def test_nothing_ever_gives_more_than_the_order_cost(price, total, hours, level, share, limit):
    upset = replace_struct(RULES.fresh.upset, share=share, limit_minor=limit)
    order = replace(
        fresh(1, price=price), total_minor=total, delivered_at=NOW - timedelta(hours=hours)
    )
    worth = fresh_worth(order, replace_struct(RULES.fresh, upset=upset), NOW, level)
    assert isinstance(worth.minor, int) and 0 <= worth.minor <= total
    if worth.is_goodwill:
        assert 0 < worth.minor <= limit and level >= upset.level
    if worth.minor and not worth.reason:
        assert worth.minor <= RULES.fresh.givers[0].limit_minor


def test_givers_have_to_rise(tmp_path):
    path = tmp_path / "rules.yaml"
    text = RULES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("limit_minor: 50000", "limit_minor: 10"), encoding="utf-8")
    with pytest.raises(RulesInvalid, match="givers have limits"):
        load_service_rules(path)


def test_all_faults_of_the_rules_are_listed(tmp_path):
    path = tmp_path / "rules.yaml"
    text = RULES_FILE.read_text(encoding="utf-8")
    path.write_text(text.replace("days: 7 ", "days: -7 ").replace("fake_metres: 500", "x: 1"))
    with pytest.raises(RulesInvalid) as caught:
        load_service_rules(path)
    assert "price: Expected" in str(caught.value) and "pickup: Object" in str(caught.value)


def test_bands_have_to_rise(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(RULES_FILE.read_text(encoding="utf-8").replace("hours: 48", "hours: 12"))
    with pytest.raises(RulesInvalid, match="rising ones are right"):
        load_service_rules(path)
