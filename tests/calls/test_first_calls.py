"""The bundled story and an interruption: what the demo shows is true."""

from typing import Any

import pytest
from sqlalchemy import func, select

from calls.kinds import Kind
from ops.demo_report import all_scored, build_report
from qa.models import QaScore
from tests.calls.conftest import Crowd
from tests.calls.playing import AFTER_CALL_SECONDS, House, wait_until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def report(house: House, crowd: Crowd) -> dict[str, Any]:
    """What `hotline demo --once` reports and takes its exit status from.

    The report is built here by the demo's own function from the story played in the shared house:
    a second house for the command itself would cost a minute and a half more for the same calls.
    """
    story = crowd.first_calls.ended(240)
    sids = [caller["call_sid"] for caller in story["callers"]]
    wait_until(lambda: all_scored(house.sessions, sids), AFTER_CALL_SECONDS, f"scores of {sids}")
    return build_report(story, house.sessions, house.log)


def call_of(report: dict[str, Any], name: str) -> dict[str, Any]:
    return next(call for call in report["calls"] if call["name"] == name)


def test_the_four_calls_reach_their_expected_ends(report: dict[str, Any]) -> None:
    assert report["ok"], report["problems"]
    outcomes = {call["name"]: (call["outcome"], call["agent"]) for call in report["calls"]}
    assert outcomes == {
        "Mei": ("solved_by_bot", None),
        "Oliver": ("solved_by_bot", None),
        "Zhou Li": ("answered_by_agent", "aisha"),
        "Grace": ("answered_by_agent", "tomas"),
    }


def test_what_the_callers_want_is_understood(report: dict[str, Any]) -> None:
    intents = {
        call["name"]: {i["id"] for turn in call["turns"] for i in turn["intents"]}
        for call in report["calls"]
    }
    assert "track_package" in intents["Mei"]
    assert {"return_goods", "refund_request"} <= intents["Oliver"]  # two requests in one breath
    assert "complaint" in intents["Zhou Li"]
    assert "human_agent" in intents["Grace"]


def test_the_furious_caller_is_moved_ahead_with_stated_reasons(report: dict[str, Any]) -> None:
    furious, patient = call_of(report, "Zhou Li"), call_of(report, "Grace")
    terms = {term["name"]: term for term in furious["queue"]["terms"]}
    assert terms["emotion"]["seconds"] > 0 and terms["emotion"]["reason"]
    assert terms["vip"]["seconds"] > 0
    assert patient["queue"]["terms"] == []
    assert furious["connected_at"] < patient["connected_at"]


def test_the_furious_caller_had_joined_later_than_the_one_answered_after(
    house: House, report: dict[str, Any]
) -> None:
    queued = {
        name: house.row(call_of(report, name)["call_sid"]).queued_at
        for name in ("Zhou Li", "Grace")
    }
    assert queued["Zhou Li"] > queued["Grace"]


def test_a_waiting_caller_hears_the_place_and_the_expected_wait(report: dict[str, Any]) -> None:
    told = call_of(report, "Grace")["queue"]["told"]
    assert told[0]["position"] >= 1
    assert any(news["expected_wait_seconds"] is not None for news in told)


def test_every_recording_has_sound_on_both_sides(report: dict[str, Any]) -> None:
    for call in report["calls"]:
        recording = call["recording"]
        assert recording["channels"] == 2, call["name"]
        assert recording["seconds"] == pytest.approx(call["seconds"], abs=3), call["name"]
        assert recording["speech_seconds"]["caller"] > 1, call["name"]
        assert recording["speech_seconds"]["agent"] > 1, call["name"]


def test_every_call_has_exactly_one_score_with_evidence(
    house: House, report: dict[str, Any]
) -> None:
    for call in report["calls"]:
        sid = call["call_sid"]
        with house.sessions() as session:
            scores = session.scalar(
                select(func.count()).select_from(QaScore).where(QaScore.call_sid == sid)
            )
        assert scores == 1, call["name"]
        assert len(house.events(sid, Kind.SCORED)) == 1, call["name"]
        findings = call["qa"]["findings"]
        assert len(findings) >= 6, call["name"]
        assert any(finding["evidence"] for finding in findings), call["name"]


def test_every_spoken_turn_has_its_latency(report: dict[str, Any]) -> None:
    for call in report["calls"]:
        assert call["turns"], call["name"]
        assert all(turn["latency_ms"] > 0 for turn in call["turns"]), call["name"]
    latency = report["turn_latency_ms"]
    assert latency["count"] >= 7
    assert 0 < latency["p50"] <= latency["p95"]


def test_a_caller_who_interrupts_the_greeting_silences_the_bot(house: House, crowd: Crowd) -> None:
    told = crowd.interrupter.succeeded(120)
    step = next(s for s in told["callers"][0]["steps"] if s["kind"] == "interrupt_after")
    assert step["bot_kept_talking_ms"] is not None, "nothing was interrupted"
    assert step["bot_kept_talking_ms"] <= 400  # at the caller's own ear
    sid = crowd.interrupter.call_sid("Hannah")
    clears = house.journal(sid, "clear")
    assert clears and clears[0]["dropped"] > 0, "the provider's buffer was not emptied"
    assert house.events(sid, Kind.INTERRUPTED)[0].data["reaction_ms"] <= 400
    cut = house.events(sid, Kind.BOT_SAID)[0].data
    assert cut["interrupted"] and cut["heard_ms"] < 4000, "only what was heard counts as said"


def test_an_interruption_of_the_bot_by_a_furious_caller_is_as_quick(report: dict[str, Any]) -> None:
    steps = call_of(report, "Zhou Li")["caller_steps"]
    step = next(s for s in steps if s["kind"] == "interrupt_after")
    assert step["bot_kept_talking_ms"] is not None
    assert step["bot_kept_talking_ms"] <= 400
