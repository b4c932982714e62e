"""Every kind of event has a sentence for the terminal, or is left out on purpose."""

import io
from typing import Any

import pytest
from rich.console import Console

from calls.kinds import Kind
from ops.narrator import SENTENCES, Narrator

FIRST = "CA" + "1" * 32
EVENTS: dict[Kind, tuple[dict[str, Any], str]] = {
    Kind.RINGING: (
        {"caller": "+86138****0001", "called": "+1", "language": "zh"},
        "calls +1 (zh)",
    ),
    Kind.HEARD: ({"turn": 1, "text": "你好", "confidence": 0.9}, "“你好”  (confidence 0.90)"),
    Kind.UNDERSTOOD: (
        {
            "intents": [{"id": "logistics", "confidence": 0.93}],
            "entities": [{"kind": "order_number", "value": "7"}],
        },
        "logistics 0.93, order_number=7",
    ),
    Kind.EMOTION: (
        {"turn": 1, "score": 0.9, "level": 3, "confidence": 1.0, "reasons": ["loud", "says 烦"]},
        "level 3 score 0.90 (loud; says 烦)",
    ),
    Kind.ALERTED: (
        {"level": 3, "reasons": [{"code": "said", "values": {"words": {"投诉": 2}}}]},
        "supervisors are told: said 投诉 twice",
    ),
    Kind.ALERT_SEEN: ({"by": "sara", "level": 3}, "seen by sara"),
    Kind.ANALYSIS_REFUSED: ({}, "refuses the analysis of the voice"),
    Kind.REPLIED: ({"turn": 1, "text": "好的", "latency_ms": 420}, "“好的”  [420 ms]"),
    Kind.INTERRUPTED: ({"reaction_ms": 260}, "silent after 260 ms"),
    Kind.SHOP_FAILED: (
        {"gateway": "orders", "failure": "status_503", "attempt": 3},
        "the shop's orders failed: status_503, attempt 3",
    ),
    Kind.TEXTED: ({"text": "open this link"}, "message to the account's telephone: open this link"),
    Kind.UNTEXTED: (
        {"text": "**** is the code"},
        "not sent, the telephone has had a day's messages: **** is the code",
    ),
    Kind.PHOTO: (
        {"number": 1, "format": "jpeg", "bytes": 90_000},
        "photo 1 of the goods has arrived",
    ),
    Kind.PHOTOS_EXPIRED: ({"count": 2}, "2 photo(s) removed, their time is over"),
    Kind.RESUMED: ({"what": "stream"}, "the stream is back"),
    Kind.FELL_BACK: ({"why": "no media stream"}, "no media stream"),
    Kind.QUEUED: (
        {
            "queue": "appliance",
            "skills": ["appliance", "lang_zh"],
            "terms": [{"name": "emotion", "seconds": 120}],
            "position": 2,
            "expected_wait_seconds": None,
            "why": "broken",
        },
        "appliance [appliance+lang_zh] place 2, expected wait unknown, emotion +120 s; broken",
    ),
    Kind.MOVED: ({"boost_seconds": 120, "position": 1}, "moved up: +120 s, place 1"),
    Kind.POSITION: ({"position": 1, "expected_wait_seconds": 30}, "told: place 1, wait 30 s"),
    Kind.OFFERED: ({"agent": "Aisha", "why": "idle longest"}, "rings Aisha: idle longest"),
    Kind.NOT_ANSWERED: ({"agent_id": "tomas", "reason": "timed_out"}, "tomas timed_out"),
    Kind.CONNECTED: ({"agent": "Aisha", "waited_seconds": 9}, "talks to Aisha after 9 s"),
    Kind.ABANDONED: ({"waited_seconds": 31}, "gave up after 31 s"),
    Kind.AGENT_LEFT: ({"agent_id": "aisha"}, "aisha hung up"),
    Kind.ENDED: ({"outcome": "solved_by_bot", "seconds": 40}, "solved_by_bot after 40 s"),
    Kind.RECORDED: (
        {"seconds": 40.2, "channels": {"caller": 40.2, "agent": None}},
        "40.2 s (caller 40.2 s, agent ?)",
    ),
    Kind.RECORDING_ABSENT: ({"error": "none was made"}, "none was made"),
    Kind.TRANSCRIBED: ({"segments": 7, "words": 40}, "7 segments"),
    Kind.SCORED: (
        {"score": 84.0, "band": "pass", "failed": ["greeting"]},
        "84/100 pass, failed: greeting",
    ),
}
LEFT_OUT = {
    Kind.ANSWERED,  # every call is, at once
    Kind.LANGUAGE,  # seen in what is heard next
    Kind.LANGUAGE_ASKED,  # and in what the bot says
    Kind.BOT_SAID,  # REPLIED says it with its latency
    Kind.RECORDING_ANNOUNCED,  # RECORDED follows
}


def told(*events: tuple[str, Kind, dict[str, Any]], names: dict[str, str] | None = None) -> str:
    page = io.StringIO()
    narrator = Narrator(Console(file=page, width=200, no_color=True), names or {})
    for call_sid, kind, data in events:
        at = "2026-11-22T09:00:01+00:00"
        narrator.tell({"call_sid": call_sid, "kind": kind.value, "at": at, "data": data})
    return page.getvalue()


def test_every_kind_is_told_or_left_out_on_purpose() -> None:
    assert set(EVENTS) == set(SENTENCES)
    assert set(EVENTS) | LEFT_OUT == set(Kind)


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.value)
def test_a_kind_is_told_in_one_line(kind: Kind) -> None:
    data, sentence = EVENTS[kind]

    line = told((FIRST, kind, data))

    assert sentence in line and line.count("\n") == 1
    assert line.startswith("09:00:01")


@pytest.mark.parametrize("kind", sorted(LEFT_OUT), ids=str)
def test_what_is_left_out_says_nothing(kind: Kind) -> None:
    assert told((FIRST, kind, {})) == ""


def test_a_call_keeps_its_callers_name() -> None:
    ringing = EVENTS[Kind.RINGING][0]
    page = told(
        (FIRST, Kind.RINGING, ringing),
        (FIRST, Kind.FELL_BACK, {"why": "x"}),
        names={"+86138****0001": "Mei"},
    )

    assert [line.split()[1] for line in page.splitlines()] == ["Mei", "Mei"]


def test_a_call_that_is_joined_late_has_at_least_a_number() -> None:
    assert FIRST[-6:] in told((FIRST, Kind.FELL_BACK, {"why": "x"}))


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        (Kind.SCORED, {"score": None, "band": "unavailable", "failed": []}, "unavailable"),
        (Kind.SCORED, {"score": None, "band": "too_short", "failed": []}, "not scored: too short"),
        (Kind.UNDERSTOOD, {"intents": [], "entities": []}, "nothing"),
        (Kind.REPLIED, {"text": "好", "latency_ms": None}, "“好”"),
        (Kind.POSITION, {"position": 1, "expected_wait_seconds": None}, "place 1, wait unknown"),
    ],
)
def test_what_is_missing_is_not_made_up(kind: Kind, data: dict[str, Any], sentence: str) -> None:
    assert told((FIRST, kind, data)).rstrip().endswith(sentence)
