import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from emotion.signs import MOST, NO_SIGNS, Signs

NOTHING = np.zeros(0, np.int16)
MANY = Signs(9, 9, 9, 9, 9999, 9)


@pytest.fixture(scope="module")
def scorer():
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


def test_signs_grow_and_are_bounded():
    strengths = [Signs(repeated_requests=n).strength for n in range(4)]
    assert strengths == sorted(strengths) and strengths[0] == 0.0
    assert MANY.strength == MOST
    assert Signs(-5, -5, -5, -5, -5, -5).strength == 0.0


def test_signs_are_told_in_words_the_weightiest_first():
    signs = Signs(interruptions=2, asked_for_person=1, hold_seconds=185, earlier_calls=2)
    assert tuple(map(str, signs.reasons)) == (
        "third call on this matter",
        "held for 3 min",
        "interrupted twice",
        "asked for a person once",
    )
    assert NO_SIGNS.reasons == ()
    assert Signs(no_match=1).reasons == ()  # once is the recogniser, not the caller


def test_signs_raise_the_score_of_an_upset_caller_a_little_and_name_themselves(scorer):
    plain = scorer.hear(EmotionState(), NOTHING, "我要投诉", "zh", 1000)
    signed = scorer.hear(EmotionState(), NOTHING, "我要投诉", "zh", 1000, Signs(earlier_calls=2))
    assert plain.reading.score < signed.reading.score < plain.reading.score + 0.1
    assert "third call on this matter" in map(str, signed.reading.reasons)


def test_signs_alone_are_no_evidence(scorer):
    heard = scorer.hear(EmotionState(), NOTHING, "", "zh", 1000, MANY)
    assert heard.reading.abstained and heard.reading.level == 0


def test_the_signs_of_a_bad_recogniser_do_not_make_a_calm_caller_upset(scorer):
    state = EmotionState(windows=())
    for turn in range(1, 6):
        heard = scorer.hear(state, NOTHING, "太慢了", "zh", 4000 * turn, MANY)
        state = heard.state
    assert heard.reading.level <= 1
