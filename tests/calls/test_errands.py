"""The bundled stories of errands as real calls, at the same time: the bot alone does each, once."""

import pytest

from aftersales.http_shop import HttpShop
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)


def test_six_errands_are_done_without_a_person(house: House) -> None:
    house.stock_the_shop()
    played = [house.play(name) for name in ("errands", "exchanges")]
    told = [caller for one in played for caller in one.succeeded(150)["callers"]]

    outcomes = {caller["name"]: house.row(caller["call_sid"]).outcome for caller in told}
    names = ("Chen", "Anna", "Zhou Li", "He Jing", "Clara", "Mei")
    assert outcomes == dict.fromkeys(names, "solved_by_bot")
    shop = HttpShop(house.demo.addresses.shop_url)
    assert shop.details_of("3126460166").done == ("other_courier",)
    assert shop.details_of("3126487313").done == ("cancel_order",)
    assert shop.details_of("3126487303").done == ("book_visit",)
    assert shop.details_of("3126487315").done == ("exchange_goods",)
    assert shop.details_of("3126487318").done == ("claim_parcel",)
    shop.close()
