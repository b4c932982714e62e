import json
import subprocess
import sys
import time
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.cli_view import to_json
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from emotion.weights import FREE, SHIPPED, load_models

RATE = 8000


def voice(seconds, pitch=150.0, tilt=1.2, syllables=4.0):
    t = np.arange(int(seconds * RATE)) / RATE
    kept = [n for n in range(1, int(3000 / pitch)) if n * pitch > 300]
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.8 * t))) / RATE
    wave = sum(np.sin(n * phase) / n**tilt for n in kept)
    sound = wave * (0.55 - 0.45 * np.cos(2 * np.pi * syllables * t))
    return (sound / np.abs(sound).max() * 9000).astype(np.int16)


QUIET = np.zeros(8000, np.int16)


@pytest.fixture(scope="module")
def scorer():
    return EmotionScorer(AcousticScorer(), LexicalScorer.load())


@pytest.fixture(scope="module")
def plain_scorer():
    """Weights that a person can follow: the hand-set ones, and no sound is strange to them."""
    weights = replace(load_models(FREE)[0], strange=100.0)
    return EmotionScorer(AcousticScorer([weights]), LexicalScorer.load())


def told(heard):
    return [str(reason) for reason in heard.reading.reasons]


def hear_all(scorer, utterances, state=None):
    state, heard, at_ms = state or EmotionState(), None, 0
    for pcm, text in utterances:
        at_ms += 4000
        heard = scorer.hear(state, pcm, text, "zh", at_ms)
        state = heard.state
    return heard


def test_one_calm_utterance_is_not_enough_to_judge(scorer):
    heard = scorer.hear(EmotionState(), voice(2.0), "我的快递到哪了", "zh", 2000)
    assert heard.reading.abstained and heard.reading.score == 0.0
    assert "windows needed" in str(heard.reading.reasons[0])
    assert heard.acoustic is not None and heard.lexical.level == 0


def test_strong_words_are_judged_at_once(scorer):
    heard = scorer.hear(EmotionState(), voice(2.0), "质量太差了我要投诉", "zh", 2000)
    assert not heard.reading.abstained
    assert heard.reading.level == 2
    assert "said 太差, 投诉" in told(heard)


def test_strong_words_without_any_voice_are_judged(scorer):
    heard = scorer.hear(EmotionState(), QUIET, "我打12315", "zh", 1000)
    assert heard.acoustic is None
    assert heard.reading.level == 3 and 0.85 <= heard.reading.score <= 1.0


def test_a_repeated_word_is_counted_in_the_reason(scorer):
    heard = hear_all(scorer, [(QUIET, "我要投诉"), (QUIET, "我要投诉")])
    assert told(heard) == ["said 投诉 twice"]


def test_a_calm_caller_stays_at_level_0(scorer):
    heard = hear_all(scorer, [(voice(3.0), "我的快递到哪了")] * 6)
    assert not heard.reading.abstained
    assert heard.reading.level == 0 and heard.reading.score < 0.35


def test_a_rising_voice_alone_makes_a_caller_annoyed_at_most(plain_scorer):
    calm = hear_all(plain_scorer, [(voice(3.0), "我的快递到哪了")] * 5)
    raised = [(voice(3.0, pitch=230, tilt=0.3, syllables=6), "什么时候到")] * 5
    heard = hear_all(plain_scorer, raised, calm.state)
    assert heard.acoustic.anger > 0.7 > calm.acoustic.anger
    assert heard.reading.level == 1
    assert heard.reading.score > calm.reading.score + 0.15
    assert "above own baseline" in told(heard)[0]


def test_angry_words_do_not_teach_the_baseline(scorer):
    heard = scorer.hear(EmotionState(), voice(3.0), "气死我了", "zh", 3000)
    assert heard.state.baseline.frames == 0
    calm = scorer.hear(EmotionState(), voice(3.0), "你好", "zh", 3000)
    assert calm.state.baseline.frames > 50


def test_the_level_falls_slowly_and_without_flicker(scorer):
    state = scorer.hear(EmotionState(), QUIET, "我要投诉你们太过分", "zh", 0).state
    levels = []
    for at_ms in range(5_000, 75_000, 5_000):
        heard = scorer.hear(state, voice(3.0), "好的", "zh", at_ms)
        state = heard.state
        levels.append(heard.reading.level)
    assert levels[0] == 2 and levels[-1] == 0
    assert levels == sorted(levels, reverse=True)


def test_a_mood_outlives_a_lost_stream_but_not_for_ever(scorer):
    before = scorer.hear(EmotionState(), QUIET, "我要投诉", "zh", 600_000).state
    resumed = scorer.hear(before, QUIET, "好的", "zh", 1_000)
    assert resumed.reading.level == 2
    assert scorer.hear(resumed.state, QUIET, "好的", "zh", 70_000).reading.abstained


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(0, np.int16),
        np.zeros(800, np.int16),
        np.zeros(80_000, np.int16),
        np.full(16_000, -32768, np.int16),
        np.random.default_rng(2).integers(-32768, 32767, 40_000, dtype=np.int16),
    ],
    ids=["nothing", "0.1 s", "silence", "stuck", "noise"],
)
def test_sound_without_speech_never_moves_the_score(scorer, pcm):
    heard = hear_all(scorer, [(pcm, "")] * 4)
    assert heard.reading.abstained and heard.state.score == 0.0


def test_the_state_travels_as_json_unchanged(scorer):
    state = hear_all(scorer, [(voice(3.0), "太慢了"), (voice(3.0), "我要投诉")]).state
    sent = msgspec.json.encode(state)
    assert msgspec.json.decode(sent, type=EmotionState) == state
    assert len(sent) < 2000


def test_the_view_prints_null_for_a_missing_part(scorer):
    quiet = to_json(scorer.hear(EmotionState(), QUIET, "", "zh", 0))
    why = ["no voice to judge and no strong words", "less than 0.4 s of voice"]
    assert quiet == {"acoustic": None, "lexical": None, "fused": None, "abstained": why}
    upset = to_json(scorer.hear(EmotionState(), voice(2.0), "我要投诉", "zh", 0))
    assert set(upset["acoustic"]) == {"arousal", "anger", "confidence"}
    assert upset["lexical"] == {"level": 2, "confidence": 0.7, "words": ["投诉"]}
    assert "abstained" not in upset
    assert set(upset["fused"]) == {"score", "level", "confidence", "reasons"}
    json.dumps(upset)


def test_the_live_path_imports_nothing_heavy():
    code = (
        "import sys, emotion.fusion, emotion.cli_view\n"
        "heavy = {'librosa', 'sklearn', 'scipy', 'jieba', 'numba'} & set(sys.modules)\n"
        "sys.exit(f'imports {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("weights", [SHIPPED, FREE], ids=["trained", "free"])
@pytest.mark.parametrize("gain", [12.0, -12.0], ids=["louder", "softer"])
def test_a_change_of_the_lines_gain_at_any_moment_moves_no_score_by_more_than_0_02(weights, gain):
    """Before, between and within sentences of four seconds; MODEL_CARD.md tells of real voices."""
    scorer = EmotionScorer(AcousticScorer.load(weights), LexicalScorer.load())
    calm, raised = voice(4.0) // 3, voice(4.0, pitch=230, tilt=0.3, syllables=6) // 3
    plain = np.concatenate([calm, calm, calm, raised, raised])
    scores = voice_scores(scorer, plain)
    for moment in (0, 4, 12, 16, 5.2, 11, 13.5, 14, 17, 18.6):
        line = plain.astype(np.float64)
        line[int(moment * RATE) :] *= 10 ** (gain / 20)
        changed = voice_scores(scorer, line.astype(np.int16))
        assert changed == pytest.approx(scores, abs=0.02), moment


def voice_scores(scorer, line):
    """After each of five utterances."""
    state, scores = EmotionState(), []
    for number, pcm in enumerate(np.array_split(line, 5), 1):
        heard = scorer.hear(state, pcm, "", "zh", 4000 * number)
        state = heard.state
        scores.append(heard.reading.score)
    return scores


def test_long_texts_are_read_in_no_time(scorer):
    for text, language in (
        ("我要投诉你们真好啊等了" * 400, "zh"),
        ("not great i sue " * 400, "en"),
    ):
        start = time.perf_counter()
        scorer.hear(EmotionState(), QUIET, text, language, 1000)
        assert time.perf_counter() - start < 5.0
