"""The whole shop as one port: what the composition root hands to the bots."""

from typing import Protocol

from aftersales.deeds import DeedGateway
from aftersales.gateways import OrderGateway


class Shop(OrderGateway, DeedGateway, Protocol):
    """In-process (DemoShop) or over HTTP (HttpShop)."""
