"""The whole call in a few figures."""

import pytest

from emotion.course import HOLDS_SECONDS, Moment, course


def call(*scores: float, every: float = 10.0) -> list[Moment]:
    levels = [sum(score >= step for step in (0.35, 0.6, 0.85)) for score in scores]
    return [
        Moment(every * n, s, level) for n, (s, level) in enumerate(zip(scores, levels, strict=True))
    ]


def test_a_call_without_a_sure_reading_has_no_course():
    assert course([]) is None


@pytest.mark.parametrize(
    ("scores", "direction"),
    [
        ((0.1, 0.2, 0.1), "calm"),
        ((0.2, 0.5, 0.9), "rises"),
        ((0.9, 0.6, 0.2), "falls"),
        ((0.2, 0.9, 0.4), "falls"),
        ((0.7, 0.75, 0.7), "steady"),
        ((0.9,), "steady"),
        ((0.1, 0.9, 0.1, 0.9), "rises"),
    ],
)
def test_the_direction_is_seen_from_the_worst(scores, direction):
    assert course(call(*scores)).direction == direction


def test_the_worst_is_the_highest_level_and_knows_its_moment():
    worst = course(call(0.2, 0.92, 0.5)).peak
    assert (worst.level, worst.seconds) == (3, 10.0)


def test_a_reading_counts_for_as_long_as_it_stands():
    long_calm = [Moment(0, 0.0, 0), Moment(20, 1.0, 3), Moment(30, 0.0, 0)]
    expected = 10 * 1.0 / (20 + 10 + HOLDS_SECONDS)
    assert course(long_calm).mean == pytest.approx(expected)
    silent = [Moment(0, 1.0, 3), Moment(600, 0.0, 0)]  # ten minutes of silence prove no anger
    assert course(silent).mean == pytest.approx(0.5)


def test_two_readings_of_one_instant_are_no_error():
    assert course([Moment(5, 0.2, 0), Moment(5, 0.4, 1)]).mean == pytest.approx(0.4)
