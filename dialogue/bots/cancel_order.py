"""Cancel an order while it is not shipped."""

from aftersales.deeds import CancelOrder
from aftersales.gateways import Order
from dialogue.bots.acting import Matter, Offer, Plan, Tell


class CancelCase:
    """Paid orders are cancelled; what is on its way can be refused at the door."""

    intents = frozenset({"cancel_order"})

    def concerns(self, order: Order, intent: str) -> bool:
        """One that still can be cancelled."""
        return order.status == "paid"

    def plan(self, matter: Matter) -> Plan:
        """By the order's status."""
        order = matter.order
        if order.status != "paid" and not matter.confirming:
            return Tell(f"cancel.{order.status}", refused=order.status != "cancelled")
        values = {"amount": matter.money(order.total_minor)}
        deed = CancelOrder(order.number)
        return Offer(deed, "cancel.confirm", "cancel.done", values)
