"""Another delivery address while the order is not shipped."""

from aftersales.deeds import ChangeAddress
from aftersales.gateways import Order
from dialogue.bots.acting import Ask, Matter, Offer, Person, Plan, Tell


class AddressCase:
    """The new address is asked for, read back as heard, and changed after a yes."""

    intents = frozenset({"change_address"})

    def concerns(self, order: Order, intent: str) -> bool:
        """One that has not arrived."""
        return order.status in ("paid", "shipped")

    def plan(self, matter: Matter) -> Plan:
        """By the order's status; a parcel under way is the courier's, so a person asks there."""
        order = matter.order
        if order.status == "shipped":
            return Person("address.shipped")
        if order.status != "paid":
            return Tell(f"address.{order.status}", refused=True)
        address = matter.slot("address")
        if address is None:
            return Ask("address", "address.ask")
        deed = ChangeAddress(order.number, address[:300])
        return Offer(deed, "address.confirm", "address.done", {"address": address})
