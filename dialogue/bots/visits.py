"""A technician comes to install or repair a large appliance: a free day, read back, booked."""

from datetime import timedelta

from aftersales.deeds import BookVisit
from aftersales.gateways import Order
from aftersales.service_rules import VisitRule
from dialogue.bots.acting import Ask, Matter, Offer, Person, Plan, Tell


class VisitCase:
    """Days are the shop's own free days; any other day leads to the next free ones."""

    intents = frozenset({"installation", "repair_warranty"})

    def __init__(self, rule: VisitRule) -> None:
        self._rule = rule

    def concerns(self, order: Order, intent: str) -> bool:
        """A large appliance."""
        return any(item.category == "appliance" for item in order.items)

    def plan(self, matter: Matter) -> Plan:
        """After delivery, on a free day; a repair while the warranty lasts."""
        order, details = matter.order, matter.details
        if matter.intent == "repair_warranty" and not self._is_ours(matter):
            return Person("goods.transfer")
        if not self.concerns(order, matter.intent):
            return Tell("visit.not_needed")
        if order.status != "delivered":
            return Tell("visit.not_delivered", refused=True)
        if details.visit_day is not None and not matter.confirming:
            return Tell("visit.booked", {"day": matter.day(details.visit_day)})
        return self._on_a_day(matter)

    def _is_ours(self, matter: Matter) -> bool:
        """Other goods are sent in, and what is out of warranty costs: a person arranges both."""
        signed = matter.order.delivered_at
        covered = timedelta(days=self._rule.warranty_days)
        return (
            self.concerns(matter.order, matter.intent)
            and signed is not None
            and matter.now - signed <= covered
        )

    def _on_a_day(self, matter: Matter) -> Plan:
        free = [day for day in matter.details.free_days if day >= matter.today]
        if not free:
            return Tell("visit.none_free", refused=True)
        near = {"first": matter.day(free[0]), "second": matter.day(free[min(1, len(free) - 1)])}
        repair = matter.intent == "repair_warranty"
        day = matter.day_slot
        if day is None:
            return Ask("date", "visit.ask_repair" if repair else "visit.ask", near)
        if day not in free:
            return Ask("date", "visit.taken", near)
        deed = BookVisit(matter.order.number, "repair" if repair else "installation", day)
        confirm = "visit.confirm_repair" if repair else "visit.confirm"
        return Offer(deed, confirm, "visit.done", {"day": matter.day(day)})
