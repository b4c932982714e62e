"""Agents who let it ring or refuse, and callers who leave while a phone rings."""

import pytest

from calls.kinds import Kind
from tests.calls.conftest import Pair
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)


def test_a_caller_whom_two_agents_do_not_take_keeps_the_place_and_gets_the_third(
    house: House, pair: Pair
) -> None:
    an, bai = pair.an.call_sid("An"), pair.bai.call_sid("Bai")
    house.wait_event(bai, Kind.QUEUED, 40)
    joined = house.waiting.entry(an).joined_ms

    house.agent("wen", "available", {"ring_out": None, "within": 40})
    house.wait_event(an, Kind.NOT_ANSWERED, 40, agent_id="wen", reason="timed_out")
    assert house.waiting.entry(an).joined_ms == joined
    assert house.waiting.position(an).position == 1

    house.agent("jun", "available", {"reject": None, "within": 40})
    house.wait_event(an, Kind.NOT_ANSWERED, 40, agent_id="jun")
    assert house.waiting.position(an).position == 1
    assert house.waiting.position(bai).position == 2

    third = house.agent(
        "bo", "available", {"answer": 1, "within": 40}, {"pause": 6}, "break", "hang_up"
    )
    connected = house.wait_event(an, Kind.CONNECTED, 30)
    assert connected.data["agent_id"] == "bo"
    assert not house.events(bai, Kind.OFFERED)
    assert len(house.events(an, Kind.QUEUED)) == 1
    queued = house.events(an, Kind.QUEUED)[0]
    waited = (connected.at - queued.at).total_seconds()
    assert connected.data["waited_seconds"] == pytest.approx(waited, abs=2)
    pair.an.succeeded(60)
    third.succeeded(30)
    assert house.outcome(an) == "answered_by_agent"


def test_a_phone_stops_ringing_when_its_caller_hangs_up(house: House, pair: Pair) -> None:
    bai = pair.bai.call_sid("Bai")
    house.wait_event(bai, Kind.QUEUED, 60)
    rings = house.agent("rui", "available", {"ring_out": None, "within": 30}, {"pause": 5})
    offered = house.wait_event(bai, Kind.OFFERED, 30, agent_id="rui")

    pair.bai.stop()  # the caller gives up in this moment

    house.wait_event(bai, Kind.ABANDONED, 10)
    leg = house.log.legs(bai)[-1]
    ended = house.wait_ended(leg.sid, within=5)
    assert ended["status"] == "canceled"
    assert house.reservations.get(offered.data["reservation"]).outcome == "abandoned"
    assert not house.events(bai, Kind.NOT_ANSWERED)
    assert house.presence.get("rui").status == "available", "it was not the agent's fault"
    rings.succeeded(60)
