"""The port to the shop's order system, and the values that pass through it.

Money is in integer minor units (fen, cents); times are aware UTC. What a field may hold stands in
its type: http_shop.py refuses every answer that breaks it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from msgspec import Meta

Minor = Annotated[int, Meta(ge=0, le=10**10)]
"""An amount of money that is never negative."""
Moment = Annotated[datetime, Meta(tz=True)]
Count = Annotated[int, Meta(ge=1, le=10_000)]
Name = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,120}$")]
"""Words for people, on one line."""
Id = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
OrderStatus = Annotated[str, Meta(pattern="^(paid|shipped|delivered|cancelled)$")]
ReturnState = Annotated[str, Meta(pattern="^(requested|picked_up|received)$")]
RefundState = Annotated[str, Meta(pattern="^(requested|approved|paid)$")]
ParcelStatus = Annotated[
    str, Meta(pattern="^(collected|in_transit|out_for_delivery|delivered|delayed)$")
]
TrackEvent = Annotated[
    str, Meta(pattern="^(collected|departed|arrived|out_for_delivery|delivered|delayed)$")
]


@dataclass(frozen=True, slots=True)
class Customer:
    """An account of the shop."""

    id: Id
    name: Name
    number: Annotated[str, Meta(pattern=r"^\+\d{5,15}$")]
    """E.164."""
    member_level: Annotated[str, Meta(pattern="^(basic|silver|gold|black)$")]
    """basic, silver, gold, black."""
    language: Annotated[str, Meta(pattern="^(zh|en)$")]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order."""

    name_zh: Name
    name_en: Name
    category: Name
    """appliance, electronics, clothing, fresh, home, beauty."""
    quantity: Count
    price_minor: Minor

    def name(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought at once."""

    number: Id
    customer_id: Id
    status: OrderStatus
    """paid, shipped, delivered, cancelled."""
    items: Annotated[tuple[Item, ...], Meta(min_length=1)]
    total_minor: Minor
    currency: Currency
    placed_at: Moment
    delivered_at: Moment | None = None
    return_state: ReturnState | None = None
    """requested, picked_up, received."""
    refund_state: RefundState | None = None
    """requested, approved, paid."""

    @property
    def category(self) -> str:
        """Of the dearest item: the one that a call is most likely about."""
        return max(self.items, key=lambda item: item.price_minor).category


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One line of a parcel's track."""

    at: Moment
    place_zh: Name
    place_en: Name
    event: TrackEvent
    """collected, departed, arrived, out_for_delivery, delivered, delayed."""

    def place(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.place_zh if language == "zh" else self.place_en


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the courier carries for one order."""

    tracking_number: Id
    order_number: Id
    courier: Name
    status: ParcelStatus
    """collected, in_transit, out_for_delivery, delivered, delayed."""
    expected_at: Moment | None
    track: tuple[TrackPoint, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """The shop accepted a return."""

    number: Id
    order_number: Id


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """The shop accepted a refund."""

    number: Id
    order_number: Id
    amount_minor: Minor
    currency: Currency


class OrderGateway(Protocol):
    """The shop's order system, as the bots see it."""

    def customer_by_number(self, number: str) -> Customer | None:
        """The account behind a calling number in E.164."""

    def orders_of(self, customer_id: str) -> tuple[Order, ...]:
        """All orders of a customer, newest first."""

    def parcel_of(self, order_number: str) -> Parcel | None:
        """The latest parcel of an order; None before it is shipped."""

    def request_return(self, order_number: str, key: str, now: datetime) -> ReturnReceipt:
        """Ask to send an order back; the same key gives the same receipt and acts once.

        Raises OrderUnknown, OrderNotReturnable, AlreadyRequested.
        """

    def request_refund(self, order_number: str, key: str, now: datetime) -> RefundReceipt:
        """Ask for an order's money back; the same key gives the same receipt and acts once.

        Raises OrderUnknown, OrderNotReturnable, AlreadyRequested.
        """
