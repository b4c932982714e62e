"""What words mean, beyond the examples: a small vector for each of many words, so that a sentence
in words that were never trained on still lies near the sentences that mean the same.
"""

from collections.abc import Container, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.errors import WeightsMissing

DIMENSION = 128
FILES = {lang: Path(__file__).with_name(f"word_vectors_{lang}.npz") for lang in ("zh", "en")}
"""Written by `python -m bench.word_vectors`."""
_LONGEST = 8
"""Characters of a Mandarin word at most."""
_ENDINGS = ("s", "es", "ed", "d", "ing", "ly")
"""Tried off in turn when an English word has no vector of its own."""


class WordVectors:
    """The sum of a text's word vectors as one unit vector; holds no state between calls."""

    def __init__(
        self,
        language: str,
        words: dict[str, int],
        directions: NDArray[np.int8],
        steps: NDArray[np.float16],
    ) -> None:
        self._language = language
        self._words = words
        self._directions = directions
        self._steps = steps
        """Of each word: a common word has a short vector, as it says little."""

    @classmethod
    def load(cls, language: str) -> "WordVectors":
        """The shipped vectors of a language; raises WeightsMissing."""
        path = FILES[language]
        if not path.is_file():
            raise WeightsMissing(path.name, "the file is absent")
        with np.load(path) as data:
            words = data["words"].tobytes().decode("utf-8").split("\n")
            directions, steps = data["directions"], data["steps"]
        if directions.shape != (len(words), DIMENSION) or steps.shape != (len(words),):
            raise WeightsMissing(path.name, f"{len(words)} words but vectors {directions.shape}")
        return cls(language, {word: row for row, word in enumerate(words)}, directions, steps)

    def __len__(self) -> int:
        return len(self._words)

    def meaning(self, text: str) -> NDArray[np.float32]:
        """DIMENSION numbers of a normalised text, of length 1; all zero when no word is known."""
        words = split_words(text, self._language, self._words)
        rows = [self._words[word] for word in words if word in self._words]
        total: NDArray[np.float32] = self._steps[rows].astype(np.float32) @ self._directions[rows]
        length = float(np.linalg.norm(total))
        return total / np.float32(length) if length > 0 else total


def split_words(text: str, language: str, known: Container[str]) -> Iterator[str]:
    """The words of a normalised text; Mandarin ones are those known, the longest first."""
    if language == "en":
        yield from (_stem(word, known) for word in text.replace(",", " ").split())
        return
    at = 0
    while at < len(text):
        sizes = range(min(_LONGEST, len(text) - at), 0, -1)
        size = next((size for size in sizes if text[at : at + size] in known), 0)
        if size:
            yield text[at : at + size]
        at += size or 1


def _stem(word: str, known: Container[str]) -> str:
    """The word, or what is left of it without an ending where only that is known."""
    if word in known:
        return word
    stems = (word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending))
    return next((stem for stem in stems if stem in known), word)
