"""shop.openapi.yaml is what both sides of the wire really do."""

from pathlib import Path

import msgspec
import yaml

import aftersales
from aftersales.deeds import Coupon, Deed, Details, Receipt
from aftersales.demo_gateways import DemoShop
from aftersales.gateways import Customer, Order, Parcel, RefundReceipt, ReturnReceipt
from aftersales.http_shop import Refusal
from aftersales.shop_server import ShopServer

FILE = Path(aftersales.__file__).with_name("shop.openapi.yaml")
TYPES = (
    *(Customer, Order, Parcel, ReturnReceipt, RefundReceipt, Details),
    *(Coupon, Receipt, Refusal, Deed),
)


def test_the_schemas_are_those_of_the_code():
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))["components"]["schemas"]
    schemas, components = msgspec.json.schema_components(
        TYPES, ref_template="#/components/schemas/{name}"
    )
    assert written == msgspec.json.decode(msgspec.json.encode({**components, "Deed": schemas[-1]}))


def test_the_paths_are_those_of_the_server(session_factory):
    written = yaml.safe_load(FILE.read_text(encoding="utf-8"))["paths"]
    app = ShopServer(DemoShop(session_factory)).app()
    served = {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.method != "HEAD"
    }
    promised = {(method, path) for path, methods in written.items() for method in methods}
    assert promised == {
        (method, path)
        for method, path in served
        if path != "/health" and not path.startswith("/test/")
    }
