import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emotion.acoustic import AcousticScorer, Weights
from emotion.baseline import FULL_SECONDS, Baseline
from emotion.errors import WeightsInvalid
from emotion.features import Features

CALM = Features(
    voiced_seconds=1.0,
    level_dbfs=-25.0,
    dynamics_db=6.0,
    pitch_hz=150.0,
    pitch_range_semitones=5.0,
    balance_db=-11.0,
    rate_hz=5.0,
    clipped=0.0,
)
UPSET = replace(CALM, pitch_hz=150.0 * 2 ** (5 / 12), balance_db=-6.0, rate_hz=7.0)


@pytest.fixture(scope="module")
def scorer():
    return AcousticScorer()


def learned(times):
    baseline = Baseline()
    for _ in range(times):
        baseline = baseline.after(CALM)
    return baseline


def test_less_than_400_ms_of_voice_is_not_judged(scorer):
    assert scorer.score(np.zeros(8000, np.int16), Baseline()) is None
    assert scorer.score_features(replace(CALM, voiced_seconds=0.39), Baseline()) is None


def test_a_raised_voice_stands_out_of_the_own_baseline_with_reasons(scorer):
    calm = scorer.score_features(CALM, learned(8))
    upset = scorer.score_features(UPSET, learned(8))
    assert calm.arousal < 0.4 and calm.anger < 0.2 and calm.reasons == ()
    assert upset.arousal > 0.7 and upset.anger > 0.5
    assert "voice 5.0 semitones above own baseline" in upset.reasons
    assert any(reason.startswith("voice harder: 5.0 dB") for reason in upset.reasons)
    assert "speaks 40 % faster than at first" in upset.reasons


def test_confidence_grows_with_the_baseline(scorer):
    confidences = [scorer.score_features(CALM, learned(n)).confidence for n in (0, 1, 5, 15)]
    assert confidences == sorted(confidences)
    assert confidences[0] == pytest.approx(0.2)
    assert confidences[-1] > 0.65


def test_without_a_baseline_a_high_voice_is_no_reason(scorer):
    child = replace(CALM, pitch_hz=320.0)
    reading = scorer.score_features(child, Baseline())
    assert reading.reasons == () and reading.confidence <= 0.2 and reading.anger < 0.5


@pytest.mark.parametrize("gain", [-12.0, 12.0])
def test_a_louder_line_moves_the_anger_by_little(scorer, gain):
    moved = scorer.score_features(replace(CALM, level_dbfs=-25.0 + gain), learned(15))
    assert moved.anger == pytest.approx(scorer.score_features(CALM, learned(15)).anger, abs=0.02)


def test_clipped_sound_is_believed_half(scorer):
    clean = scorer.score_features(CALM, learned(5)).confidence
    clipped = scorer.score_features(replace(CALM, clipped=0.1), learned(5)).confidence
    assert clipped == pytest.approx(clean / 2)


def test_the_baseline_is_the_mean_of_calm_speech_and_stands_still_when_full():
    higher = replace(CALM, balance_db=-9.0)
    assert Baseline().after(CALM).after(higher).balance_db == pytest.approx(-10.0)
    full = learned(int(FULL_SECONDS))
    assert full.seconds == pytest.approx(FULL_SECONDS)
    assert full.after(UPSET) == full


def test_silence_teaches_the_baseline_nothing():
    assert Baseline().after(replace(CALM, voiced_seconds=0.0)) == Baseline()


def test_weights_with_a_missing_number_are_refused_with_the_place(tmp_path):
    source = Path(__file__).parents[3] / "emotion" / "acoustic_weights.json"
    raw = json.loads(source.read_text())
    raw["limit"] = raw["limit"][:-1]
    path = tmp_path / "w.json"
    path.write_text(json.dumps(raw))
    with pytest.raises(WeightsInvalid) as caught:
        Weights.load(path)
    assert str(caught.value) == "acoustic weights 'w.json': limit has 4 numbers, 5 needed"
