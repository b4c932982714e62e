"""A text as the pieces that the encoder knows: Mandarin words, and English ones whole or in their
longest parts.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from dialogue.nlu.mandarin_words import MandarinWords

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
_INSIDE = "##"
"""Before a piece that does not begin a word."""
_HAN = "[一-鿿]+"
_RUNS = re.compile(rf"({_HAN})|[^\s一-鿿]+")
_PARTS = re.compile(r"[a-z0-9]+|[^\sa-z0-9]")
_REMEMBERED = 4096
"""English words whose pieces are kept at hand."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text in numbers of pieces, between start and end."""

    numbers: list[int]
    begins: list[int]
    """The character with which each word begins."""
    starts: list[int]
    """The first piece of each word; last, where the end is."""

    def within(self, first: int, last: int) -> tuple[int, int]:
        """The pieces, one at least, of the words at the characters from `first` to before `last`:
        the first of them and the one after them.
        """
        word = max(0, bisect_right(self.begins, first) - 1)
        after = max(word + 1, bisect_left(self.begins, last))
        begin = self.starts[word]
        return begin, max(self.starts[after], begin + 1)


class WordPieces:
    """Numbers of pieces by word; thread-safe."""

    def __init__(self, pieces: Sequence[str]) -> None:
        """Mandarin words among them stand in order of how common they are."""
        self._numbers = {piece: number for number, piece in enumerate(pieces)}
        self._mandarin = MandarinWords([piece for piece in pieces if is_mandarin(piece)])
        self._start, self._end = self._numbers[START], self._numbers[END]
        self._unknown = self._numbers[UNKNOWN]
        self.of = lru_cache(_REMEMBERED)(self._of)
        """The numbers of an English word's pieces, one at least."""

    def read(self, text: str, most: int) -> Pieces:
        """The first `most` pieces of a normalised text of one word at least."""
        numbers, begins, starts = [self._start], [], []
        for begin, found in self._words(text):
            begins.append(begin)
            starts.append(min(len(numbers), most))
            numbers += found
        numbers = [*numbers[: most + 1], self._end]
        return Pieces(numbers, begins, [*starts, len(numbers) - 1])

    def _words(self, text: str) -> Iterator[tuple[int, Sequence[int]]]:
        """Where each word begins, and its pieces."""
        for run in _RUNS.finditer(text):
            at = run.start()
            if run[1] is None:
                yield at, self.of(run[0])
                continue
            for word in self._mandarin.cut(run[0]):
                yield at, (self._numbers.get(word, self._unknown),)
                at += len(word)

    def _of(self, word: str) -> tuple[int, ...]:
        found = [number for part in _PARTS.findall(word) for number in self._longest(part)]
        return tuple(found) or (self._unknown,)

    def _longest(self, part: str) -> Iterator[int]:
        """The longest known piece from the left, then the longest of the rest."""
        at = 0
        while at < len(part):
            mark = _INSIDE if at else ""
            ends = range(len(part), at, -1)
            end = next((end for end in ends if mark + part[at:end] in self._numbers), None)
            if end is None:
                yield self._unknown
                return
            yield self._numbers[mark + part[at:end]]
            at = end


def is_mandarin(piece: str) -> bool:
    """It is of Han characters."""
    return re.fullmatch(_HAN, piece) is not None


def mandarin_runs(text: str) -> list[str]:
    """The runs of Han characters in a text."""
    return re.findall(_HAN, text)
