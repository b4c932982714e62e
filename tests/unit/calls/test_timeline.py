from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from calls.kinds import Kind
from calls.models import CallEvent, Turn
from calls.timeline import story

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def event(seconds: float, kind: str, **data: Any) -> CallEvent:
    return CallEvent(call_sid="CA1", kind=kind, at=START + timedelta(seconds=seconds), data=data)


EVENTS = [
    event(0, Kind.RINGING, caller="+86******00", called="+1800", language="zh"),
    event(4.2, Kind.HEARD, turn=1, text="我的快递到哪了", confidence=0.9),
    event(4.3, Kind.UNDERSTOOD, turn=1, intents=[{"id": "track_parcel"}, {"id": "refund"}]),
    event(9, Kind.CONNECTED, agent_id="aisha", agent="Aisha", waited_seconds=41.26),
]


def test_a_call_reads_as_a_story_in_english() -> None:
    assert [(line.seconds, line.text) for line in story(EVENTS)] == [
        (0, "+86******00 calls +1800"),
        (4.2, "Caller: “我的快递到哪了”"),
        (4.3, "Understood: track_parcel, refund"),
        (9, "Aisha answers after 41 s"),
    ]


def test_a_call_reads_as_a_story_in_mandarin() -> None:
    assert story(EVENTS, language="zh")[-1].text == "等待 41 秒后由 Aisha 接听"


def test_a_late_event_is_told_at_its_time() -> None:
    lines = story([EVENTS[3], EVENTS[0]])
    assert [line.kind for line in lines] == [Kind.RINGING, Kind.CONNECTED]


def test_a_turn_that_no_event_tells_is_told_from_its_row() -> None:
    at = START + timedelta(seconds=6)
    rows = [
        Turn(number=1, at=at, heard="我的快递到哪了", reply="", latency_ms=None),
        Turn(number=2, at=at, heard="谢谢", reply="再见", latency_ms=640),
    ]
    texts = [line.text for line in story(EVENTS, rows)]
    assert texts.count("Caller: “我的快递到哪了”") == 1
    assert texts[3:5] == ["Caller: “谢谢”", "Bot: “再见” after 640 ms"]


def test_a_missing_field_is_a_dash_and_an_unknown_kind_its_name() -> None:
    lines = story([event(0, Kind.QUEUED, queue="billing"), event(1, "moon.risen")])
    assert lines[0].text.startswith("Joins queue billing at place –")
    assert lines[1].text == "moon.risen"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_has_words_in_both_languages(kind: Kind, language: str) -> None:
    assert story([event(0, kind)], language=language)[0].text != kind.value


def test_an_unknown_language_is_refused_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"'de'; there are \['en', 'zh'\]"):
        story(EVENTS, language="de")


def test_braces_in_what_a_caller_said_are_only_text() -> None:
    assert story([event(0, Kind.HEARD, text="{agent.__class__}")])[0].text == (
        "Caller: “{agent.__class__}”"
    )
