"""The invoice of an order, sent to the e-mail address on the account."""

from aftersales.deeds import SendInvoice
from aftersales.gateways import Order
from dialogue.bots.acting import Matter, Offer, Plan, Tell


class InvoiceCase:
    """Goes nowhere but to the account's own address, so the calling number is proof enough."""

    intents = frozenset({"invoice"})

    def concerns(self, order: Order, intent: str) -> bool:
        """One that was not cancelled."""
        return order.status != "cancelled"

    def plan(self, matter: Matter) -> Plan:
        """Once an order."""
        order = matter.order
        if order.status == "cancelled":
            return Tell("invoice.cancelled", refused=True)
        if matter.did("send_invoice"):
            return Tell("invoice.sent")
        values = {"amount": matter.money(order.total_minor)}
        deed = SendInvoice(order.number)
        return Offer(deed, "invoice.confirm", "invoice.done", values)
