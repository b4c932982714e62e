"""A caller's mood is a reviewer's hint and never moves a figure."""

from dataclasses import replace
from itertools import product

import pytest

from qa.checks import find
from qa.criteria import HintRule
from qa.errors import ScorecardInvalid
from qa.evidence import CallEvidence, CallFacts, EventFact, QueueFacts, SegmentFact, TurnFact
from qa.hints import hint
from qa.scorecard import load_scorecard
from qa.scoring import score

CARD = load_scorecard()
CALL = CallEvidence(
    call=CallFacts("CA2", "zh", "answered_by_agent", "tomas", -2000, 0, 90_000),
    queue=QueueFacts(20_000, 40_000, 40_000, (25_000,), "冰箱坏了"),
    events=(EventFact("turn.bot", 4000, {"text": "您好,请问有什么可以帮您?", "heard_ms": 4000}),),
    turns=(TurnFact(1, 8000, "冰箱坏了", ("damaged_goods",)),),
    segments=(
        SegmentFact("agent", 41_000, 44_000, "您好我是售后客服", 0.9),
        SegmentFact("caller", 45_000, 50_000, "我的冰箱坏了", 0.9),
        SegmentFact("agent", 69_000, 71_000, "不客气再见", 0.9),
    ),
)


def with_moods(*moods: tuple[int, float, int]) -> CallEvidence:
    readings = [
        EventFact("turn.emotion", at_ms, {"score": value, "level": level, "reasons": []})
        for at_ms, value, level in moods
    ]
    return replace(CALL, events=(*CALL.events, *readings))


RISES = with_moods((9000, 0.2, 0), (30_000, 0.7, 2))
FALLS = with_moods((9000, 0.7, 2), (30_000, 0.2, 0))
FURIOUS_THEN_CALM = with_moods((9000, 0.95, 3), (60_000, 0.1, 0))


def test_no_mood_of_the_caller_moves_a_figure_about_the_agent():
    plain = score(CARD, [find(CALL, criterion) for criterion in CARD.criteria])
    for scores in product((0.0, 0.5, 1.0), repeat=3):
        moods = [(9000 * n, s, round(3 * s)) for n, s in enumerate(scores, 1)]
        felt = with_moods(*moods)
        assert score(CARD, [find(felt, criterion) for criterion in CARD.criteria]) == plain


def test_checks_are_not_even_told_how_a_turn_was_felt():
    assert not any("emotion" in name for name in TurnFact.__dataclass_fields__)


@pytest.mark.parametrize(
    ("evidence", "direction", "look"),
    [(RISES, "rises", True), (FALLS, "falls", False), (FURIOUS_THEN_CALM, "falls", True)],
)
def test_a_reviewer_is_told_the_worst_and_how_it_went_on(evidence, direction, look):
    told = hint(evidence, HintRule())
    assert (told["direction"], told["look"]) == (direction, look)


def test_the_hint_says_where_to_listen():
    told = hint(RISES, HintRule())
    assert (told["level"], told["score"], told["at_ms"]) == (2, 0.7, 30_000)


def test_the_levels_worth_a_look_are_the_scorecards():
    assert not hint(RISES, HintRule(caller_level=3, unsettled_level=3))["look"]
    assert hint(FALLS, HintRule(caller_level=2))["look"]
    assert CARD.hint == HintRule(3, 2)


def test_a_calm_an_unsure_and_a_refused_call_have_no_hint():
    unsure = EventFact("turn.emotion", 9000, {"score": 0.0, "level": 0, "abstained": True})
    assert hint(with_moods((9000, 0.2, 0)), HintRule()) is None
    assert hint(replace(CALL, events=(unsure,)), HintRule()) is None
    assert hint(CALL, HintRule()) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("hint: {caller_level: 4}", "hint.caller_level: 4 is not an emotion level"),
        ("hint: {caller_level: true}", "hint.caller_level: True is not"),
        ("hint: {level: 2}", "hint: unknown key 'level'"),
        ("hint: 3", "hint: 3 is not a mapping"),
    ],
)
def test_a_wrong_rule_is_refused_by_name(tmp_path, line, said):
    card = tmp_path / "card.yaml"
    card.write_text(
        f"name: x\nversion: 1\n{line}\ncriteria:\n  - {{id: a, title: {{zh: 甲, en: a}}, "
        "check: solved_or_handed_over, weight: 1}\n",
        encoding="utf-8",
    )
    with pytest.raises(ScorecardInvalid) as refused:
        load_scorecard(card)
    assert said in str(refused.value)
