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
    """not_fresh, not_delivered, too_late, above_limit; empty when `minor` may be paid."""


def fresh_worth(order: Order, rule: FreshRule, now: datetime) -> Worth:
    """The courier and the shop answer for fresh goods during the bands; later the buyer does."""
    price = sum(i.price_minor * i.quantity for i in order.items if i.category == "fresh")
    if not price:
        return Worth(reason="not_fresh")
    if order.status != "delivered" or order.delivered_at is None:
        return Worth(reason="not_delivered")
    hours = (now - order.delivered_at).total_seconds() / 3600
    share = next((band.share for band in rule.bands if hours <= band.hours), 0)
    if not share:
        return Worth(reason="too_late")
    minor = min(price, order.total_minor) * share // 100
    if minor > rule.limit_minor:
        return Worth(minor, "above_limit")
    return Worth(minor)
