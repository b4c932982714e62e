"""What a bot may ask the shop to do besides returns and refunds, and what it may look up for it.

Every deed has a key: the same key gives the same receipt and acts once.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Protocol

import msgspec
from msgspec import Meta

from aftersales.gateways import Count, Currency, Id, Minor, Moment, Name

Grams = Annotated[int, Meta(ge=0, le=1_000_000)]
Words = Annotated[str, Meta(min_length=1, max_length=300)]


class CancelOrder(msgspec.Struct, frozen=True, tag="cancel_order"):
    """Not to be shipped; what was paid goes back the way it came."""

    order_number: Id


class ChangeAddress(msgspec.Struct, frozen=True, tag="change_address"):
    """Another place to deliver to, as the caller said it."""

    order_number: Id
    address: Words


class RescheduleDelivery(msgspec.Struct, frozen=True, tag="reschedule_delivery"):
    """Not before this day at the door."""

    order_number: Id
    day: date


class SendInvoice(msgspec.Struct, frozen=True, tag="send_invoice"):
    """The invoice to the e-mail address on the account."""

    order_number: Id


class PayDifference(msgspec.Struct, frozen=True, tag="pay_difference"):
    """The price fell after the purchase; the shop checks the amount."""

    order_number: Id
    amount_minor: Minor


class OtherCourier(msgspec.Struct, frozen=True, tag="other_courier"):
    """Take the pick-up from a courier who did not accept it and give it to the next."""

    order_number: Id


class ReschedulePickup(msgspec.Struct, frozen=True, tag="reschedule_pickup"):
    """Another day for the pick-up."""

    order_number: Id
    day: date


class ReportFakePickup(msgspec.Struct, frozen=True, tag="report_fake_pickup"):
    """Marked as collected, but nobody came; the reasons by which it was decided are kept."""

    order_number: Id
    reasons: tuple[str, ...]


class DisputeWeight(msgspec.Struct, frozen=True, tag="dispute_weight"):
    """The billed weight is wrong: pay back the difference to the right bill."""

    order_number: Id
    amount_minor: Minor
    reasons: tuple[str, ...]


class CompensateFresh(msgspec.Struct, frozen=True, tag="compensate_fresh"):
    """Pay for spoiled fresh goods within the rule's limit."""

    order_number: Id
    amount_minor: Minor


class BookVisit(msgspec.Struct, frozen=True, tag="book_visit"):
    """A technician comes to install or to repair."""

    order_number: Id
    purpose: Annotated[str, Meta(pattern="^(installation|repair)$")]
    day: date


class ClaimParcel(msgspec.Struct, frozen=True, tag="claim_parcel"):
    """The courier has to search for the parcel; what is not found is sent again or paid back."""

    order_number: Id
    reason: Annotated[str, Meta(pattern="^(not_received|no_movement)$")]


class ExchangeGoods(msgspec.Struct, frozen=True, tag="exchange_goods"):
    """Another version of what was bought: it is kept aside now and sent when the first is back."""

    order_number: Id
    version: Id


class SendText(msgspec.Struct, frozen=True, tag="send_text"):
    """A short message to the number on the account (the shop knows it; we do not name it)."""

    order_number: Id
    text: Words


Deed = (
    CancelOrder
    | ChangeAddress
    | RescheduleDelivery
    | SendInvoice
    | PayDifference
    | OtherCourier
    | ReschedulePickup
    | ReportFakePickup
    | DisputeWeight
    | CompensateFresh
    | BookVisit
    | ClaimParcel
    | ExchangeGoods
    | SendText
)


def kind_of(deed: Deed) -> str:
    """Its name on the wire and in the shop's book."""
    return str(deed.__struct_config__.tag)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The shop has done it."""

    number: Id
    order_number: Id
    kind: Id
    amount_minor: Minor = 0
    currency: Currency = "CNY"
    courier: str = ""
    """Who comes now, after OtherCourier."""


@dataclass(frozen=True, slots=True)
class Tariff:
    """A courier's price table for one parcel."""

    first_grams: Annotated[int, Meta(ge=1)]
    first_minor: Minor
    further_grams: Annotated[int, Meta(ge=1)]
    further_minor: Minor
    divisor: Annotated[int, Meta(ge=1)]
    """cm³ per kg of volumetric weight."""
    surcharge_minor: Minor = 0
    """Remote area or oversize."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What was billed for carrying an order, and what it was billed on."""

    billed_grams: Grams
    billed_minor: Minor
    length_cm: Count
    width_cm: Count
    height_cm: Count
    weighed_grams: Grams
    """By the warehouse, before the courier had it."""
    tariff: Tariff
    currency: Currency = "CNY"


@dataclass(frozen=True, slots=True)
class Pickup:
    """The collection of a return parcel."""

    state: Annotated[str, Meta(pattern="^(requested|accepted|collected)$")]
    courier: Name
    requested_at: Moment
    due_at: Moment
    """End of the hours in which the courier should come."""
    collected_at: Moment | None = None
    scan_metres: Annotated[int, Meta(ge=0)] | None = None
    """Between the collecting scan and the caller's address."""
    scan_grams: Grams | None = None
    """As weighed at the collecting scan; None: not weighed."""
    claims: tuple[str, ...] = ()
    """Kinds of deeds done on it already."""


@dataclass(frozen=True, slots=True)
class Version:
    """A size or colour in which the order's main item is sold."""

    id: Id
    name_zh: Name
    name_en: Name
    stock: Annotated[int, Meta(ge=0)]
    """Pieces that the warehouse could send."""

    def name(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.name_zh if language == "zh" else self.name_en


@dataclass(frozen=True, slots=True)
class Details:
    """More about one order than its list entry tells; parts that do not exist are None."""

    order_number: Id
    price_now_minor: Minor | None = None
    """Of what was bought, the whole order at today's prices."""
    shipment: Shipment | None = None
    pickup: Pickup | None = None
    visit_day: date | None = None
    """Booked already."""
    free_days: tuple[date, ...] = ()
    """On which a technician could come."""
    versions: tuple[Version, ...] = ()
    """For which it could be exchanged."""
    done: tuple[str, ...] = ()
    """Kinds of deeds done on the order."""


@dataclass(frozen=True, slots=True)
class Coupon:
    """A customer's coupon."""

    name_zh: Name
    name_en: Name
    amount_minor: Minor
    currency: Currency
    ends_at: Moment

    def name(self, language: str) -> str:
        """As said to a caller of `language`."""
        return self.name_zh if language == "zh" else self.name_en


class DeedGateway(Protocol):
    """The shop's other systems, as the bots see them."""

    def details_of(self, order_number: str) -> Details:
        """What is known about an order; raises OrderUnknown."""

    def coupons_of(self, customer_id: str) -> tuple[Coupon, ...]:
        """The coupons of a customer, the one that ends first first."""

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        """Do it once; the same key gives the same receipt.

        Raises OrderUnknown, DeedRefused, AlreadyRequested.
        """
