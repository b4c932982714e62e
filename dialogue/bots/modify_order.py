"""Change an order: another delivery day is done here, another product is a person's."""

from datetime import timedelta

from aftersales.deeds import RescheduleDelivery
from aftersales.gateways import Order
from dialogue.bots.acting import Ask, Matter, Offer, Person, Plan, Tell

AHEAD_DAYS = 30
"""A delivery further ahead than this is a misheard day."""


class ModifyCase:
    """A day was named: the delivery moves. None was: size, colour or number are meant."""

    intents = frozenset({"modify_order"})

    def concerns(self, order: Order, intent: str) -> bool:
        """One that has not arrived."""
        return order.status in ("paid", "shipped")

    def plan(self, matter: Matter) -> Plan:
        """By the order's status."""
        order = matter.order
        if not self.concerns(order, matter.intent):
            return Tell(f"modify.{order.status}", refused=True)
        if matter.slot("date") is None:
            return Person()
        day = matter.day_slot
        if day is None or not 1 <= (day - matter.today).days <= AHEAD_DAYS:
            last = matter.today + timedelta(days=AHEAD_DAYS)
            return Ask("date", "modify.which_day", {"last": matter.day(last)})
        deed = RescheduleDelivery(order.number, day)
        values = {"day": matter.day(day)}
        return Offer(deed, "modify.confirm", "modify.done", values)
