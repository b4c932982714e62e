"""A call's emotion as a drawing: where each reading lies, drawn as SVG by call/emotion.html.

Only geometry is worked out here; the words are the template's, so that they are the reader's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from calls.kinds import Kind
from calls.models import CallEvent
from emotion.course import Course, Moment, course
from emotion.fusion import LEVELS_FROM

WIDTH, HEIGHT = 760, 250
LEFT, RIGHT, TOP, BOTTOM = 84, 18, 44, 30
_TICKS = (5, 10, 15, 30, 60, 120, 300, 600, 1200, 3600)
"""Seconds between marks of the time axis: the first that gives at most eight."""
_CAPTION_PIXELS = 96
"""Captions closer than this go to another row; there are two."""


@dataclass(frozen=True, slots=True)
class Point:
    """One reading in the drawing and in the table."""

    number: int
    seconds: float
    x: float
    y: float
    level: int | None
    """None: it abstained."""
    reading: Mapping[str, Any]
    words: tuple[str, ...] = ()
    """Upset words that were new in this reading."""
    caption_y: float | None = None
    """Where the words stand; None: there is no room, the table has them."""


@dataclass(frozen=True, slots=True)
class Band:
    """One level's stretch of the score's axis."""

    level: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything that the template draws."""

    points: tuple[Point, ...]
    line: str
    """Points of the polyline through the sure readings."""
    bands: tuple[Band, ...]
    ticks: tuple[tuple[float, float], ...]
    """(x, seconds)."""
    course: Course | None
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def chart(events: Iterable[CallEvent], began: datetime, ended: datetime | None) -> Chart | None:
    """The drawing of a call's readings; None when there is none."""
    told = [event for event in events if event.kind == Kind.EMOTION]
    if not told:
        return None
    times = [max(0.0, (event.at - began).total_seconds()) for event in told]
    length = max(*times, (ended - began).total_seconds() if ended else 0.0, 1.0)
    points = _captioned(_points(told, times, length))
    sure = [point for point in points if point.level is not None]
    return Chart(
        points=points,
        line=" ".join(f"{point.x:.1f},{point.y:.1f}" for point in sure),
        bands=_bands(),
        ticks=_ticks(length),
        course=course([Moment(p.seconds, _score(p.reading), p.level or 0) for p in sure]),
    )


def _points(
    events: Sequence[CallEvent], times: Sequence[float], length: float
) -> list[tuple[Point, frozenset[str]]]:
    """The readings and all the words that each rests on."""
    points = []
    for number, (event, seconds) in enumerate(zip(events, times, strict=True), 1):
        reading = event.data
        abstained = bool(reading.get("abstained"))
        level = None if abstained else int(reading.get("level") or 0)
        score = 0.0 if abstained else _score(reading)
        point = Point(number, seconds, _x(seconds, length), _y(score), level, reading)
        points.append((point, _said(reading)))
    return points


def _captioned(points: Sequence[tuple[Point, frozenset[str]]]) -> tuple[Point, ...]:
    """New words stand above the drawing, in two rows as long as there is room."""
    taken = [-_CAPTION_PIXELS * 2.0, -_CAPTION_PIXELS * 2.0]
    known: frozenset[str] = frozenset()
    placed = []
    for point, said in points:
        new = tuple(sorted(said - known))
        known = said
        row = next((i for i, x in enumerate(taken) if point.x - x >= _CAPTION_PIXELS), None)
        if new and row is not None:
            taken[row] = point.x
            placed.append(_with_words(point, new, TOP - 10.0 - 16.0 * row))
        else:
            placed.append(_with_words(point, new, None))
    return tuple(placed)


def _with_words(point: Point, words: tuple[str, ...], caption_y: float | None) -> Point:
    where = (point.number, point.seconds, point.x, point.y, point.level, point.reading)
    return Point(*where, words=words, caption_y=caption_y)


def _said(reading: Mapping[str, Any]) -> frozenset[str]:
    for why in reading.get("reasons") or ():
        if isinstance(why, Mapping) and why.get("code") == "said":
            words = (why.get("values") or {}).get("words")
            return frozenset(map(str, words)) if isinstance(words, Mapping) else frozenset()
    return frozenset()


def _score(reading: Mapping[str, Any]) -> float:
    return min(1.0, max(0.0, float(reading.get("score") or 0.0)))


def _x(seconds: float, length: float) -> float:
    return round(LEFT + (WIDTH - LEFT - RIGHT) * seconds / length, 1)


def _y(score: float) -> float:
    return round(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * score, 1)


def _bands() -> tuple[Band, ...]:
    edges = (0.0, *LEVELS_FROM, 1.0)
    return tuple(
        Band(level, _y(upper), round(_y(lower) - _y(upper), 1))
        for level, (lower, upper) in enumerate(pairwise(edges))
    )


def _ticks(length: float) -> tuple[tuple[float, float], ...]:
    step = next((step for step in _TICKS if length / step <= 8), _TICKS[-1])
    return tuple((_x(s, length), float(s)) for s in range(0, int(length) + 1, step))
