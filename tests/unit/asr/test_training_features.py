import json
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from asr.model_files import default_models
from asr.training.acoustic_network import AcousticNetwork, Affine, Block, NetworkShape
from asr.training.features import CEPSTRA, MFCC_CONF, mfcc
from asr.training.final_mdl import Scoring, final_mdl, shared_out, toned_outputs
from asr.training.kaldi_binary import packed_bytes
from asr.training.labels import STEP
from asr.training.phone_sets import phone_set

SCORING = Scoring(prior_power=0.7, tone=0.3)

LISTEN = """
import json, sys
import numpy as np
import vosk
vosk.SetLogLevel(-1)
samples = np.load(sys.argv[1])
for folder in sys.argv[2:]:
    recognizer = vosk.KaldiRecognizer(vosk.Model(folder), 8000)
    recognizer.SetMaxAlternatives(1)
    for start in range(0, samples.size, 1600):
        recognizer.AcceptWaveform(samples[start : start + 1600].tobytes())
    print(json.loads(recognizer.FinalResult())["alternatives"][0]["confidence"])
"""


def packed(layer):
    """The layer as it is once its weights were written as bytes."""
    if layer.weights.size < 20000:
        return layer
    lowest, extent, places = packed_bytes(layer.weights)
    return replace(layer, weights=(lowest + extent / 255 * places).astype(np.float32))


def some_network(seed, outputs):
    rng = np.random.default_rng(seed)

    def layer(inputs, units, scale=1.0):
        weights = rng.normal(0, scale / inputs**0.5, (units, inputs))
        return packed(
            Affine(weights.astype(np.float32), rng.normal(0, 0.3, units).astype(np.float32))
        )

    shape = NetworkShape(outputs, width=96, narrow=32, blocks=3, reach=2)
    blocks = [Block(layer(2 * 96, 32), layer(2 * 32, 96)) for _ in range(shape.blocks)]
    priors = rng.uniform(1, 5, outputs).astype(np.float32)
    first = layer(shape.window * CEPSTRA, 96, 0.1)
    return AcousticNetwork(shape, first, blocks, layer(96, outputs), priors / priors.sum())


def some_sound():
    rng = np.random.default_rng(5)
    swell = 1 + np.sin(np.arange(20000) / 900)
    return (rng.normal(0, 1500, 20000) * swell).round().astype(np.int16)


def totals_by_vosk(tmp_path, sound, network, language, outputs):
    """What libvosk adds up over the sound if all its sounds score as one output does."""
    np.save(tmp_path / "sound.npy", sound)
    folders = []
    for output in (None, *outputs):
        folder = tmp_path / f"model-{output}"
        shutil.copytree(default_models()[language], folder)
        (folder / "conf" / "mfcc.conf").write_text(MFCC_CONF)
        count = network.shape.outputs
        chosen = np.zeros((count + 2, 2 * count), np.float32)
        if output is not None:
            chosen[:, output] = 0.1
        decoder = Affine(chosen, np.zeros(count + 2, np.float32))
        model = final_mdl(network, phone_set(language), SCORING, decoder)
        (folder / "am" / "final.mdl").write_bytes(model)
        folders.append(str(folder))
    done = subprocess.run(
        [sys.executable, "-c", LISTEN, str(tmp_path / "sound.npy"), *folders],
        capture_output=True, text=True, timeout=100, check=True,
    )  # fmt: skip
    nothing, *totals = map(json.loads, done.stdout.split())
    return [total - nothing for total in totals]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_libvosk_hears_the_features_and_the_network_that_we_trained(tmp_path, language):
    phones = phone_set(language)
    network, sound = some_network(1, len(phones.phones) + 1), some_sound()
    log_posteriors = network.log_posteriors(mfcc(sound))
    ours = shared_out(log_posteriors, network.priors, SCORING, toned_outputs(phones))
    outputs = (0, 7, 40)
    theirs = totals_by_vosk(tmp_path, sound, network, language, outputs)
    assert theirs == pytest.approx([0.1 * ours[:, k].sum() for k in outputs], rel=1e-3)


def test_a_decoded_frame_stands_for_three_frames_of_features():
    sound = some_sound()
    features = mfcc(sound)
    assert features.shape == (1 + (sound.size - 200) // 80, CEPSTRA)
    assert len(some_network(2, 41).log_posteriors(features)) == -(-len(features) // STEP)


def test_sound_shorter_than_a_window_has_no_features():
    assert mfcc(np.zeros(199, np.int16)).shape == (0, CEPSTRA)


def test_the_bundled_models_hear_with_these_features():
    for folder in default_models().values():
        assert (folder / "conf" / "mfcc.conf").read_text() == MFCC_CONF
