import numpy as np
import pytest

from dialogue.errors import WeightsMissing
from dialogue.nlu import word_vectors
from dialogue.nlu.word_vectors import DIMENSION, WordVectors, split_words


@pytest.fixture(scope="module")
def english() -> WordVectors:
    return WordVectors.load("en")


@pytest.fixture(scope="module")
def mandarin() -> WordVectors:
    return WordVectors.load("zh")


def likeness(vectors: WordVectors, one: str, other: str) -> float:
    return float(vectors.meaning(one) @ vectors.meaning(other))


def test_words_of_one_meaning_lie_near_each_other(english, mandarin):
    assert likeness(english, "parcel", "package") > likeness(english, "parcel", "password") + 0.2
    assert likeness(english, "spoiled milk", "rotten eggs") > likeness(
        english, "spoiled milk", "forgot my password"
    )
    assert likeness(mandarin, "车厘子发霉", "草莓长毛") > likeness(
        mandarin, "车厘子发霉", "密码忘记"
    )


def test_a_meaning_has_length_one_and_an_unknown_text_has_none(english, mandarin):
    assert np.linalg.norm(english.meaning("where is my parcel")) == pytest.approx(1, abs=1e-4)
    assert np.linalg.norm(mandarin.meaning("我的快递")) == pytest.approx(1, abs=1e-4)
    for vectors in (english, mandarin):
        assert not vectors.meaning("xqzvw").any()
        assert vectors.meaning("").shape == (DIMENSION,)


def test_an_ending_is_taken_off_a_word_that_is_unknown_with_it():
    assert list(split_words("unboxing kettles", "en", {"unbox", "kettle"})) == ["unbox", "kettle"]


def test_the_longest_mandarin_word_wins_and_unknown_characters_are_passed():
    assert list(split_words("我的快递员,来了", "zh", {"快递", "快递员", "来"})) == ["快递员", "来"]


def test_a_file_that_is_absent_or_does_not_fit_is_named(tmp_path, monkeypatch):
    path = tmp_path / "word_vectors_en.npz"
    monkeypatch.setitem(word_vectors.FILES, "en", path)
    with pytest.raises(WeightsMissing, match="absent"):
        WordVectors.load("en")
    np.savez(
        path,
        words=np.frombuffer(b"one\ntwo", dtype=np.uint8),
        directions=np.zeros((1, DIMENSION), np.int8),
        steps=np.zeros(2, np.float16),
    )
    with pytest.raises(WeightsMissing, match="2 words"):
        WordVectors.load("en")
