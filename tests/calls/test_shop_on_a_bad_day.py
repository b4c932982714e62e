"""The shop's system fails in the middle of real calls: a sentence, a person, nothing done twice."""

import pytest
import requests

from calls.kinds import Kind
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)


def set_faults(house: House, **faults: object) -> None:
    url = f"{house.demo.addresses.shop_url}/test/faults"
    requests.put(url, json=faults, timeout=5).raise_for_status()


def test_a_caller_whose_shop_goes_down_hears_so_and_is_in_line_for_a_person(house: House) -> None:
    house.stock_the_shop()
    played = house.call(
        "Mei",
        "+8613800000101",
        {"pause": 4},
        {"interrupt_after": 1.0, "say": "我的快递到哪了"},
        "wait_for_bot",
        {"say": "八四零一"},  # the shop is asked whether this is an order of hers
        {"pause": 12},
        "hang_up",
    )
    sid = played.call_sid("Mei")
    house.wait_event(sid, Kind.ANSWERED, 30)
    set_faults(house, down=True)
    try:
        failed = house.wait_event(sid, Kind.SHOP_FAILED, 40)
        house.wait_event(sid, Kind.QUEUED, 20)
    finally:
        set_faults(house)

    assert failed.data["gateway"] == "orders"
    assert failed.data["failure"] in ("status_503", "resting")  # the breaker may have opened before
    assert "连不上" in house.wait_event(sid, Kind.REPLIED, 5, turn=2).data["text"]
