"""What spoiled fresh goods are worth by the time since signing. Pure, over service_rules.yaml."""

from dataclasses import dataclass
from datetime import datetime

from aftersales.gateways import Order
from aftersales.service_rules import FreshRule


@dataclass(frozen=True, slots=True)
class Worth:
    """The verdict on one order."""

    minor: int = 0
    reason: str = ""
    """not_fresh, not_delivered, too_late, above_limit; empty when a bot may pay `minor`."""
    giver: str = "bot"
    """Who may give it."""
    is_goodwill: bool = False
    """Not owed any more; given to an upset caller."""


def fresh_worth(order: Order, rule: FreshRule, now: datetime, level: int = 0) -> Worth:
    """The courier and the shop answer for fresh goods during the bands; later the buyer does.

    Whoever is upset (emotion `level`) is given a little even then; within the bands the same facts
    give everybody the same money.
    """
    price = sum(i.price_minor * i.quantity for i in order.items if i.category == "fresh")
    if not price:
        return Worth(reason="not_fresh")
    if order.status != "delivered" or order.delivered_at is None:
        return Worth(reason="not_delivered")
    hours = (now - order.delivered_at).total_seconds() / 3600
    share = next((band.share for band in rule.bands if hours <= band.hours), 0)
    paid = min(price, order.total_minor)
    if not share:
        return _goodwill(paid, rule, hours, level)
    minor = paid * share // 100
    giver = rule.giver_of(minor)
    return Worth(minor, "" if giver == "bot" else "above_limit", giver)


def _goodwill(paid: int, rule: FreshRule, hours: float, level: int) -> Worth:
    upset = rule.upset
    minor = min(paid * upset.share // 100, upset.limit_minor)
    if level < upset.level or hours > upset.hours or not minor:
        return Worth(reason="too_late")
    giver = rule.giver_of(minor)
    return Worth(minor, "" if giver == "bot" else "above_limit", giver, is_goodwill=True)
