"""A small transformer reads an utterance of either language once; any stretch of it can then be
judged in the light of the whole. With numpy only; `dialogue.nlu.train_encoder` makes its weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dialogue.errors import WeightsMissing
from dialogue.nlu.boundaries import Place, peaks
from dialogue.nlu.word_pieces import Pieces, WordPieces

ENCODER_FILES = (
    Path(__file__).with_name("encoder_layers.npz"),
    Path(__file__).with_name("encoder_words.npz"),
)
HEADS = 12
MAX_PIECES = 126
"""Of one utterance; what comes after them is not read."""
MATRICES = ("mix", "mixed", "widen", "narrow")
"""Of a layer: into queries, keys and values; out of attention; the two of the word by itself."""
_LEAST_SPREAD = 1e-12

Floats = NDArray[np.float32]
Table = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the encoder made of one utterance."""

    sums: Floats
    """(pieces + 1, width): the states before each piece, added up."""
    pieces: Pieces
    joints: Floats
    """(words,): the chance that another request begins with the word."""
    judge: tuple[Floats, Floats]

    def logits(self, first: int, last: int) -> Floats:
        """Of the classes for the characters from `first` to before `last`."""
        begin, end = self.pieces.within(first, last)
        mean = (self.sums[end] - self.sums[begin]) / np.float32(end - begin)
        weights, bias = self.judge
        return np.asarray(mean @ weights + bias)

    def places(self) -> list[Place]:
        """Where another request may begin."""
        return peaks(self.pieces.begins[1:], self.joints[1:].tolist())


class Encoder:
    """Reads normalised text; holds no state between calls."""

    def __init__(self, pieces: WordPieces, table: Table, layers: int) -> None:
        self._pieces = pieces
        self._table = table
        self._layers = layers

    @classmethod
    def load(cls, files: Sequence[Path] = ENCODER_FILES) -> "Encoder":
        """The shipped weights; raises WeightsMissing."""
        packed: dict[str, NDArray[Any]] = {}
        for path in files:
            if not path.is_file():
                raise WeightsMissing(path.name, "the file is absent")
            with np.load(path) as data:
                packed |= dict(data)
        names = packed.pop("pieces").tobytes().decode("utf-8").split("\n")
        if len(names) != len(packed["words"]):
            known = f"{len(names)} pieces, {len(packed['words'])} vectors"
            raise WeightsMissing(files[-1].name, known)
        layers = sum(name.endswith("mix") for name in packed)
        return cls(WordPieces(names), unpack(packed), layers)

    def read(self, text: str) -> Heard:
        """A normalised text of one word at least."""
        pieces = self._pieces.read(text, MAX_PIECES)
        states = self._states(np.array(pieces.numbers))
        sums = np.zeros((states.shape[1] + 1, states.shape[0]), dtype=np.float32)
        np.cumsum(states.T, axis=0, out=sums[1:])
        table = self._table
        odds = table["joint"] @ states[:, pieces.starts[:-1]] + table["joint_bias"]
        judge = (table["judge"], table["judge_bias"])
        return Heard(sums, pieces, np.asarray(1 / (1 + np.exp(-odds))), judge)

    def _states(self, numbers: NDArray[np.intp]) -> Floats:
        """(width, pieces): a matrix before few columns is quicker than after few rows."""
        table = self._table
        words = table["words"][numbers] * table["words_step"][numbers, None]
        states = self._level((words + table["places"][: len(numbers)]).T, "start")
        for layer in range(self._layers):
            seen = self._linear(self._attend(states, layer), f"{layer}_mixed")
            states = self._level(states + seen, f"{layer}_level")
            inner = gelu(self._linear(states, f"{layer}_widen"))
            states = self._level(states + self._linear(inner, f"{layer}_narrow"), f"{layer}_last")
        return states

    def _attend(self, states: Floats, layer: int) -> Floats:
        width, length = states.shape
        parts = self._linear(states, f"{layer}_mix").reshape(3, HEADS, width // HEADS, length)
        query, key, value = parts
        scores = key.transpose(0, 2, 1) @ query
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        return np.asarray((value @ shares).reshape(width, length))

    def _linear(self, states: Floats, name: str) -> Floats:
        turned: Floats = self._table[name] @ states
        turned += self._table[f"{name}_bias"][:, None]
        return turned

    def _level(self, states: Floats, name: str) -> Floats:
        """Brought to one mean and spread, then to the trained ones."""
        level: Floats = states - states.mean(axis=0)
        level /= np.sqrt(np.square(level).mean(axis=0) + _LEAST_SPREAD)
        level *= self._table[f"{name}_scale"][:, None]
        level += self._table[f"{name}_bias"][:, None]
        return level


def unpack(packed: Table) -> dict[str, NDArray[Any]]:
    """The matrices out of their bytes; word vectors stay in bytes, as few are used at a time."""
    table = {}
    for name, numbers in packed.items():
        if name.endswith("_step") and name != "words_step":
            continue
        step = packed.get(f"{name}_step")
        if step is None or name == "words":
            table[name] = numbers
        else:
            table[name] = np.multiply(numbers, step[:, None], dtype=np.float32)
    return table


def gelu(values: Floats) -> Floats:
    """The smooth step of the model, by its usual approximation with tanh."""
    inner = values * values
    inner *= np.float32(0.044715)
    inner += np.float32(1)
    inner *= values
    inner *= np.float32(0.7978845608)  # the root of 2 / pi
    np.tanh(inner, out=inner)
    inner += np.float32(1)
    inner *= values
    inner *= np.float32(0.5)
    return inner
