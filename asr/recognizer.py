"""What every speech recogniser answers to, and what it answers with."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]
"""Mono, 8 kHz, int16, shape (samples,)."""


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; times from the start of the stream."""

    text: str
    start_ms: int
    end_ms: int
    confidence: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """One reading of an utterance."""

    text: str
    probability: float
    """Its share by likelihood among all readings that were looked at."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """A final result: `text` for people (Mandarin without spaces), `words` as recognised."""

    text: str
    words: tuple[Word, ...]
    confidence: float
    """Mean word confidence, 0 when there is no word."""
    language: str
    unknown_ms: int = 0
    """Sound in which something was said that fits no word."""
    alternatives: tuple[Alternative, ...] = ()
    """Readings, likeliest first (`text` is the first); none unless asked for."""
    score: float = 0.0
    """Log likelihood of the likeliest reading over the model's priors; 0 unless alternatives
    were asked for. Only differences between readings of the same sound mean anything."""

    @property
    def spoken_ms(self) -> int:
        """Sound with words, known or not."""
        return self.unknown_ms + sum(word.end_ms - word.start_ms for word in self.words)


class Recognizer(Protocol):
    """One stream of speech; owned by one thread at a time, never shared between calls."""

    def accept(self, pcm: Pcm) -> None:
        """Decode a piece of the utterance; blocks."""

    def interim(self) -> str:
        """The words so far."""

    def finish(self) -> Transcript:
        """Final result of this utterance; the recogniser is ready for the next."""


class SpeechModel(Protocol):
    """A loaded model of one language; shared by all calls of the process."""

    language: str

    def open(self, grammar: tuple[str, ...] | None = None, alternatives: int = 0) -> Recognizer:
        """A recogniser for a call; with a grammar only its words and `[unk]` are heard, with
        `alternatives` so many readings at most are told apart.
        """
