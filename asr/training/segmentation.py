"""Mandarin text as words: jieba's dictionary with our words added, never a word of its guessing."""

import logging
import warnings
from collections.abc import Iterable, Sequence
from typing import Any

_LONGEST = 4
"""Characters of a word that is taken from jieba's dictionary; longer ones are cut further."""
_DIGITS = frozenset("零一二三四五六七八九幺")


class Segmenter:
    """Cuts sentences; a word of `own` is preferred to its parts."""

    def __init__(self, own: Iterable[str], whole: Sequence[str] = ()) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of jieba's own source, when it is first compiled
            import jieba  # some 100 MB and a second: only while a model is made

        jieba.setLogLevel(logging.ERROR)
        self._own = frozenset(own)
        self._whole = frozenset(whole)
        self._jieba: Any = jieba.Tokenizer()
        for word in sorted(self._own):  # what one weighs depends on those before it
            if len(word) > 1:
                self._jieba.add_word(word)
        for word in self._whole:
            self._jieba.add_word(word, freq=10**7)

    def words(self, text: str) -> list[str]:
        """The words of a piece of text without punctuation."""
        found: list[str] = []
        for word in self._jieba.lcut(text.replace(" ", ""), HMM=False):
            found += [word] if self._stays(word) else list(word)  # numbers are said digit by digit
        return found

    def _stays(self, word: str) -> bool:
        if word in self._whole:
            return True
        return not _DIGITS.issuperset(word) and (word in self._own or len(word) <= _LONGEST)
