"""Fill the demo shop from demo_shop.yaml, with every time relative to the given now."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import delete
from sqlalchemy.orm import Session

from aftersales.models import ShopCustomer, ShopDeed, ShopOrder, ShopParcel

SHOP_FILE = Path(__file__).with_name("demo_shop.yaml")


def seed_shop(session: Session, now: datetime) -> None:
    """Put the demo shop's own customers and orders into their opening state; the caller commits.

    Running it again resets them (a return asked for in the last demo is forgotten), adding nothing.
    """
    shop = yaml.safe_load(SHOP_FILE.read_text(encoding="utf-8"))
    numbers = [order["number"] for order in shop["orders"]]
    session.execute(delete(ShopDeed).where(ShopDeed.order_number.in_(numbers)))
    for customer in shop["customers"]:
        session.merge(
            ShopCustomer(
                id=customer["id"],
                name=customer["name"],
                number=customer["number"],
                member_level=customer["level"],
                language=customer["language"],
                coupons=[_coupon(c, now) for c in customer.get("coupons", ())],
            )
        )
    session.flush()
    for order in shop["orders"]:
        session.merge(_order(order, shop, now))
    session.flush()
    for order in shop["orders"]:
        if "parcel" in order:
            session.merge(_parcel(order, shop["places"], now))
    session.flush()


def _order(order: dict[str, Any], shop: dict[str, Any], now: datetime) -> ShopOrder:
    items = [
        shop["products"][product] | {"quantity": quantity, "price_minor": price}
        for product, quantity, price in order["items"]
    ]
    return ShopOrder(
        number=order["number"],
        customer_id=order["customer"],
        status=order["status"],
        items=items,
        total_minor=sum(item["quantity"] * item["price_minor"] for item in items),
        currency=order["currency"],
        placed_at=_ago(order["placed"], now),
        delivered_at=_ago(order["delivered"], now) if "delivered" in order else None,
        return_state=order.get("return_state"),
        refund_state=order.get("refund_state"),
        return_key=None,
        refund_key=None,
        details=_details(order, shop, now),
    )


def _coupon(coupon: dict[str, Any], now: datetime) -> dict[str, Any]:
    ends = (now + timedelta(days=coupon["ends"])).isoformat()
    rest = {key: value for key, value in coupon.items() if key != "ends"}
    return {**rest, "currency": "CNY", "ends_at": ends}


def _details(order: dict[str, Any], shop: dict[str, Any], now: datetime) -> dict[str, Any]:
    """What only some orders have; days from now become moments and dates."""
    given = dict(order.get("details", {}))
    if "shipment" in given:
        shipment = dict(given["shipment"])
        given["shipment"] = {**shipment, "tariff": shop["tariffs"][shipment["tariff"]]}
    if "pickup" in given:
        pickup = dict(given["pickup"])
        for field in ("requested_at", "due_at", "collected_at"):
            if field in pickup:
                pickup[field] = _ago(pickup[field], now).isoformat()
        given["pickup"] = pickup
    if any(shop["products"][product]["category"] == "appliance" for product, *_ in order["items"]):
        days = [(now + timedelta(days=day)).date().isoformat() for day in shop["visit_days"]]
        given["free_days"] = days
    return given


def _parcel(order: dict[str, Any], places: dict[str, Any], now: datetime) -> ShopParcel:
    parcel = order["parcel"]
    expected = parcel.get("expected")
    return ShopParcel(
        tracking_number=parcel["number"],
        order_number=order["number"],
        courier=parcel["courier"],
        status=parcel["status"],
        expected_at=None if expected is None else now + timedelta(days=expected),
        track=[
            {"at": _ago(days, now).isoformat(), **places[place], "event": event}
            for days, place, event in parcel["track"]
        ],
    )


def _ago(days: float, now: datetime) -> datetime:
    return now - timedelta(days=days)
