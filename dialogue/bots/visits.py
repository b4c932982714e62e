"""A technician comes to install a large appliance: a free day, read back, booked."""

from aftersales.deeds import BookVisit
from aftersales.gateways import Order
from dialogue.bots.acting import Ask, Matter, Offer, Plan, Tell


class VisitCase:
    """Days are the shop's own free days; any other day leads to the next free ones."""

    intents = frozenset({"installation"})

    def concerns(self, order: Order, intent: str) -> bool:
        """A large appliance."""
        return any(item.category == "appliance" for item in order.items)

    def plan(self, matter: Matter) -> Plan:
        """After delivery, once, on a free day."""
        order, details = matter.order, matter.details
        if not self.concerns(order, matter.intent):
            return Tell("visit.not_needed")
        if order.status != "delivered":
            return Tell("visit.not_delivered", refused=True)
        if details.visit_day is not None and not matter.confirming:
            return Tell("visit.booked", {"day": matter.day(details.visit_day)})
        free = [day for day in details.free_days if day >= matter.today]
        if not free:
            return Tell("visit.none_free", refused=True)
        near = {"first": matter.day(free[0]), "second": matter.day(free[min(1, len(free) - 1)])}
        day = matter.day_slot
        if day is None:
            return Ask("date", "visit.ask", near)
        if day not in free:
            return Ask("date", "visit.taken", near)
        values = {"day": matter.day(day)}
        deed = BookVisit(order.number, "installation", day)
        return Offer(deed, "visit.confirm", "visit.done", values, proof=False)
