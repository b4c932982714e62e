import sys
from importlib.util import find_spec

import numpy as np
import pytest

from asr.model_check import verify_model
from asr.model_files import default_models
from asr.training import acoustic_builder
from asr.training.acoustic_builder import run_acoustic
from asr.training.acoustic_network import AcousticNetwork, Affine, NetworkShape
from asr.training.errors import BuildFailed
from asr.training.features import CEPSTRA, mfcc
from asr.training.labels import output_index
from asr.training.ngram import LanguageModelOptions, Sentence, language_model
from asr.training.people import aligned_people
from asr.training.phone_sets import phone_set
from asr.training.speech import SILENCE_NAME, RecordedSpeech

pytest.importorskip("kaldi_native_fbank", reason="needs: make setup-acoustic")


@pytest.mark.skipif(find_spec("torch") is None, reason="needs: make setup-acoustic")
def test_an_acoustic_model_is_made_from_text_and_libvosk_takes_it(tmp_path):
    request = {
        "language": "zh", "folder": str(tmp_path / "work"), "target": str(tmp_path / "model"),
        "sentences": ["我的包裹在哪里", "我要退款"], "utterances": 40, "passes": 1,
    }  # fmt: skip
    told = []
    run_acoustic(request, lambda step, numbers: told.append((step, numbers)))
    assert list(dict(told)) == ["speech", "development", "training", "done"]
    assert 0 <= dict(told)["training"]["right"] <= 1
    (tmp_path / "model" / "graph").symlink_to(default_models()["zh"] / "graph")
    assert verify_model(tmp_path / "model", "zh").rate == 8000


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ('print(\'{"problem": "no room left"}\')', "no room left"),
        ("raise SystemExit('it died')", "it died"),
        ("pass", "before it was done"),
    ],
)
def test_a_process_that_ends_without_a_model_is_told(monkeypatch, code, finding):
    real = acoustic_builder.subprocess.Popen

    def start(command, **options):
        return real([sys.executable, "-c", "import sys; sys.stdin.read()\n" + code], **options)

    monkeypatch.setattr(acoustic_builder.subprocess, "Popen", start)
    with pytest.raises(BuildFailed, match=finding):
        run_acoustic({"language": "zh"}, lambda step, numbers: None)


def loud_or_not():
    """A network that takes loud sound for one phone and quiet for silence."""
    outputs = len(phone_set("en").phones) + 1
    shape = NetworkShape(outputs, width=8, narrow=4, blocks=0, reach=0)
    first = np.zeros((8, CEPSTRA), np.float32)
    first[0, 0] = 1.0
    last = np.zeros((outputs, 8), np.float32)
    heard = output_index(phone_set("en"))["aa"]
    last[heard, 0], last[0, 0] = 1.0, -1.0
    bias = np.full(outputs, -20.0, np.float32)
    bias[heard], bias[0] = -60.0, 60.0
    priors = np.full(outputs, 1 / outputs, np.float32)
    layers = Affine(first, np.zeros(8, np.float32)), Affine(last, bias)
    return AcousticNetwork(shape, layers[0], [], layers[1], priors)


def test_recorded_people_are_laid_in_time_by_a_network():
    dice = np.random.default_rng(2)
    quiet, loud = dice.normal(0, 3, 4000), dice.normal(0, 6000, 4000)
    samples = np.concatenate([quiet, loud, quiet]).astype(np.int16)
    one = RecordedSpeech(samples, [("aa",)], "fsdd/theo")
    network, outputs = loud_or_not(), output_index(phone_set("en"))
    assert mfcc(samples)[:, 0].max() > 60 > mfcc(quiet)[:, 0].mean()
    [found] = aligned_people([one], network, outputs)
    assert [span.phone for span in found.spans] == [SILENCE_NAME, "aa", SILENCE_NAME]
    assert [span.start for span in found.spans[1:]] == pytest.approx([0.5, 1.0], abs=0.04)


def test_rare_rows_of_words_are_forgotten_and_shorter_ones_are_not():
    ids = {"one": 1, "two": 2, "three": 3, "[unk]": 4}
    said = [Sentence(("one", "two", "three"), 1.0)]
    options = LanguageModelOptions(rarest=2.0)
    without = language_model(said, ids, "[unk]", options)
    whole = language_model(said, ids, "[unk]", LanguageModelOptions(rarest=0.5))
    assert len(without.arcs) < len(whole.arcs)
    assert {arc.ilabel for arcs in without.arcs for arc in arcs} == {0, 1, 2, 3, 4}
