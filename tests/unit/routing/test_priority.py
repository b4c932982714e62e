import pytest

from emotion.labels import EmotionReading
from emotion.reasons import reason
from routing.priority import Weights, priority

FURIOUS = EmotionReading(0.95, 3, 0.9, (reason("voice_pitch", semitones=5.0),))


def head_start(**changes):
    facts = {
        "member_level": "basic",
        "emotion": None,
        "emotion_active": True,
        "repeat_calls": 0,
        "promised": False,
    }
    return priority(**{**facts, **changes})


def test_an_ordinary_caller_has_no_head_start():
    assert head_start().boost_seconds == 0
    assert head_start().terms == ()


@pytest.mark.parametrize(
    ("level", "seconds"), [("basic", 0), ("silver", 30), ("gold", 60), ("black", 120), ("?", 0)]
)
def test_a_member_level_gives_its_seconds(level, seconds):
    assert head_start(member_level=level).boost_seconds == seconds


@pytest.mark.parametrize(("level", "seconds"), [(0, 0), (1, 0), (2, 60), (3, 120)])
def test_only_real_anger_moves_a_caller(level, seconds):
    assert head_start(emotion=EmotionReading(0.5, level, 0.9)).boost_seconds == seconds


def test_every_term_says_why():
    got = head_start(member_level="gold", emotion=FURIOUS, repeat_calls=2, promised=True)
    assert [(term.name, term.seconds) for term in got.terms] == [
        ("vip", 60),
        ("promise", 60),
        ("repeat", 60),
        ("emotion", 120),
    ]
    assert got.terms[0].reason == "gold member"
    assert "semitones" in got.terms[3].reason
    whys = [{"code": "voice_pitch", "values": {"semitones": 5.0}}]
    assert got.terms[3].facts == {"level": 3, "reasons": whys}
    assert got.boost_seconds == 300


def test_the_sum_is_capped_at_300_seconds_but_the_terms_stay_readable():
    got = head_start(member_level="black", emotion=FURIOUS, repeat_calls=9, promised=True)
    assert sum(term.seconds for term in got.terms) == 390
    assert got.boost_seconds == 300


def test_emotion_gives_at_most_120_seconds_whatever_the_file_says():
    got = head_start(emotion=FURIOUS, weights=Weights(emotion={3: 900}))
    assert got.boost_seconds == 120


def test_emotion_in_shadow_gives_nothing_and_says_what_it_would_have_given():
    got = head_start(emotion=FURIOUS, emotion_active=False)
    assert got.boost_seconds == 0
    assert got.terms[0].seconds == 0
    assert got.terms[0].reason.startswith("shadow, would be 120 s: emotion level 3")
    assert got.terms[0].facts["would_be"] == 120


def test_a_scorer_that_abstained_moves_nobody():
    unsure = EmotionReading(0.9, 3, 0.2, abstained=True)
    assert head_start(emotion=unsure).terms == ()


def test_repeat_calls_stop_counting_at_their_limit():
    assert head_start(repeat_calls=50).boost_seconds == 90
    assert head_start(repeat_calls=-1).boost_seconds == 0
