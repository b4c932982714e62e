import json
from dataclasses import replace

import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.baseline import FULL_SECONDS, Baseline
from emotion.errors import WeightsInvalid
from emotion.features import NAMES, Features
from emotion.weights import FREE, SHIPPED, Weights, load_models, save_models

WEIGHTS = Weights(
    version="test",
    about="three cues",
    features=("pitch", "balance", "rate"),
    mean=(7.0, -11.0, 5.0),
    between=(5.0, 3.0, 0.5),
    within=(1.0, 1.5, 1.0),
    scale=(3.0, 2.5, 1.2),
    limit=4.0,
    classes=("angry", "neutral"),
    arousal=(0.9, 0.2),
    coefficients=((0.6, 0.6, 0.3), (-0.6, -0.6, -0.3)),
    bias=(-1.0, 1.0),
    anger_scale=1.0,
    anger_shift=0.0,
    alarm=0.3,
    strange=8.0,
)


def voice(pitch=7.0, balance=-11.0, rate=5.0, seconds=1.0):
    values = dict.fromkeys(NAMES, 0.0) | {"pitch": pitch, "balance": balance, "rate": rate}
    return Features(seconds, -25.0, 0.0, tuple(values[name] for name in NAMES))


CALM = voice()
UPSET = voice(pitch=12.0, balance=-6.0, rate=7.0)


@pytest.fixture(scope="module")
def scorer():
    return AcousticScorer([WEIGHTS])


def learned(times, features=CALM):
    baseline = Baseline()
    for _ in range(times):
        baseline = baseline.after(features)
    return baseline


def test_less_than_400_ms_of_voice_is_not_judged(scorer):
    assert scorer.score(np.zeros(8000, np.int16), Baseline()) is None
    assert scorer.score_features(replace(CALM, voiced_seconds=0.39), Baseline()) is None
    assert str(scorer.doubt(replace(CALM, voiced_seconds=0.39))) == "less than 0.4 s of voice"


def test_sound_far_from_any_speech_is_not_judged(scorer):
    assert str(scorer.doubt(voice(pitch=40.0, balance=30.0, rate=20.0))) == (
        "it does not sound like one person speaking"
    )


def test_a_raised_voice_stands_out_of_the_own_baseline_with_reasons(scorer):
    calm = scorer.score_features(CALM, learned(8))
    upset = scorer.score_features(UPSET, learned(8))
    assert calm.arousal < 0.4 and calm.anger < 0.2 and calm.reasons == ()
    assert upset.arousal > 0.7 and upset.anger > 0.5
    told = [str(reason) for reason in upset.reasons]
    assert "voice 5.0 semitones above own baseline" in told
    assert any(reason.startswith("voice harder: 5.0 dB") for reason in told)
    assert "speaks 40 % faster than at first" in told


def test_the_own_voice_counts_the_more_the_longer_it_was_heard(scorer):
    high = voice(pitch=17.0)  # a child, say: ten semitones above the population, and calm
    angers = [scorer.score_features(high, learned(n, high)).anger for n in (0, 1, 3, 15)]
    assert angers == sorted(angers, reverse=True)
    assert angers[0] > 0.3 > 0.15 > angers[-1]


def test_a_baseline_that_sounds_angry_itself_hides_less_of_the_anger(scorer):
    angry_start = learned(4, UPSET)
    believed = replace(angry_start)
    reading = scorer.score_features(UPSET, believed)
    calm_start = scorer.score_features(CALM, learned(4)).anger
    assert reading.anger > 2 * calm_start


def test_confidence_grows_with_the_baseline(scorer):
    confidences = [scorer.score_features(CALM, learned(n)).confidence for n in (0, 1, 5, 15)]
    assert confidences == sorted(confidences)
    assert confidences[0] == pytest.approx(0.2)
    assert confidences[-1] > 0.65


def test_without_a_baseline_there_are_no_reasons_and_little_confidence(scorer):
    reading = scorer.score_features(UPSET, Baseline())
    assert reading.reasons == () and reading.confidence <= 0.2


@pytest.mark.parametrize("level", [-37.0, -13.0])
def test_the_level_of_the_line_changes_nothing(scorer, level):
    assert scorer.score_features(replace(UPSET, level_dbfs=level), learned(5)) == (
        scorer.score_features(UPSET, learned(5))
    )


def test_clipped_sound_is_believed_half_and_broken_sound_not_at_all(scorer):
    clean = scorer.score_features(CALM, learned(5)).confidence
    clipped = scorer.score_features(replace(CALM, clipped=0.1), learned(5)).confidence
    assert clipped == pytest.approx(clean / 2)
    assert "clipped" in str(scorer.doubt(replace(CALM, clipped=0.3)))


def test_the_alarm_point_is_the_middle_of_the_raised_scale(scorer):
    assert scorer.raised(0.3) == pytest.approx(0.5)
    assert scorer.raised(0.0) == 0.0
    assert scorer.raised(1.0) == pytest.approx(1.0)


def test_the_baseline_is_the_mean_of_calm_speech_and_stands_still_when_full():
    higher = voice(balance=-9.0)
    assert Baseline().after(CALM).after(higher).value("balance") == pytest.approx(-10.0)
    full = learned(int(FULL_SECONDS))
    assert full.seconds == pytest.approx(FULL_SECONDS)
    assert full.after(UPSET) == full


def test_silence_teaches_the_baseline_nothing():
    assert Baseline().after(replace(CALM, voiced_seconds=0.0)) == Baseline()


def test_a_baseline_of_another_version_counts_as_nothing_and_is_learned_anew():
    old = Baseline(frames=500, means=(1.0, 2.0))
    assert old.seconds == 0.0 and old.trust == 0.0
    assert old.after(CALM) == Baseline().after(CALM)


@pytest.mark.parametrize("path", [SHIPPED, FREE], ids=["shipped", "free"])
def test_weights_in_the_house_can_be_used_and_say_where_they_come_from(path):
    for weights in load_models(path):
        assert weights.problem() is None
        assert "commerc" in weights.about or "free" in weights.about


def broken(tmp_path, **changes):
    path = tmp_path / "w.json"
    save_models(path, [WEIGHTS])
    path.write_text(json.dumps([json.loads(path.read_text())[0] | changes]))
    with pytest.raises(WeightsInvalid) as caught:
        load_models(path)
    return str(caught.value)


def test_weights_that_cannot_be_used_are_refused_with_the_place(tmp_path):
    start = "acoustic weights 'w.json': "
    assert broken(tmp_path, scale=[1.0]) == start + "scale has 1 numbers, 3 needed"
    assert broken(tmp_path, features=["pitch", "nose", "rate"]) == (
        start + "'nose' is no feature of this version"
    )
    assert broken(tmp_path, coefficients=[[1, 2, 3], [1, 2]]) == (
        start + "coefficients of neutral has 2 numbers, 3 needed"
    )
    assert "not above 0" in broken(tmp_path, within=[1.0, 0.0, 1.0])
    assert "alarm 1.5 is not between 0 and 1" in broken(tmp_path, alarm=1.5)
    assert "do not hold 'angry'" in broken(tmp_path, classes=["sad", "neutral"])


def test_weights_survive_being_saved(tmp_path):
    both = (WEIGHTS, replace(WEIGHTS, languages=("zh",)))
    save_models(tmp_path / "w.json", both)
    assert load_models(tmp_path / "w.json") == both


def test_a_file_without_a_model_is_refused(tmp_path):
    (tmp_path / "w.json").write_text("[]")
    with pytest.raises(WeightsInvalid, match="holds no model"):
        load_models(tmp_path / "w.json")
    with pytest.raises(WeightsInvalid):
        load_models(tmp_path / "absent.json")


def test_each_language_has_its_own_model_and_the_first_serves_the_others():
    bold = replace(WEIGHTS, languages=("zh",), bias=(1.0, -1.0))
    scorer = AcousticScorer([WEIGHTS, bold])
    angers = [scorer.score_features(CALM, Baseline(), tongue).anger for tongue in ("en", "zh", "")]
    assert angers[0] == angers[2] < angers[1]
