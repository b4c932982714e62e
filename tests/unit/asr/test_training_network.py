import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

pytest.importorskip("kaldi_native_fbank", reason="needs: make setup-acoustic")
if find_spec("torch") is None:  # not imported: it must not meet vosk in this process
    pytest.skip("needs: make setup-acoustic", allow_module_level=True)
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny network that learned in a process of its own."""
    script = Path(__file__).with_name("tiny_training.py")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path_factory.mktemp("tiny"))],
        capture_output=True, text=True, timeout=110, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_a_network_learns_which_sound_is_heard(trained):
    assert trained["right"][-1] > 0.7


def test_a_training_tells_how_far_it_is(trained):
    assert trained["done"] == sorted(trained["done"])
    assert trained["done"][-1] == 1.0


def test_the_folded_network_computes_what_was_trained(trained):
    assert trained["folding"] < 1e-3


def test_a_training_that_was_interrupted_ends_with_the_same_network(trained):
    assert trained["resuming"] < 1e-6


def test_a_network_may_be_taken_on_the_way_between_two(trained):
    start, middle, end = zip(trained["from_start"], trained["from_end"], strict=True)
    assert start[0] < 1e-6 < start[1] and end[1] < 1e-6 < end[0]
    assert min(middle) > 1e-3


def test_a_state_of_another_plan_is_refused(trained):
    assert "with another plan" in trained["refused"]
    assert "delete it to begin anew" in trained["refused"]


def test_priors_are_the_shares_of_the_sounds_in_training(trained):
    assert sum(trained["priors"]) == pytest.approx(1.0, abs=1e-5)
    silence, *tones = trained["priors"]
    assert max(tones) < 2 * min(tones)
    assert silence > 0.2
