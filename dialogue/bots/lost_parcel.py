"""A parcel that did not come: the courier has to search for it, after a yes."""

from collections.abc import Callable
from datetime import datetime, timedelta

from aftersales.deeds import ClaimParcel
from aftersales.gateways import Order, Parcel
from aftersales.service_rules import LostRule
from dialogue.bots.acting import Matter, Offer, Person, Plan, Tell


class LostParcelCase:
    """Marked as delivered, or without a scan for days: a claim. On its way: where it is."""

    intents = frozenset({"lost_package"})

    def __init__(self, parcel_of: Callable[[str], Parcel | None], rule: LostRule) -> None:
        self._parcel_of = parcel_of
        self._rule = rule

    def concerns(self, order: Order, intent: str) -> bool:
        """One that was handed to a courier."""
        return order.status in ("shipped", "delivered")

    def plan(self, matter: Matter) -> Plan:
        """By the order's status and the parcel's last scan."""
        order = matter.order
        if not self.concerns(order, matter.intent):
            return Tell(f"lost.{order.status}")
        if matter.did("claim_parcel"):
            return Tell("lost.claimed")
        parcel = self._parcel_of(order.number)
        if parcel is None or not parcel.track:
            return Person()
        last = parcel.track[-1]
        values = {
            "courier": parcel.courier,
            "day": matter.day(last.at),
            "place": last.place(matter.memory.language),
            "days": matter.number(self._rule.search_days),
        }
        if order.status == "delivered":
            return self._claim(matter, "not_received", values)
        if self._silent(last.at, matter.now):
            return self._claim(matter, "no_movement", values)
        return Tell("lost.moving", values)

    def _silent(self, scanned_at: datetime, now: datetime) -> bool:
        return now - scanned_at >= timedelta(days=self._rule.silent_days)

    def _claim(self, matter: Matter, reason: str, values: dict[str, str]) -> Plan:
        deed = ClaimParcel(matter.order.number, reason)
        # It moves neither money nor goods, and says only what the courier's mark says.
        return Offer(deed, f"lost.{reason}", "lost.done", values)
