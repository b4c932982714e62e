"""Where in an utterance another request may begin, by the words on both sides: a small logistic
regression that learnt from requests put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

DIMENSION = 1 << 13
FEATURES = 9
"""Of one place."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a text may be cut."""

    at: int
    """Characters from the start."""
    chance: float
    """That another request begins here, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """The trained weights of one language."""

    weights: NDArray[np.float32]
    """(DIMENSION,)."""
    bias: float

    def places(self, text: str, language: str) -> list[Place]:
        """The places of a normalised text that are likelier than the ones beside them."""
        units = units_of(text, language)
        ends = np.cumsum([len(unit) + (language == "en") for unit in units])
        return peaks(ends[:-1].tolist(), self._chances(units))

    def _chances(self, units: Sequence[str]) -> list[float]:
        if len(units) < 2:
            return []
        found = np.array([place_buckets(units, at) for at in range(1, len(units))])
        odds = self.weights[found].sum(axis=1) + self.bias
        chances: list[float] = (1 / (1 + np.exp(-odds))).tolist()
        return chances


def peaks(at: Sequence[int], chances: Sequence[float]) -> list[Place]:
    """The places, given in order, that are likelier than the ones beside them."""
    padded = [0.0, *chances, 0.0]
    return [
        Place(at[n - 1], padded[n])
        for n in range(1, len(padded) - 1)
        if padded[n - 1] < padded[n] >= padded[n + 1]
    ]


def units_of(text: str, language: str) -> list[str]:
    """What a normalised text is cut between: Mandarin characters or English words."""
    return list(text) if language == "zh" else text.split()


def place_buckets(units: Sequence[str], at: int) -> list[int]:
    """FEATURES buckets of the place before `units[at]`: up to three units on either side."""
    left = ["^", "^", "^", *units[:at]][-3:]
    right = [*units[at : at + 3], "$", "$", "$"][:3]
    named = (
        f"l1:{left[2]}",
        f"l2:{left[1]} {left[2]}",
        f"l3:{left[0]} {left[1]} {left[2]}",
        f"r1:{right[0]}",
        f"r2:{right[0]} {right[1]}",
        f"r3:{right[0]} {right[1]} {right[2]}",
        f"x1:{left[2]} {right[0]}",
        f"x2:{left[1]} {left[2]} {right[0]} {right[1]}",
        f"n:{min(at, 5)} {min(len(units) - at, 5)}",
    )
    return [crc32(name.encode()) % DIMENSION for name in named]
