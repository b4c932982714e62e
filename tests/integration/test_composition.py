"""What `build_services` puts together works as one: the parts know each other."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app import Services, build_services
from calls.kinds import Kind
from ops.database.migrate import migrate
from ops.settings import Settings
from tests.fakes.environment import demo
from tests.fakes.queue_floor import LEASE, join, sign_in

SKILLS = ("billing", "lang_zh")
MINUTE = timedelta(minutes=1)


class Clock:
    """Time that the test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(redis_url: str, tmp_path: Path, clock: Clock) -> Services:
    settings = Settings.from_env({**demo(tmp_path), "HOTLINE_REDIS_URL": redis_url})
    services = build_services(settings, now=clock)
    sign_in(services.presence, "tomas", SKILLS, services.now_ms())
    return services


def test_the_wait_that_is_told_follows_the_calls_that_were_handled(
    house: Services, clock: Clock
) -> None:
    assert house.expected_wait(1, SKILLS) == 180

    for number in range(5):
        join(house.waiting, f"CA{number}", SKILLS, house.now_ms())
        offer = house.reservations.reserve_next(house.now_ms(), LEASE)
        assert offer is not None
        house.reservations.accept(offer.id, house.now_ms())
        clock.time += MINUTE
        house.presence.heartbeat("tomas", house.now_ms())
        house.reservations.complete(offer.id, house.now_ms(), wrap_up_ms=0)

    assert house.expected_wait(1, SKILLS) == 120
    assert house.expected_wait(2, SKILLS) == 240
    assert house.expected_wait(1, ("lang_en",)) is None, "nobody is there for English"


def test_a_call_is_recorded_and_told_to_the_live_feed(house: Services) -> None:
    migrate(house.engine)
    before = house.live.last_id()
    facts = {"caller": "+1", "called": "+2", "language": "zh", "customer_id": None}

    assert house.call_log.open_call("CA1", **facts, now=house.now())
    house.call_log.append("CA1", Kind.ANSWERED, house.now())

    assert [event["kind"] for _, event in house.live.read(before, 100)] == [Kind.ANSWERED.value]
