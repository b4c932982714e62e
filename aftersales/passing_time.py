"""What becomes of the demo shop's orders and parcels when its clock is moved ahead."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from aftersales.models import ShopOrder, ShopParcel

STEP_DAYS = 3
"""A step of a refund, as callers are told."""
REFUND_STEPS = ("requested", "approved", "paid")


def pass_time(session: Session, moved: timedelta, now: datetime) -> None:
    """Parcels arrive when they were expected, refunds go on; the caller commits."""
    for parcel in session.scalars(select(ShopParcel).where(ShopParcel.status != "delivered")):
        if parcel.expected_at is not None and parcel.expected_at <= now:
            _arrive(session, parcel, parcel.expected_at)
    steps = max(0, moved.days) // STEP_DAYS
    for order in session.scalars(select(ShopOrder).where(ShopOrder.refund_state.is_not(None))):
        at = REFUND_STEPS.index(order.refund_state or "requested")
        order.refund_state = REFUND_STEPS[min(len(REFUND_STEPS) - 1, at + steps)]


def _arrive(session: Session, parcel: ShopParcel, at: datetime) -> None:
    place = {key: parcel.track[-1][key] for key in ("place_zh", "place_en")}
    parcel.status = "delivered"
    parcel.track = [*parcel.track, {"at": at.isoformat(), **place, "event": "delivered"}]
    order = session.get(ShopOrder, parcel.order_number)
    if order is not None and order.status == "shipped":
        order.status, order.delivered_at = "delivered", at
