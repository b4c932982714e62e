"""The bundled story of errands as real calls: each is done by the bot alone, once."""

import pytest

from aftersales.http_shop import HttpShop
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)


def test_three_errands_are_done_without_a_person(house: House) -> None:
    house.stock_the_shop()
    told = house.play("errands").succeeded(150)

    outcomes = {c["name"]: house.row(c["call_sid"]).outcome for c in told["callers"]}
    assert outcomes == dict.fromkeys(("Chen", "Ivy", "Zhou Li"), "solved_by_bot")
    shop = HttpShop(house.demo.addresses.shop_url)
    assert shop.details_of("3126460166").done == ("other_courier",)
    assert shop.details_of("3126480113").done == ("cancel_order",)
    assert shop.details_of("3126480103").done == ("book_visit",)
    shop.close()
