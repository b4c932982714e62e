import pytest

from routing.estimate import MEAN_HANDLE_SECONDS, expected_wait_seconds, mean_handle_seconds
from routing.overflow import Step, Tier, relaxed_skills, relaxing_steps


@pytest.mark.parametrize(
    ("position", "agents", "handle", "free", "wait"),
    [
        (1, 1, 180, 0, 180),
        (1, 3, 180, 0, 60),
        (4, 3, 180, 0, 240),
        (1, 7, 100, 0, 15),
        (1, 3, 180, 1, 0),
        (3, 3, 180, 2, 60),
        (2, 1, 180, 9, 180),
        (0, 1, 180, 0, 0),
        (1, 0, 180, 0, None),
    ],
)
def test_the_expected_wait_is_departures_needed_over_their_rate(
    position, agents, handle, free, wait
):
    assert expected_wait_seconds(position, agents, handle, free) == wait


@pytest.mark.parametrize(
    ("recent", "mean"),
    [
        ([], MEAN_HANDLE_SECONDS),
        ([60.0] * 5, 120),
        ([60.0] * 20, 84),
        ([0.0] * 200, 30),
        ([36_000.0] * 20, 900),
        ([36_000.0], 450),
    ],
)
def test_the_handling_time_is_the_recent_one_with_a_prior_and_within_bounds(recent, mean):
    assert mean_handle_seconds(recent) == mean


def test_skills_relax_tier_by_tier():
    tiers = (Tier(60, ("b",)), Tier(120, ("a",)))
    skills = ("a", "b", "lang_zh")
    assert relaxed_skills(skills, tiers, 59.9) == skills
    assert relaxed_skills(skills, tiers, 60) == ("a", "lang_zh")
    assert relaxing_steps(skills, tiers) == (Step(60, ("a", "lang_zh")), Step(120, ("lang_zh",)))


def test_a_tier_that_changes_nothing_is_no_step():
    assert relaxing_steps(("lang_zh",), (Tier(60, ("b",)),)) == ()
