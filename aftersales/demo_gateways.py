"""The demo shop: the whole port on our own tables, so that everything runs without a real shop."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from aftersales import demo_deeds
from aftersales.deeds import Coupon, Deed, Details, Receipt
from aftersales.errors import AlreadyRequested, OrderNotReturnable, OrderUnknown
from aftersales.gateways import (
    Customer,
    Item,
    Order,
    Parcel,
    RefundReceipt,
    ReturnReceipt,
    TrackPoint,
)
from aftersales.models import ShopCustomer, ShopDeed, ShopOrder, ShopParcel
from aftersales.passing_time import pass_time


class DemoShop:
    """A Shop on the shop_* tables; each call is one short transaction."""

    def __init__(self, session_factory: sessionmaker[Session]) -> None:
        self._sessions = session_factory

    def customer_by_number(self, number: str) -> Customer | None:
        """The account behind a calling number."""
        with self._sessions() as session:
            row = session.scalar(select(ShopCustomer).where(ShopCustomer.number == number))
            if row is None:
                return None
            return Customer(row.id, row.name, row.number, row.member_level, row.language)

    def orders_of(self, customer_id: str) -> tuple[Order, ...]:
        """All orders of a customer, newest first."""
        query = (
            select(ShopOrder)
            .where(ShopOrder.customer_id == customer_id)
            .order_by(ShopOrder.placed_at.desc(), ShopOrder.number.desc())
        )
        with self._sessions() as session:
            return tuple(_order(row) for row in session.scalars(query))

    def parcel_of(self, order_number: str) -> Parcel | None:
        """The latest parcel of an order."""
        query = (
            select(ShopParcel)
            .where(ShopParcel.order_number == order_number)
            .order_by(ShopParcel.tracking_number.desc())
            .limit(1)
        )
        with self._sessions() as session:
            row = session.scalar(query)
            return None if row is None else _parcel(row)

    def request_return(self, order_number: str, key: str, now: datetime) -> ReturnReceipt:
        """Ask to send an order back, once per key."""
        # The condition decides in the database: of two racing requests exactly one writes.
        claim = (
            update(ShopOrder)
            .where(
                ShopOrder.number == order_number,
                ShopOrder.status == "delivered",
                ShopOrder.return_state.is_(None),
            )
            .values(return_state="requested", return_key=key)
        )
        with self._sessions.begin() as session:
            session.execute(claim)
            row = _existing(session, order_number)
            if row.return_state is None:
                raise OrderNotReturnable(order_number, row.status)
            if row.return_key != key:
                raise AlreadyRequested(order_number, "return")
            return ReturnReceipt(f"T{order_number}", order_number)

    def request_refund(self, order_number: str, key: str, now: datetime) -> RefundReceipt:
        """Ask for an order's money back, once per key."""
        claim = (
            update(ShopOrder)
            .where(
                ShopOrder.number == order_number,
                ShopOrder.status.in_(("paid", "delivered")),
                ShopOrder.refund_state.is_(None),
            )
            .values(refund_state="requested", refund_key=key)
        )
        with self._sessions.begin() as session:
            session.execute(claim)
            row = _existing(session, order_number)
            if row.refund_state is None:
                raise OrderNotReturnable(order_number, row.status)
            if row.refund_key != key:
                raise AlreadyRequested(order_number, "refund")
            return RefundReceipt(f"K{order_number}", order_number, row.total_minor, row.currency)

    def details_of(self, order_number: str) -> Details:
        """What is known about an order."""
        with self._sessions() as session:
            return demo_deeds.details(session, _existing(session, order_number))

    def coupons_of(self, customer_id: str) -> tuple[Coupon, ...]:
        """The coupons of a customer, the one that ends first first."""
        with self._sessions() as session:
            row = session.get(ShopCustomer, customer_id)
            return () if row is None else demo_deeds.coupons(row)

    def messages(self) -> tuple[str, ...]:
        """What was sent to telephones, for whoever plays their owner."""
        with self._sessions() as session:
            rows = session.scalars(select(ShopDeed).where(ShopDeed.kind == "send_text"))
            return tuple(str(row.body["text"]) for row in rows)

    def pass_time(self, moved: timedelta, now: datetime) -> None:
        """The shop's clock was moved by so much and shows `now`."""
        with self._sessions.begin() as session:
            pass_time(session, moved, now)

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        """Do it once per key."""
        return demo_deeds.perform(self._sessions, deed, key, now)


def _existing(session: Session, order_number: str) -> ShopOrder:
    row = session.get(ShopOrder, order_number)
    if row is None:
        raise OrderUnknown(order_number)
    return row


def _order(row: ShopOrder) -> Order:
    return Order(
        number=row.number,
        customer_id=row.customer_id,
        status=row.status,
        items=tuple(Item(**item) for item in row.items),
        total_minor=row.total_minor,
        currency=row.currency,
        placed_at=row.placed_at,
        delivered_at=row.delivered_at,
        return_state=row.return_state,
        refund_state=row.refund_state,
    )


def _parcel(row: ShopParcel) -> Parcel:
    track = (
        TrackPoint(datetime.fromisoformat(p["at"]), p["place_zh"], p["place_en"], p["event"])
        for p in row.track
    )
    return Parcel(
        row.tracking_number,
        row.order_number,
        row.courier,
        row.status,
        row.expected_at,
        tuple(track),
    )
