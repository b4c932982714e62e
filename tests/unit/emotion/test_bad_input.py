"""Sound and text that nobody can judge: an abstention with a reason, no exception, no boost."""

import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from tests.fakes.bad_sounds import BAD, voice


@pytest.fixture(scope="module")
def scorer():
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


@pytest.mark.parametrize("name", BAD)
def test_bad_sound_makes_the_scorer_abstain_with_a_reason_and_teaches_it_nothing(scorer, name):
    state = EmotionState()
    for turn in range(1, 7):
        heard = scorer.hear(state, BAD[name], "", "zh", 4000 * turn)
        state = heard.state
        assert heard.reading.abstained and heard.reading.score == 0.0 and heard.reading.level == 0
        assert heard.reading.reasons and all(map(str, heard.reading.reasons))
    assert state.baseline.seconds == 0.0


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("music", "does not sound like one person"),
        ("clipped", "clipped"),
        ("0.1 s", "less than 0.4 s of voice"),
        ("not a number", "float32"),
        ("two channels", "2 dimension(s)"),
    ],
)
def test_the_reason_names_what_is_wrong(scorer, name, words):
    heard = scorer.hear(EmotionState(), BAD[name], "", "zh", 1000)
    assert any(words in str(reason) for reason in heard.reading.reasons)


@pytest.mark.parametrize(
    ("pcm", "name"),
    [
        (voice(3.0, 120.0) // 2 + voice(3.0, 205.0) // 2, "two voices"),
        (voice(3.0, rate=16000), "16 kHz taken for 8 kHz"),
        (voice(3.0, rate=4000), "4 kHz taken for 8 kHz"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_sound_that_only_resembles_a_caller_gives_no_boost(scorer, pcm, name):
    state = EmotionState()
    for turn in range(1, 9):
        heard = scorer.hear(state, pcm, "", "zh", 4000 * turn)
        state = heard.state
        assert heard.reading.level == 0


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("", "zh"),
        ("", "en"),
        ("I will call my lawyer", "zh"),
        ("我要投诉", "en"),
        ("x" * 9999, "zh"),
        ("投诉", "fr"),
        ("\x00\ud800", "zh"),
        ("🙂🙂", "en"),
        ("nan", "zh"),
    ],
)
def test_text_that_is_nothing_in_the_language_boosts_nobody(scorer, text, language):
    heard = scorer.hear(EmotionState(), np.zeros(0, np.int16), text, language, 1000)
    assert heard.lexical.confidence == 0.0
    assert heard.reading.abstained and heard.reading.level == 0


def test_bad_sound_between_good_sentences_leaves_the_mood_as_it_was(scorer):
    state = EmotionState()
    for turn in range(1, 5):
        heard = scorer.hear(state, voice(), "我的快递到哪了", "zh", 4000 * turn)
        state = heard.state
    assert not heard.reading.abstained
    for turn, pcm in enumerate(BAD.values(), 5):
        after = scorer.hear(state, pcm, "", "zh", 4000 * turn)
        assert after.reading.level == 0
        assert after.state.baseline == state.baseline


def test_a_state_of_the_first_version_is_read_and_learned_anew(scorer):
    import msgspec

    old = (
        b'{"baseline":{"frames":400,"pitch_semitones":7.1,"balance_db":-11.0,"dynamics_db":6.0,'
        b'"rate_hz":5.0,"level_dbfs":-25.0},"windows":[{"at_ms":9000,"arousal":0.3,"anger":0.1,'
        b'"confidence":0.6}],"said":[],"score":0.1,"level":0}'
    )
    state = msgspec.json.decode(old, type=EmotionState)
    assert state.baseline.seconds == 0.0
    heard = scorer.hear(state, voice(), "你好", "zh", 12_000)
    assert 0.0 < heard.state.baseline.seconds < 4.0
