"""The demo's report: figures by nearest rank, and every way in which a call can disappoint."""

from types import SimpleNamespace
from typing import Any

import pytest

from calls.kinds import Kind
from ops.demo_report import _call, _problems, _recording, percentiles


@pytest.mark.parametrize(
    ("values", "p50", "p95"),
    [
        ([], None, None),
        ([300], 300, 300),
        ([100, 300], 200, 300),
        (list(range(1, 21)), 10.5, 19),
        (list(range(1, 101)), 50.5, 95),
        ([5, 1, 3], 3, 5),
    ],
)
def test_percentiles_are_of_the_values_that_there_are(
    values: list[int], p50: float | None, p95: float | None
) -> None:
    assert percentiles(values) == {"count": len(values), "p50": p50, "p95": p95}


def call(name: str = "Mei", **changed: Any) -> dict[str, Any]:
    usual = {
        "name": name,
        "outcome": "answered_by_agent",
        "agent": "aisha",
        "recording": {"channels": 2},
        "qa": {"score": 90},
        "connected_at": "2026-11-22T09:00:20+00:00",
    }
    return usual | changed


EXPECTED = {"outcome": "answered_by", "agent": "aisha"}


def test_calls_as_the_story_wants_them_are_no_problem() -> None:
    solved = call("Oliver", outcome="solved_by_bot", agent=None, connected_at=None)
    expect = {"Mei": EXPECTED, "Oliver": {"outcome": "solved_by_bot"}}

    assert _problems([call(), solved], expect) == []


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"outcome": "abandoned"}, "Mei: outcome 'abandoned'; expected 'answered_by_agent'"),
        ({"outcome": None}, "Mei: outcome None; expected 'answered_by_agent'"),
        ({"agent": "tomas"}, "Mei: answered by 'tomas'; expected 'aisha'"),
        ({"recording": None}, "Mei: has no recording of two channels"),
        ({"recording": {"channels": 1}}, "Mei: has no recording of two channels"),
        ({"qa": None}, "Mei: was not scored"),
    ],
)
def test_a_call_that_went_otherwise_is_named(changed: dict[str, Any], problem: str) -> None:
    assert _problems([call(**changed)], {"Mei": EXPECTED}) == [problem]


def test_a_caller_who_never_called_is_named() -> None:
    assert _problems([], {"Mei": EXPECTED}) == ["Mei: never called"]


@pytest.mark.parametrize(
    ("later", "earlier", "in_order"),
    [
        ("2026-11-22T09:00:20+00:00", "2026-11-22T09:00:19+00:00", True),
        ("2026-11-22T09:00:20.500000+00:00", "2026-11-22T09:00:20+00:00", True),
        ("2026-11-22T09:00:20+00:00", "2026-11-22T09:00:20.500000+00:00", False),
        ("2026-11-22T09:00:20+00:00", "2026-11-22T09:00:20+00:00", False),
        ("2026-11-22T09:00:20+00:00", None, False),
        (None, "2026-11-22T09:00:20+00:00", False),
    ],
)
def test_the_order_of_the_answers_is_checked(
    later: str | None, earlier: str | None, in_order: bool
) -> None:
    calls = [call("Anna", connected_at=later), call("Zhou Li", connected_at=earlier)]
    expect = {"Anna": {**EXPECTED, "after": "Zhou Li"}}

    problems = _problems(calls, expect)

    assert problems == ([] if in_order else ["Anna: was not answered after Zhou Li"])


def test_being_after_somebody_who_never_called_is_a_problem() -> None:
    expect = {"Mei": {**EXPECTED, "after": "Nobody"}}

    assert _problems([call()], expect) == ["Mei: was not answered after Nobody"]


def test_a_call_that_never_arrived_is_a_problem_and_not_a_crash() -> None:
    nothing: Any = None  # no call, so neither tables nor log are asked
    absent = _call({"name": "Mei", "call_sid": None, "steps": []}, nothing, nothing)
    expect = {"Mei": EXPECTED, "Anna": {**EXPECTED, "after": "Mei"}}

    problems = _problems([absent, call("Anna")], expect)

    assert "Anna: was not answered after Mei" in problems
    assert "Mei: was not scored" in problems


def test_a_recording_tells_the_seconds_of_both_channels() -> None:
    row: Any = SimpleNamespace(
        sid="RE1", state="scored", seconds=40.2, channels=2, speech_seconds={}, acoustics={}
    )
    other = SimpleNamespace(kind=Kind.RECORDED, data={"recording": "RE0", "channels": {}})
    heard = {"recording": "RE1", "channels": {"caller": 40.2, "agent": 40.2}}
    mine = SimpleNamespace(kind=Kind.RECORDED, data=heard)

    told = _recording(row, [other, mine])
    untold = _recording(row, [other])

    assert told is not None and told["channel_seconds"] == {"caller": 40.2, "agent": 40.2}
    assert untold is not None and untold["channel_seconds"] is None
