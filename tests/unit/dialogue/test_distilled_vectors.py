"""bench.word_vectors over a tiny sentence model that is made up here."""

from pathlib import Path

import numpy as np
import pytest

from bench import word_vectors
from dialogue.nlu.word_vectors import DIMENSION
from tests.fakes.sentence_model import make_sentence_model


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory) -> Path:
    return make_sentence_model(tmp_path_factory.mktemp("model"), word_vectors.WIDTH)


def test_a_text_reads_the_same_alone_and_beside_longer_ones(model_folder):
    model = word_vectors.SentenceModel(model_folder)
    together = model.read(["late", "late boxes parcel", "parcel"])
    assert together.shape == (3, word_vectors.WIDTH)
    assert np.abs(together[0] - model.read(["late"])[0]).max() < 1e-5
    assert np.abs(together[0] - together[2]).max() > 1e-4


def test_whole_words_come_in_the_order_of_the_list(model_folder):
    words = word_vectors.SentenceModel(model_folder).whole_words()
    assert [word for word in words if len(word) > 3] == ["parcel", "late", "where", "refund"]


def test_common_words_are_short():
    common, rare = word_vectors.lengths([0.1, 0.0001])[:, 0]
    assert common < 0.1 < 0.9 < rare


def test_what_is_written_is_near_what_was_meant(tmp_path):
    vectors = np.random.default_rng(2).standard_normal((3, DIMENSION)).astype(np.float32)
    word_vectors.write(tmp_path / "v.npz", ["one", "two", "three"], vectors)
    with np.load(tmp_path / "v.npz") as data:
        read = data["directions"] * data["steps"].astype(np.float32)[:, None]
        assert data["words"].tobytes() == b"one\ntwo\nthree"
    assert np.abs(read - vectors).max() < 0.03
