"""Tables of the demo shop: customers, orders, parcels. Money in minor units (fen, cents)."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ops.database.base import Base
from ops.database.types import UtcDateTime


class ShopCustomer(Base):
    """A customer, known by the number that calls."""

    __tablename__ = "shop_customers"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(32), unique=True)
    """E.164."""
    member_level: Mapped[str] = mapped_column(String(12))
    """basic, silver, gold, black."""
    language: Mapped[str] = mapped_column(String(8))
    coupons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list, server_default="[]")
    """aftersales.deeds.Coupon as JSON."""


class ShopOrder(Base):
    """An order of one customer."""

    __tablename__ = "shop_orders"

    number: Mapped[str] = mapped_column(String(24), primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("shop_customers.id"), index=True)
    status: Mapped[str] = mapped_column(String(16))
    """paid, shipped, delivered, cancelled."""
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """[{"name_zh", "name_en", "category", "quantity", "price_minor"}]."""
    total_minor: Mapped[int]
    currency: Mapped[str] = mapped_column(String(3))
    placed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    return_state: Mapped[str | None] = mapped_column(String(16))
    """requested, picked_up, received; null when none."""
    refund_state: Mapped[str | None] = mapped_column(String(16))
    """requested, approved, paid; null when none."""
    return_key: Mapped[str | None] = mapped_column(String(64))
    """Idempotency key under which the return was asked for."""
    refund_key: Mapped[str | None] = mapped_column(String(64))
    """Idempotency key under which the refund was asked for."""
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    """aftersales.deeds.Details as JSON, with "address"; `done` comes from shop_deeds."""


class ShopDeed(Base):
    """Something done for an order, once per key."""

    __tablename__ = "shop_deeds"

    key: Mapped[str] = mapped_column(String(120), primary_key=True)
    once: Mapped[str] = mapped_column(String(160), unique=True)
    """Order and kind where a second one makes no sense, else the key."""
    order_number: Mapped[str] = mapped_column(ForeignKey("shop_orders.number"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The deed as asked for."""
    receipt: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ShopParcel(Base):
    """A parcel of an order with its track."""

    __tablename__ = "shop_parcels"

    tracking_number: Mapped[str] = mapped_column(String(24), primary_key=True)
    order_number: Mapped[str] = mapped_column(ForeignKey("shop_orders.number"), index=True)
    courier: Mapped[str] = mapped_column(String(32))
    status: Mapped[str] = mapped_column(String(16))
    """collected, in_transit, out_for_delivery, delivered, delayed."""
    expected_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    track: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """[{"at" ISO-8601 UTC, "place_zh", "place_en", "event"}], oldest first."""
