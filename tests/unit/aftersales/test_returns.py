from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftersales.errors import RulesInvalid
from aftersales.gateways import Item, Order
from aftersales.returns import load_rules, may_return

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
RULES = load_rules()


def order(category: str = "electronics", days_ago: float = 3, status: str = "delivered") -> Order:
    signed = NOW - timedelta(days=days_ago) if status == "delivered" else None
    item = Item("物品", "item", category, 1, 9900)
    return Order("3126480199", "c", status, (item,), 9900, "CNY", NOW, delivered_at=signed)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (order(), None),
        (order(days_ago=7), None),
        (order(days_ago=8), "too_late"),
        (order("clothing", days_ago=15), None),
        (order("clothing", days_ago=16), "too_late"),
        (order("something new", days_ago=6), None),
        (order("fresh", days_ago=0), "fresh"),
        (order("appliance"), "appliance"),
        (order(status="shipped"), "not_delivered"),
        (order(status="paid"), "not_delivered"),
        (order(status="cancelled"), "cancelled"),
        (replace(order(), return_state="requested"), "already"),
    ],
)
def test_the_rules_decide(given, reason):
    verdict = may_return(given, RULES, NOW, ZONE)
    assert (verdict.allowed, verdict.reason) == (reason is None, reason)


def test_days_are_calendar_days_of_the_shop():
    """Signed at 23:30 in Shanghai: the eighth day begins half an hour after the seventh evening."""
    late = replace(order(), delivered_at=datetime(2026, 11, 12, 15, 30, tzinfo=UTC))
    seventh_evening = datetime(2026, 11, 19, 15, 59, tzinfo=UTC)
    assert may_return(late, RULES, seventh_evening, ZONE).allowed
    assert not may_return(late, RULES, seventh_evening + timedelta(minutes=2), ZONE).allowed


def test_an_order_with_fresh_food_in_it_stays_whole():
    mixed = replace(order(), items=(*order().items, *order("fresh").items))
    assert may_return(mixed, RULES, NOW, ZONE).reason == "fresh"


def test_all_faults_of_the_rules_are_listed(tmp_path):
    path = tmp_path / "rules.yaml"
    path.write_text(
        "default: {returnable: true, days: -1}\ncategories: {fresh: {returnable: false, days: 0}}"
    )
    with pytest.raises(RulesInvalid) as caught:
        load_rules(path)
    assert "has days -1" in str(caught.value)
    assert "rule 'fresh' has reason None" in str(caught.value)
