"""The network that hears a window frame by frame: in training, on disk and in a call."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.corpus import Clip, Measured
from emotion.errors import WeightsInvalid
from emotion.features import NAMES, RATE, extract
from emotion.network import Network, load_network, network_of, save_network
from emotion.picture import COLUMNS, LOUD, NO_PICTURE, PITCH, STRENGTH, SWING, VOICED, beside
from emotion.weights import SHIPPED, load_models
from tests.unit.emotion.test_acoustic import WEIGHTS

CLASSES = ("angry", "neutral")


def network(seed=1, units=6, heads=2, classes=CLASSES):
    rng = np.random.default_rng(seed)

    def draw(*shape):
        return rng.normal(0.0, 0.2, shape).astype(np.float32)

    return Network(
        version="test",
        classes=classes,
        kernels=(draw(COLUMNS * 5, units), draw(units * 5, units), draw(units * 5, units)),
        biases=(draw(units), draw(units), draw(units)),
        attention=draw(units, heads),
        output=draw(units * (1 + heads), len(classes)),
        output_bias=draw(len(classes)),
    )


def voice(pitch=160.0, seconds=1.5, gain=0.2):
    t = np.arange(int(seconds * RATE)) / RATE
    wave = sum(np.sin(2 * np.pi * n * pitch * t) / n for n in range(2, int(3400 / pitch)))
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * 4 * t)
    return (wave * swell / np.abs(wave).max() * gain * 32767).astype(np.int16)


def measured(number, speaker, emotion):
    heard = extract(voice(pitch=(260.0 if emotion == "angry" else 130.0) + 3 * number, seconds=0.9))
    clip = Clip(Path(f"{speaker}-{emotion}-{number}"), "made up", "en", speaker, emotion)
    return Measured(clip, (heard,))


def test_a_picture_holds_no_gain():
    soft, loud = extract(voice(gain=0.05)).picture, extract(voice(gain=0.4)).picture
    assert soft.shape[1] == COLUMNS
    kept = [c for c in range(COLUMNS) if c not in (STRENGTH, LOUD)]
    assert np.abs(soft[:, kept] - loud[:, kept]).max() < 0.1


def test_a_jump_of_the_lines_gain_is_over_after_half_a_second():
    pcm = voice(seconds=3.0, gain=0.05)
    jumped = pcm.copy()
    jumped[RATE * 3 // 2 :] *= 4
    plain, heard = extract(pcm).picture, extract(jumped).picture
    moved = np.flatnonzero(np.abs(plain[:, SWING] - heard[:, SWING]) > 0.02)
    assert moved.size and moved.min() >= 60 and moved.max() <= 90  # 20 ms a frame, jump at 75


def test_pitch_is_told_from_what_is_calm_for_the_caller():
    heard = extract(voice(pitch=200.0)).picture  # an octave above 100 Hz
    above = beside(heard, 9.0)
    voiced = heard[:, VOICED] > 0
    assert above[voiced, PITCH] == pytest.approx(0.5, abs=0.05)  # 3 of 6 semitones
    assert (above[~voiced, PITCH] == 0.0).all()
    assert (heard[voiced, PITCH] > 1.5).all()  # the picture itself stays as it was


def test_silence_has_no_picture():
    assert extract(np.zeros(8000, np.int16)).picture is NO_PICTURE


@pytest.mark.parametrize("frames", [1, 2, 7, 60])
def test_chances_add_up_for_pictures_of_any_length(frames):
    heard = np.random.default_rng(frames).normal(size=(frames, COLUMNS)).astype(np.float32)
    chances = network().chances(heard)
    assert chances.shape == (2,) and chances.sum() == pytest.approx(1.0)


def test_the_call_computes_what_was_trained():
    torch = pytest.importorskip("torch")
    from emotion.network_training import LearningNetwork, exported, stacked

    torch.manual_seed(3)
    learning = LearningNetwork(3)
    pictures = [
        np.random.default_rng(n).normal(size=(n, COLUMNS)).astype(np.float32) for n in (61, 74, 75)
    ]
    learning.train()
    for _ in range(5):  # batch normalisation learns means and spreads
        learning(*stacked(pictures))
    learning.eval()
    with torch.no_grad():
        wanted = learning(*stacked(pictures)).softmax(1).numpy()
    light = exported(learning, ("angry", "happy", "neutral"), "test")
    assert light.problem() is None
    for picture, chances in zip(pictures, wanted, strict=True):
        assert light.chances(picture) == pytest.approx(chances, abs=1e-4)


def test_training_learns_what_tells_two_moods_apart():
    pytest.importorskip("torch").set_num_threads(1)  # sums too small to be worth a second thread
    from emotion.network_training import fit_network

    heard = [
        measured(number, speaker, emotion)
        for speaker in ("Mei", "Sam")
        for emotion in CLASSES
        for number in range(4)
    ]
    light = fit_network(heard, {"en": 5.0}, version="test", epochs=30)
    assert light.classes == CLASSES
    angry, calm = (
        light.chances(beside(measured(3, "Mei", emotion).windows[0].picture, 5.0))[0]
        for emotion in CLASSES
    )
    assert angry > calm + 0.3


def test_a_network_survives_being_saved(tmp_path):
    save_network(tmp_path / "w.npz", network())
    kept = load_network(tmp_path / "w.npz")
    heard = extract(voice()).picture
    assert kept.classes == CLASSES
    assert kept.chances(heard) == pytest.approx(network().chances(heard))


def test_a_file_that_is_no_network_is_refused(tmp_path):
    (tmp_path / "w.npz").write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsInvalid):
        load_network(tmp_path / "w.npz")
    save_network(tmp_path / "w.npz", replace(network(), output_bias=np.zeros(3, np.float32)))
    with pytest.raises(WeightsInvalid, match=r"\(2,\) needed"):
        load_network(tmp_path / "w.npz")
    broken = network()
    broken.attention[0, 0] = np.nan
    save_network(tmp_path / "w.npz", broken)
    with pytest.raises(WeightsInvalid, match="not finite"):
        load_network(tmp_path / "w.npz")


def test_a_network_serves_only_the_weights_it_was_trained_with(tmp_path):
    save_network(tmp_path / "w.npz", network())
    assert network_of(tmp_path / "other.json", [WEIGHTS]) is None
    assert network_of(tmp_path / "w.json", [WEIGHTS]) is not None
    with pytest.raises(WeightsInvalid, match="of version 'test', its weights of 'newer'"):
        network_of(tmp_path / "w.json", [replace(WEIGHTS, version="newer")])
    with pytest.raises(WeightsInvalid, match="it lacks sad"):
        network_of(tmp_path / "w.json", [replace(WEIGHTS, classes=("angry", "sad"))])


def test_both_witnesses_are_heard():
    """A network that is sure of anger lifts the reading, and one that is sure of calm lowers it."""
    heard = extract(voice())
    alone = AcousticScorer([WEIGHTS]).score_features(heard, Baseline())
    readings = []
    for sure in ((4.0, -4.0), (-4.0, 4.0)):
        deaf = np.zeros_like(network().output)
        biased = replace(network(), output=deaf, output_bias=np.array(sure, np.float32))
        scorer = AcousticScorer([WEIGHTS], biased)
        readings.append(scorer.score_features(heard, Baseline()))
    assert readings[1].anger < alone.anger < readings[0].anger


def test_the_shipped_weights_and_their_network_belong_together():
    models = load_models(SHIPPED)
    network_of(SHIPPED, models)  # raises where they do not
    assert AcousticScorer.load().score_features(extract(voice()), Baseline(), "zh") is not None
    assert set(NAMES) >= set(models[0].features)
