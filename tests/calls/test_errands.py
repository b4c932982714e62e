"""The bundled stories of errands as real calls, at the same time: the bot alone does each, once."""

from contextlib import closing

import pytest

from aftersales.http_shop import HttpShop
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)

DEEDS = {
    "3126460166": ("other_courier",),
    "3126488413": ("cancel_order",),
    "3126488403": ("book_visit",),
    "3126488415": ("exchange_goods",),
    "3126488418": ("claim_parcel",),
}


def test_six_errands_are_done_without_a_person(house: House) -> None:
    house.stock_the_shop()
    played = [house.play(name) for name in ("errands", "exchanges")]
    told = [caller for one in played for caller in one.succeeded(150)["callers"]]

    outcomes = {caller["name"]: house.outcome(caller["call_sid"]) for caller in told}
    names = ("Chen", "David", "Zhou Li", "He Jing", "Clara", "Mei")
    assert outcomes == dict.fromkeys(names, "solved_by_bot")
    with closing(HttpShop(house.demo.addresses.shop_url)) as shop:
        done = {order: shop.details_of(order).done for order in DEEDS}
    assert done == DEEDS, "\n\n".join(house.talk(caller["call_sid"]) for caller in told)
