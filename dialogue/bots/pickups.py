"""The collection of a return parcel: no courier, a late one, or one who says that he came."""

from datetime import timedelta

from aftersales.deeds import OtherCourier, Pickup, ReportFakePickup, ReschedulePickup
from aftersales.gateways import Order
from aftersales.pickups import fake_reasons, standing
from aftersales.service_rules import PickupRule
from dialogue.bots.acting import Ask, Matter, Offer, Person, Plan, Tell

AHEAD_DAYS = 14
"""A pick-up further ahead than this is a misheard day."""


class PickupCase:
    """Another courier, another day, or a report of a pick-up that never was; after a yes."""

    intents = frozenset({"courier_pickup", "fake_pickup"})

    def __init__(self, rule: PickupRule) -> None:
        self._rule = rule

    def concerns(self, order: Order, intent: str) -> bool:
        """One that is being sent back."""
        return order.return_state in ("requested", "picked_up")

    def plan(self, matter: Matter) -> Plan:
        """By what the courier did, as the shop's own marks tell."""
        pickup = matter.details.pickup
        if pickup is None:
            return Tell("pickup.none")
        state = standing(pickup, self._rule, matter.now)
        if state == "collected":
            return self._collected(pickup, matter)
        if state == "not_accepted" and matter.slot("date") is None:
            deed = OtherCourier(matter.order.number)
            return Offer(deed, "pickup.other", "pickup.other_done")
        if matter.slot("date") is not None:
            return self._moved(matter)
        values = {"courier": pickup.courier, "day": matter.day(pickup.due_at)}
        if state == "missed":
            return Ask("date", "pickup.missed", values)
        return Tell(f"pickup.{state}", values)

    def _collected(self, pickup: Pickup, matter: Matter) -> Plan:
        day = matter.day(pickup.collected_at or pickup.due_at)
        if matter.did("report_fake_pickup"):
            return Tell("pickup.reported")
        if matter.intent == "courier_pickup":
            return Tell("pickup.collected", {"day": day, "courier": pickup.courier})
        reasons = fake_reasons(pickup, self._rule)
        if not reasons:
            return Person("pickup.unclear")
        deed = ReportFakePickup(matter.order.number, reasons)
        return Offer(deed, "pickup.fake", "pickup.fake_done", {"day": day})

    def _moved(self, matter: Matter) -> Plan:
        day = matter.day_slot
        if day is None or not 0 <= (day - matter.today).days <= AHEAD_DAYS:
            last = matter.today + timedelta(days=AHEAD_DAYS)
            return Ask("date", "pickup.which_day", {"last": matter.day(last)})
        deed = ReschedulePickup(matter.order.number, day)
        values = {"day": matter.day(day)}
        return Offer(deed, "pickup.move", "pickup.moved", values)
