"""What the training corpus says: the hotline's sentences, digits, and words that it never uses.

Words of no meaning to the hotline teach sounds in every company, so that a word may be added to
the vocabulary later, and that other talk is told from ours.
"""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from asr.training.speech_text_other import OTHER_WORDS

_DIGITS = {
    "en": ("zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "zh": tuple("零一二三四五六七八九幺"),
}
_MOST_DIGITS = 12
_REPEATED_SHARE = 0.15
"""Of English digits: said as "double" or "triple"."""
_GROUPED_SHARE = 0.3
"""Of digit strings: with pauses, as people read a number from a paper."""
_PAUSE_SHARE = 0.12
"""Of English sentences: with a pause inside."""


@dataclass(frozen=True, slots=True)
class SpeechTexts:
    """One language's own sentences and words; `say` draws from them and from all the rest."""

    language: str
    sentences: tuple[str, ...]
    """Spoken pieces: no punctuation, no numerals."""
    words: tuple[str, ...]


def speech_texts(language: str, sentences: Iterable[str], words: Iterable[str]) -> SpeechTexts:
    """Each text once."""
    return SpeechTexts(
        language, tuple(dict.fromkeys(filter(None, sentences))), tuple(dict.fromkeys(words))
    )


def draw_text(texts: SpeechTexts, dice: random.Random) -> str:
    """One utterance as espeak-ng and flite read it: commas are pauses."""
    [kind] = dice.choices(list(_KINDS), list(_KINDS.values()))
    return kind(texts, dice)


def _sentence(texts: SpeechTexts, dice: random.Random) -> str:
    text = dice.choice(texts.sentences)
    words = text.split()
    if texts.language == "en" and len(words) > 2 and dice.random() < _PAUSE_SHARE:
        words[dice.randrange(len(words) - 1)] += ","
    return " ".join(words)


def _two_sentences(texts: SpeechTexts, dice: random.Random) -> str:
    first, second = dice.choice(texts.sentences), dice.choice(texts.sentences)
    return f"{first}{dice.choice((', ', ' ', ' '))}{second}"


def _digits(texts: SpeechTexts, dice: random.Random) -> str:
    digits = [dice.choice(_DIGITS[texts.language]) for _ in range(dice.randint(1, _MOST_DIGITS))]
    if texts.language == "en":
        digits = [_repeated(digit, dice) for digit in digits]
    if dice.random() < _GROUPED_SHARE:
        size = dice.randint(2, 5)
        digits = [d + "," if n % size == 0 else d for n, d in enumerate(digits, start=1)]
    return (" " if texts.language == "en" else "").join(digits).rstrip(",")


def _repeated(digit: str, dice: random.Random) -> str:
    if dice.random() >= _REPEATED_SHARE:
        return digit
    return f"{dice.choice(('double', 'double', 'triple'))} {digit}"


def _known_words(texts: SpeechTexts, dice: random.Random) -> str:
    return _row([dice.choice(texts.words) for _ in range(dice.randint(1, 6))], texts)


def _other_words(texts: SpeechTexts, dice: random.Random) -> str:
    make = OTHER_WORDS[texts.language]
    return _row([make(dice) for _ in range(dice.randint(1, 7))], texts)


def _row(words: list[str], texts: SpeechTexts) -> str:
    return (" " if texts.language == "en" else "").join(words)


_KINDS: dict[Callable[[SpeechTexts, random.Random], str], float] = {
    _sentence: 0.36, _two_sentences: 0.09, _digits: 0.16, _known_words: 0.15, _other_words: 0.24,
}  # fmt: skip
"""Shares of utterances."""
