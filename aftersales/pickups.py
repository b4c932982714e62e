"""Is a courier late, and did the courier come at all? Pure rules over service_rules.yaml."""

from datetime import datetime, timedelta

from aftersales.deeds import Pickup
from aftersales.service_rules import PickupRule


def standing(pickup: Pickup, rule: PickupRule, now: datetime) -> str:
    """collected, awaiting (a courier may still accept), not_accepted, missed or due."""
    if pickup.state == "collected":
        return "collected"
    if pickup.state == "requested":
        waited = now - pickup.requested_at
        late = waited > timedelta(minutes=rule.accept_minutes)
        return "not_accepted" if late else "awaiting"
    return "missed" if now > pickup.due_at + timedelta(minutes=rule.late_minutes) else "due"


def fake_reasons(pickup: Pickup, rule: PickupRule) -> tuple[str, ...]:
    """What speaks against a collection: far_scan, not_weighed. None: it looks like a real one."""
    if pickup.state != "collected":
        return ()
    reasons = []
    if pickup.scan_metres is not None and pickup.scan_metres > rule.fake_metres:
        reasons.append("far_scan")
    if not pickup.scan_grams:
        reasons.append("not_weighed")
    return tuple(reasons)
