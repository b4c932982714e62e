"""bench.word_vectors over a tiny sentence model that is made up here."""

import json
from pathlib import Path

import numpy as np
import pytest

from bench import word_vectors
from dialogue.nlu.word_vectors import DIMENSION

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "parcel", "box", "##es", "late"]


@pytest.fixture(scope="module")
def model_folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    width, chance = word_vectors.WIDTH, np.random.default_rng(1)
    tensors = {
        "embeddings.word_embeddings.weight": (len(PIECES), width),
        "embeddings.position_embeddings.weight": (16, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        **norm("embeddings.LayerNorm"),
    }
    for layer in range(word_vectors.LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            tensors |= linear(f"{name}.attention.{part}", width, width)
        tensors |= linear(f"{name}.intermediate.dense", width, 32)
        tensors |= linear(f"{name}.output.dense", 32, width)
        tensors |= norm(f"{name}.attention.output.LayerNorm") | norm(f"{name}.output.LayerNorm")
    arrays = {n: (chance.standard_normal(s) / 8).astype(np.float32) for n, s in tensors.items()}
    write_safetensors(folder / "model.safetensors", arrays)
    (folder / "vocab.txt").write_text("\n".join(PIECES), encoding="utf-8")
    return folder


def linear(name: str, width_in: int, width_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width_out, width_in), f"{name}.bias": (width_out,)}


def norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (word_vectors.WIDTH,), f"{name}.bias": (word_vectors.WIDTH,)}


def write_safetensors(path: Path, arrays: dict[str, np.ndarray]) -> None:
    head, at = {}, 0
    for name, array in arrays.items():
        offsets = [at, at + array.nbytes]
        head[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": offsets}
        at += array.nbytes
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    data = b"".join(array.tobytes() for array in arrays.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)


def test_a_text_reads_the_same_alone_and_beside_longer_ones(model_folder):
    model = word_vectors.SentenceModel(model_folder)
    together = model.read(["late", "late boxes parcel", "parcel"])
    assert together.shape == (3, word_vectors.WIDTH)
    assert np.abs(together[0] - model.read(["late"])[0]).max() < 1e-5
    assert np.abs(together[0] - together[2]).max() > 1e-4


def test_whole_words_come_in_the_order_of_the_list(model_folder):
    assert word_vectors.SentenceModel(model_folder).whole_words() == ["parcel", "box", "late"]


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


def test_each_gloss_word_is_listed_once_and_is_mandarin():
    words = [
        w for listed in word_vectors.read_glosses(word_vectors.GLOSSES).values() for w in listed
    ]
    assert len(words) == len(set(words))
    assert all(isinstance(word, str) and 1 <= len(word) <= 8 for word in words)
