"""The price fell after the purchase: pay the difference."""

from datetime import timedelta

from aftersales.deeds import PayDifference
from aftersales.gateways import Order
from aftersales.service_rules import PriceRule
from dialogue.bots.acting import Matter, Offer, Plan, Tell


class PriceCase:
    """Compares with today's price of the shop, never with what the caller says."""

    intents = frozenset({"price_protection"})

    def __init__(self, rule: PriceRule) -> None:
        self._rule = rule

    def concerns(self, order: Order, intent: str) -> bool:
        """One that was not cancelled."""
        return order.status != "cancelled"

    def plan(self, matter: Matter) -> Plan:
        """Within the days, and only what the shop's own price gives."""
        order, now_minor = matter.order, matter.details.price_now_minor
        if matter.did("pay_difference"):
            return Tell("price.paid")
        if order.status == "cancelled" or order.refund_state is not None:
            return Tell("price.refunded", refused=True)
        if matter.now - order.placed_at > timedelta(days=self._rule.days):
            return Tell("price.too_late", {"days": matter.number(self._rule.days)}, refused=True)
        if now_minor is None or now_minor >= order.total_minor:
            return Tell("price.same", {"paid": matter.money(order.total_minor)}, refused=True)
        over = order.total_minor - now_minor
        values = {
            "paid": matter.money(order.total_minor),
            "price": matter.money(now_minor),
            "amount": matter.money(over),
        }
        return Offer(PayDifference(order.number, over), "price.confirm", "price.done", values)
