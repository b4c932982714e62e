"""Speech whose sounds are known in time: what an acoustic model is trained on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SILENCE_NAME = "SIL"
"""How a span names silence and every noise that is no speech."""


@dataclass(frozen=True, slots=True)
class Span:
    """One phone of the language's phone set, or silence; seconds from the start of the samples."""

    phone: str
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class AlignedSpeech:
    """An utterance at 8 kHz, mono, and its spans in order without gaps."""

    samples: NDArray[np.int16]
    spans: Sequence[Span]
    voice: str
    """Who speaks: the synthesizer's voice, or a recording's speaker."""


@dataclass(frozen=True, slots=True)
class RecordedSpeech:
    """An utterance of a person, 8 kHz, mono: the phones are known, their times are not."""

    samples: NDArray[np.int16]
    readings: Sequence[Sequence[str]]
    """Each way in which the words may have been pronounced, in phones of the language."""
    voice: str
