import pytest

from qa.criteria import Criterion, Scorecard
from qa.evidence import (
    CallEvidence,
    CallFacts,
    Finding,
    SegmentFact,
    TurnFact,
    Verdict,
)
from qa.reasons import reason
from qa.scoring import band_of, is_too_short, score

PASS, FAIL = Verdict.PASS, Verdict.FAIL
NA, OPEN = Verdict.NOT_APPLICABLE, Verdict.NOT_ASSESSED
POINTS = {PASS: 1.0, FAIL: 0.0, NA: None, OPEN: None}


def judged(*answers, **flags):
    """Score of criteria a, b, c ... given as (weight, verdict) or (weight, verdict, points)."""
    criteria, findings = [], []
    for name, (weight, verdict, *points) in zip("abcdefgh", answers, strict=False):
        title = {"zh": name, "en": name}
        kill, critical = flags.get("kill") == name, flags.get("critical") == name
        criteria.append(Criterion(name, title, "x", weight, kill, critical))
        value = points[0] if points else POINTS[verdict]
        findings.append(Finding(name, verdict, value, 1.0, reason("solved")))
    return score(Scorecard("card", 1, tuple(criteria)), findings)


def test_not_applicable_and_not_assessed_leave_both_sums():
    assert judged((1, PASS), (1, FAIL), (1, NA), (1, OPEN)).score == 50.0


def test_nothing_answered_is_unavailable_and_never_zero():
    result = judged((1, NA), (2, OPEN))
    assert (result.score, result.band, result.flagged) == (None, "unavailable", False)


def test_weights_count():
    assert judged((10, PASS), (20, PASS), (20, FAIL)).score == 60.0


def test_points_between_count_in_part():
    assert judged((3, PASS), (1, FAIL, 0.5)).score == 87.5


def test_a_failed_kill_question_takes_the_whole_score():
    result = judged((1, FAIL), (99, PASS), kill="a")
    assert (result.score, result.band, result.flagged) == (0.0, "flag", True)


def test_a_kill_question_without_an_answer_kills_nothing():
    assert judged((1, OPEN), (1, PASS), kill="a").score == 100.0


def test_a_failed_critical_question_flags_and_has_a_score_of_its_own():
    result = judged((1, FAIL), (99, PASS), critical="a")
    assert (result.score, result.band, result.flagged) == (99.0, "pass", True)
    assert result.critical_score == 0.0


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (100.0, "pass"),
        (85.0, "pass"),
        (84.9, "coach"),
        (70.0, "coach"),
        (69.9, "flag"),
        (0.0, "flag"),
        (None, "unavailable"),
    ],
)
def test_bands(total, band):
    assert band_of(total) == band


@pytest.mark.parametrize("points", [float("nan"), 1.1, -0.1, None])
def test_points_that_are_no_points_are_refused(points):
    with pytest.raises(ValueError, match="0 to 1 is right"):
        judged((1, PASS, points))


def left(seconds=9, outcome="caller_left", answered=True, **more):
    """A caller who hung up so many seconds after the answer."""
    facts = CallFacts("CA1", "zh", outcome, None, -2000, 0 if answered else None, seconds * 1000)
    return CallEvidence(facts, **more)


@pytest.mark.parametrize(
    ("evidence", "too_short"),
    [
        (left(9), True),
        (left(9, "abandoned"), True),
        (left(5, answered=False), True),
        (left(15), False),
        (left(14, answered=False), False),  # it rang for 16 s: that is ours to explain
        (left(9, "failed"), False),
        (left(9, "solved_by_bot"), False),
        (left(9, "answered_by_agent"), False),
        (left(9, turns=(TurnFact(1, 3000, "[0]"),)), False),
        (left(9, turns=(TurnFact(1, 3000, ""),)), True),
        (left(9, segments=(SegmentFact("caller", 3000, 4000, "喂", 0.4),)), False),
        (left(9, segments=(SegmentFact("agent", 0, 4000, "您好", 0.9),)), True),
    ],
)
def test_only_a_silent_caller_who_soon_hung_up_leaves_nothing_to_judge(evidence, too_short):
    assert is_too_short(evidence, 15.0) is too_short
