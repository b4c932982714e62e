import pytest

from aftersales.resilience import LONGEST_PAUSE, Breaker, pause_seconds


def test_a_shop_that_fails_in_a_row_is_left_alone_and_tried_once_after_a_rest():
    breaker = Breaker(failures=2, rest_seconds=10)
    breaker.failed(0)
    assert breaker.allows(0)
    breaker.failed(1)
    assert not breaker.allows(10.9)
    assert breaker.allows(11), "the trial"
    assert not breaker.allows(11), "one trial at a time"
    breaker.failed(12)
    assert not breaker.allows(21)
    assert breaker.allows(22)
    breaker.succeeded()
    assert breaker.allows(22) and breaker.allows(22)


def test_an_answer_in_between_forgives_the_failures():
    breaker = Breaker(failures=2)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(1)
    assert breaker.allows(1)


@pytest.mark.parametrize(("attempt", "longest"), [(1, 0.1), (2, 0.2), (3, 0.4), (9, LONGEST_PAUSE)])
def test_pauses_double_are_spread_and_end_somewhere(attempt, longest):
    assert pause_seconds(attempt, 1.0) == pytest.approx(longest)
    assert pause_seconds(attempt, 0.0) == pytest.approx(longest / 2)
