"""Mandarin text cut into words: of all ways, the one that a reader who knows how common each word
is finds likeliest.
"""

from collections.abc import Sequence
from math import log

FIRST_RANK = 2
"""A word's share of speech is about 1 / (its rank + this): Zipf's law."""


class MandarinWords:
    """Words by how common they are; thread-safe."""

    def __init__(self, words: Sequence[str]) -> None:
        """The commonest first."""
        # All shares together are about the logarithm of the number of words.
        total = log(max(1.0, log(len(words) + FIRST_RANK)))
        self._prices = {word: log(rank + FIRST_RANK) + total for rank, word in enumerate(words)}
        self._unknown = 2 * log(len(words) + FIRST_RANK)
        """Price of a character that is no word of ours: two rare ones."""
        self._longest = max(map(len, words), default=1)

    def cut(self, text: str) -> list[str]:
        """The words of a run of characters, in order; an unknown character stands alone."""
        best = [0.0]
        sizes = [0]
        for end in range(1, len(text) + 1):
            price, size = best[-1] + self._prices.get(text[end - 1], self._unknown), 1
            for start in range(end - 2, max(-1, end - self._longest - 1), -1):
                word = self._prices.get(text[start:end])
                if word is not None and best[start] + word < price:
                    price, size = best[start] + word, end - start
            best.append(price)
            sizes.append(size)
        return _words(text, sizes)


def _words(text: str, sizes: Sequence[int]) -> list[str]:
    """From the end, each word by the size that ends there."""
    words = []
    end = len(text)
    while end:
        words.append(text[end - sizes[end] : end])
        end -= sizes[end]
    return words[::-1]


def by_frequency(words: Sequence[str], runs: Sequence[str], rounds: int = 3) -> list[str]:
    """The words, the commonest of the runs of characters first: counted where they are cut so far,
    the longest words first, and counted anew.
    """
    ranked = sorted(words, key=lambda word: (-len(word), word))
    for _ in range(rounds):
        known = MandarinWords(ranked)
        counts = dict.fromkeys(ranked, 0)
        for run in runs:
            for word in known.cut(run):
                if word in counts:
                    counts[word] += 1
        ranked.sort(key=lambda word: -counts[word])
    return ranked
