"""The demo shop's book of deeds: each is written once, in one transaction with what it changes."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from aftersales.deeds import (
    BookVisit,
    CancelOrder,
    ChangeAddress,
    ClaimParcel,
    CompensateFresh,
    Coupon,
    Deed,
    Details,
    DisputeWeight,
    ExchangeGoods,
    OtherCourier,
    PayDifference,
    Receipt,
    ReportFakePickup,
    RescheduleDelivery,
    ReschedulePickup,
    SendText,
    kind_of,
)
from aftersales.errors import AlreadyRequested, DeedRefused, OrderUnknown
from aftersales.models import ShopCustomer, ShopDeed, ShopOrder

REPEATABLE = (BookVisit, ChangeAddress, RescheduleDelivery, ReschedulePickup, SendText)
"""Deeds that make sense more than once for an order."""
COURIERS = ("飞雁快递", "Swift Crane", "远山物流", "Far Hill Freight")


def details(session: Session, row: ShopOrder) -> Details:
    """The order's details with the deeds done on it."""
    kinds = session.scalars(select(ShopDeed.kind).where(ShopDeed.order_number == row.number))
    done = tuple(sorted(set(kinds)))
    kept = {k: v for k, v in row.details.items() if k != "address"}
    return msgspec.convert({**kept, "order_number": row.number, "done": done}, Details)


def coupons(row: ShopCustomer) -> tuple[Coupon, ...]:
    """The customer's coupons, the one that ends first first."""
    found = msgspec.convert(row.coupons, tuple[Coupon, ...])
    return tuple(sorted(found, key=lambda coupon: coupon.ends_at))


def perform(sessions: sessionmaker[Session], deed: Deed, key: str, now: datetime) -> Receipt:
    """Write the deed and change the order; the same key gives the receipt written first."""
    known = _receipt_of(sessions, deed, key)
    if known is not None:
        return known
    try:
        with sessions.begin() as session:
            return _written(session, deed, key, now)
    except IntegrityError:
        # Another request was there between the look and the write: the book decides.
        known = _receipt_of(sessions, deed, key)
        if known is None:
            raise AlreadyRequested(deed.order_number, kind_of(deed)) from None
        return known


def _receipt_of(sessions: sessionmaker[Session], deed: Deed, key: str) -> Receipt | None:
    with sessions() as session:
        row = session.get(ShopDeed, key)
        if row is None:
            return None
        if row.kind != kind_of(deed) or row.order_number != deed.order_number:
            raise AlreadyRequested(deed.order_number, kind_of(deed))
        return msgspec.convert(row.receipt, Receipt)


def _written(session: Session, deed: Deed, key: str, now: datetime) -> Receipt:
    number = deed.order_number
    order = session.get(ShopOrder, number)
    if order is None:
        raise OrderUnknown(number)
    kind = kind_of(deed)
    receipt = Receipt(f"D{number}-{kind}", number, kind, _amount(deed, order), order.currency)
    row = ShopDeed(
        key=key,
        once=key if isinstance(deed, REPEATABLE) else f"{number}:{kind}",
        order_number=number,
        kind=kind,
        body=msgspec.to_builtins(deed),
        receipt=msgspec.to_builtins(receipt),
        at=now,
    )
    # The book first: of two racing requests the second fails here, before it changes anything.
    session.add(row)
    session.flush()
    act = _ACTS.get(type(deed))
    if act is not None:
        receipt = act(order, deed, receipt)
        row.receipt = msgspec.to_builtins(receipt)
    return receipt


def _amount(deed: Deed, order: ShopOrder) -> int:
    if isinstance(deed, CancelOrder):
        return order.total_minor
    if isinstance(deed, PayDifference | CompensateFresh | DisputeWeight):
        return deed.amount_minor
    return 0


def _changed(order: ShopOrder, **values: Any) -> None:
    """A new mapping, so that SQLAlchemy sees the change."""
    order.details = {**order.details, **values}


def _cancel(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    if order.status != "paid" or order.refund_state is not None:
        raise DeedRefused(order.number, "cancel_order", order.status)
    order.status, order.refund_state = "cancelled", "requested"
    return receipt


def _address(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    if order.status != "paid":
        raise DeedRefused(order.number, "change_address", order.status)
    _changed(order, address=cast(ChangeAddress, deed).address)
    return receipt


def _delivery(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    if order.status not in ("paid", "shipped"):
        raise DeedRefused(order.number, "reschedule_delivery", order.status)
    return receipt


def _difference(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    now_minor = order.details.get("price_now_minor")
    right = order.total_minor - now_minor if now_minor is not None else 0
    if right <= 0 or right != receipt.amount_minor:
        raise DeedRefused(order.number, "pay_difference", f"the difference is {right}")
    return receipt


def _fresh(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    if receipt.amount_minor > order.total_minor:
        raise DeedRefused(order.number, "compensate_fresh", f"it cost {order.total_minor}")
    return receipt


def _other_courier(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    pickup = _pickup(order, "other_courier")
    if pickup["state"] != "requested":
        raise DeedRefused(order.number, "other_courier", pickup["state"])
    courier = next(name for name in COURIERS if name != pickup["courier"])
    _changed(order, pickup={**pickup, "courier": courier, "state": "accepted"})
    return replace(receipt, courier=courier)


def _reschedule(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    pickup = _pickup(order, "reschedule_pickup")
    if pickup["state"] == "collected":
        raise DeedRefused(order.number, "reschedule_pickup", "collected")
    day = cast(ReschedulePickup, deed).day.isoformat()
    _changed(order, pickup={**pickup, "due_at": f"{day}T10:00:00Z"})
    return receipt


def _fake(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    pickup = _pickup(order, "report_fake_pickup")
    if pickup["state"] != "collected":
        raise DeedRefused(order.number, "report_fake_pickup", pickup["state"])
    _changed(order, pickup={**pickup, "state": "requested", "collected_at": None})
    return receipt


def _pickup(order: ShopOrder, what: str) -> dict[str, Any]:
    pickup = order.details.get("pickup")
    if pickup is None:
        raise DeedRefused(order.number, what, "no pick-up")
    return cast(dict[str, Any], pickup)


def _visit(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    visit = cast(BookVisit, deed)
    booked = order.details.get("visit_day")
    if booked is not None and booked != visit.day.isoformat():
        raise DeedRefused(order.number, "book_visit", f"{booked} is booked")
    if visit.day.isoformat() not in order.details.get("free_days", []):
        raise DeedRefused(order.number, "book_visit", f"{visit.day} is not free")
    _changed(order, visit_day=visit.day.isoformat())
    return receipt


def _claim(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    if order.status not in ("shipped", "delivered"):
        raise DeedRefused(order.number, "claim_parcel", order.status)
    return receipt


def _exchange(order: ShopOrder, deed: Deed, receipt: Receipt) -> Receipt:
    """One piece is kept aside, and the order is on its way back."""
    wanted = cast(ExchangeGoods, deed).version
    versions = [dict(version) for version in order.details.get("versions", ())]
    version = next((v for v in versions if v["id"] == wanted), None)
    if version is None or version["stock"] < 1:
        raise DeedRefused(order.number, "exchange_goods", f"{wanted} is not in stock")
    if order.status != "delivered" or order.return_state is not None:
        raise DeedRefused(order.number, "exchange_goods", order.return_state or order.status)
    version["stock"] -= 1
    _changed(order, versions=versions)
    order.return_state = "requested"
    return receipt


_ACTS: Mapping[type, Callable[[ShopOrder, Deed, Receipt], Receipt]] = {
    CancelOrder: _cancel,
    ChangeAddress: _address,
    RescheduleDelivery: _delivery,
    PayDifference: _difference,
    CompensateFresh: _fresh,
    OtherCourier: _other_courier,
    ReschedulePickup: _reschedule,
    ReportFakePickup: _fake,
    BookVisit: _visit,
    ClaimParcel: _claim,
    ExchangeGoods: _exchange,
}
"""What a deed changes on the order; the others are only written down."""
