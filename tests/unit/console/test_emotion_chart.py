"""Where a call's readings lie in the drawing."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from calls.kinds import Kind
from calls.models import CallEvent
from console.emotion_chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, chart

BEGAN = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def read(seconds: float, score: float = 0.1, level: int = 0, **more: Any) -> CallEvent:
    data = {"turn": 1, "score": score, "level": level, "confidence": 0.8, "reasons": [], **more}
    at = BEGAN + timedelta(seconds=seconds)
    return CallEvent(call_sid="CA1", kind=Kind.EMOTION.value, at=at, data=data)


def said(*words: str) -> list[dict[str, Any]]:
    return [{"code": "said", "values": {"words": dict.fromkeys(words, 1)}}]


def test_a_call_without_readings_has_no_drawing():
    heard = CallEvent(call_sid="CA1", kind=Kind.HEARD.value, at=BEGAN, data={"text": "你好"})
    assert chart([heard], BEGAN, None) is None


def test_time_runs_to_the_right_and_anger_up_within_the_frame():
    drawn = chart(
        [read(0), read(30, 0.5, 1), read(60, 1.0, 3)], BEGAN, BEGAN + timedelta(seconds=60)
    )
    xs, ys = [p.x for p in drawn.points], [p.y for p in drawn.points]
    assert xs == sorted(xs) and ys == sorted(ys, reverse=True)
    assert xs[0] == LEFT and xs[-1] == WIDTH - RIGHT and ys[-1] == TOP
    assert drawn.line.split()[-1] == f"{xs[-1]},{ys[-1]}"


def test_the_bands_fill_the_frame_without_a_gap():
    bands = chart([read(0)], BEGAN, None).bands
    assert [band.level for band in bands] == [0, 1, 2, 3]
    assert bands[0].y + bands[0].height == pytest.approx(HEIGHT - BOTTOM)
    assert bands[3].y == TOP
    for lower, upper in pairwise(bands):
        assert upper.y + upper.height == pytest.approx(lower.y, abs=0.2)


def test_a_reading_that_abstained_is_a_mark_of_its_own_and_off_the_line():
    drawn = chart([read(5), read(10, 0.0, 0, abstained=True), read(20, 0.7, 2)], BEGAN, None)
    assert [point.level for point in drawn.points] == [0, None, 2]
    assert len(drawn.line.split()) == 2
    assert drawn.course.peak.level == 2 and drawn.course.direction == "rises"


def test_only_abstentions_have_a_drawing_but_no_course():
    drawn = chart([read(5, abstained=True)], BEGAN, None)
    assert drawn.line == "" and drawn.course is None


def test_words_stand_at_the_reading_in_which_they_are_new():
    events = [
        read(5),
        read(60, 0.7, 2, reasons=said("投诉")),
        read(90, 0.9, 3, reasons=said("投诉", "12315")),
    ]
    points = chart(events, BEGAN, None).points
    assert [point.words for point in points] == [(), ("投诉",), ("12315",)]
    assert points[0].caption_y is None and points[1].caption_y is not None


def test_words_that_would_overlap_are_left_to_the_table():
    events = [read(n, 0.7, 2, reasons=said(f"word{n}")) for n in range(12)]
    drawn = chart(events, BEGAN, BEGAN + timedelta(seconds=600))
    shown = [point for point in drawn.points if point.caption_y is not None]
    assert len(shown) == 2 and len({point.caption_y for point in shown}) == 2
    assert all(point.words for point in drawn.points)


@pytest.mark.parametrize("seconds", [0.0, 3, 40, 61, 599, 3600, 14_000])
def test_the_axis_has_a_handful_of_marks_whatever_the_length(seconds):
    drawn = chart([read(0)], BEGAN, BEGAN + timedelta(seconds=seconds))
    assert 1 <= len(drawn.ticks) <= 9
    assert all(LEFT <= x <= WIDTH - RIGHT for x, _ in drawn.ticks)


@pytest.mark.parametrize(
    "data",
    [
        {"score": None, "level": None, "reasons": None},
        {"score": 7.0, "level": 3, "reasons": ["an old sentence"]},
        {"reasons": [{"code": "said"}]},
        {"reasons": [{"code": "said", "values": {"words": "投诉"}}]},
        {},
    ],
)
def test_whatever_was_kept_can_be_drawn(data):
    event = CallEvent(
        call_sid="CA1", kind=Kind.EMOTION.value, at=BEGAN - timedelta(seconds=5), data=data
    )
    drawn = chart([event], BEGAN, None)
    assert TOP <= drawn.points[0].y <= HEIGHT - BOTTOM and drawn.points[0].x == LEFT
