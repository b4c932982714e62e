"""The score is smooth, the level does not flicker, and nothing but evidence moves either."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emotion.acoustic import AcousticScorer
from emotion.fusion import LEVELS_FROM, EmotionScorer, EmotionState, _level
from emotion.lexical import LexicalScorer
from emotion.signs import Signs

QUIET = np.zeros(0, np.int16)
SAID = {0: "好的", 1: "太慢了", 2: "质量太差了我要投诉", 3: "我打12315"}
LARGEST_RISE = 0.6
"""Of the way to the target in one utterance, unless strong words are said."""


@pytest.fixture(scope="module")
def scorer():
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


@pytest.mark.parametrize("edge", LEVELS_FROM)
def test_a_score_that_trembles_about_an_edge_changes_the_level_once(edge):
    level, changes = 0, 0
    for step in range(40):
        new = _level(edge + (0.045 if step % 2 else -0.045), level)
        changes += new != level
        level = new
    assert changes == (1 if edge == LEVELS_FROM[0] else 2)  # it starts a level below the edge


@given(st.floats(0, 1), st.integers(0, 3))
def test_a_level_is_never_two_away_from_its_score(score, before):
    entered = sum(score >= edge for edge in LEVELS_FROM)
    assert entered <= _level(score, before) <= max(entered, before)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=30))
def test_a_falling_score_never_raises_the_level(scores):
    level, last = 3, 3
    for score in sorted(scores, reverse=True):
        level = _level(score, level)
        assert level <= last
        last = level


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(sorted(SAID)), min_size=1, max_size=12), st.integers(2, 20))
def test_without_strong_words_the_score_moves_in_small_steps(scorer, levels, seconds):
    state, at_ms = EmotionState(), 0
    for level in levels:
        at_ms += 1000 * seconds
        before = state.score
        heard = scorer.hear(state, QUIET, SAID[level], "zh", at_ms)
        state = heard.state
        assert 0.0 <= state.score <= 1.0
        if not heard.reading.abstained and level < 2 and before > 0:
            assert state.score - before <= LARGEST_RISE


@settings(max_examples=30, deadline=None)
@given(
    st.builds(Signs, *(st.integers(-5, 500) for _ in range(6))),
    st.sampled_from(sorted(SAID)),
)
def test_whatever_the_signs_the_words_set_the_ceiling(scorer, signs, level):
    heard = scorer.hear(EmotionState(), QUIET, SAID[level], "zh", 1000, signs)
    assert heard.reading.level <= level + 1
    if level < 2:
        assert heard.reading.abstained, "signs and one mild word are not enough to judge"


def test_anger_that_is_not_repeated_fades_to_calm(scorer):
    state = scorer.hear(EmotionState(), QUIET, SAID[3], "zh", 1000).state
    scores = []
    for at_ms in range(10_000, 70_000, 10_000):
        state = scorer.hear(state, QUIET, SAID[0], "zh", at_ms).state
        scores.append(state.score)
    assert scores == sorted(scores, reverse=True) and scores[-1] < LEVELS_FROM[1]
