"""One house for all whole-call tests, and the calls that can be played in it at the same time."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from calls.kinds import Kind
from tests.calls.playing import House, Played


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[House]:
    """Every process of Hotline and the box; what speech and numba made is kept between runs."""
    cache = getattr(request.config, "cache", None)
    overrides = {"HOTLINE_JOB_LEASE_SECONDS": "6", "HOTLINE_JOB_SWEEP_SECONDS": "1"}
    overrides["HOTLINE_OFFER_SECONDS"] = "6"
    if cache is not None:
        overrides["HOTLINE_CACHE"] = str(cache.mkdir("hotline"))
    house = House(tmp_path_factory.mktemp("house") / "demo", **overrides)
    yield house
    house.close()


@dataclass(frozen=True)
class Crowd:
    """Calls that run at the same time because none can disturb another."""

    first_calls: Played
    interrupter: Played
    refuser: Played


@dataclass(frozen=True)
class Pair:
    """Two callers in line for the same agents, An before Bai."""

    an: Played
    bai: Played


@pytest.fixture(scope="session")
def crowd(house: House) -> Crowd:
    """The bundled story, and a caller who cuts the greeting short."""
    first_calls = house.play("first_calls")
    interrupter = house.call(
        "Hannah",
        "+8613800000107",
        {"interrupt_after": 2.0, "say": "where is my refund"},
        "wait_for_bot",
        "hang_up",
        language="en",
    )
    refuser = house.call(
        "Ning",
        "+8613800000197",
        "wait_for_bot",
        {"say": "不要判断我的情绪"},
        "wait_for_bot",
        "hang_up",
    )
    return Crowd(first_calls, interrupter, refuser)


@pytest.fixture(scope="session")
def pair(house: House, crowd: Crowd) -> Pair:
    """Beside the crowd, only for the tests that serve them: nobody else would end their wait."""
    ask = {"interrupt_after": 1.5, "say": "我要改地址"}  # strangers: a person's at once
    an = house.call(
        "An",
        "+8613800000190",
        ask,
        {"wait_for_person": None, "within": 120},
        {"wait_for_hangup": None, "within": 60},
    )
    house.wait_event(an.call_sid("An"), Kind.QUEUED, 40)
    bai = house.call("Bai", "+8613800000191", ask, {"wait_for_person": None, "within": 150})
    return Pair(an, bai)
