"""The port to the shop's order system, and the values that pass through it.

Money is in integer minor units (fen, cents); times are aware UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Customer:
    """An account of the shop."""

    id: str
    name: str
    number: str
    """E.164."""
    member_level: str
    """basic, silver, gold, black."""
    language: str


@dataclass(frozen=True, slots=True)
class Item:
    """One line of an order."""

    name_zh: str
    name_en: str
    category: str
    """appliance, electronics, clothing, fresh, home, beauty."""
    quantity: int
    price_minor: int

    def name(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Order:
    """What a customer bought at once."""

    number: str
    customer_id: str
    status: str
    """paid, shipped, delivered, cancelled."""
    items: tuple[Item, ...]
    total_minor: int
    currency: str
    placed_at: datetime
    delivered_at: datetime | None = None
    return_state: str | None = None
    """requested, picked_up, received."""
    refund_state: str | None = None
    """requested, approved, paid."""

    @property
    def category(self) -> str:
        """Of the dearest item: the one that a call is most likely about."""
        return max(self.items, key=lambda item: item.price_minor).category


@dataclass(frozen=True, slots=True)
class TrackPoint:
    """One line of a parcel's track."""

    at: datetime
    place_zh: str
    place_en: str
    event: str
    """collected, departed, arrived, out_for_delivery, delivered, delayed."""

    def place(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.place_zh if language == "zh" else self.place_en


@dataclass(frozen=True, slots=True)
class Parcel:
    """What the courier carries for one order."""

    tracking_number: str
    order_number: str
    courier: str
    status: str
    """collected, in_transit, out_for_delivery, delivered, delayed."""
    expected_at: datetime | None
    track: tuple[TrackPoint, ...]
    """Oldest first."""


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """The shop accepted a return."""

    number: str
    order_number: str


@dataclass(frozen=True, slots=True)
class RefundReceipt:
    """The shop accepted a refund."""

    number: str
    order_number: str
    amount_minor: int
    currency: str


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
