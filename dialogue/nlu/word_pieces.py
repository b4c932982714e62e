"""English words as the pieces that a sentence model knows: whole words, or their longest parts."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_INSIDE = "##"
"""Before a piece that does not begin a word."""
_PARTS = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_REMEMBERED = 4096
"""Words whose pieces are kept at hand."""


class WordPieces:
    """Numbers of pieces by word; thread-safe."""

    def __init__(self, pieces: Sequence[str]) -> None:
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self.start, self.end = self._numbers[START], self._numbers[END]
        self.of = lru_cache(_REMEMBERED)(self._of)
        """The numbers of a word's pieces, one at least."""

    def numbered(self, words: Sequence[str], most: int) -> tuple[list[int], list[int]]:
        """The pieces of words between start and end, `most` of them, and where each word begins;
        last, where the end is.
        """
        numbers, starts = [self.start], []
        for word in words:
            starts.append(min(len(numbers), most))
            numbers += self.of(word)
        numbers = numbers[: most + 1]
        return [*numbers, self.end], [*starts, len(numbers)]

    def _of(self, word: str) -> tuple[int, ...]:
        found = [number for part in _PARTS.findall(word) for number in self._longest(part)]
        return tuple(found) or (self._numbers[UNKNOWN],)

    def _longest(self, part: str) -> Iterator[int]:
        """The longest known piece from the left, then the longest of the rest."""
        at = 0
        while at < len(part):
            mark = _INSIDE if at else ""
            ends = range(len(part), at, -1)
            end = next((end for end in ends if mark + part[at:end] in self._numbers), None)
            if end is None:
                yield self._numbers[UNKNOWN]
                return
            yield self._numbers[mark + part[at:end]]
            at = end
