"""Which language was spoken: the same sound heard by each language's recogniser, compared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from asr.recognizer import Transcript


@dataclass(frozen=True, slots=True)
class Told:
    """The likeliest language."""

    language: str
    probability: float


def tell(heard: Mapping[str, Sequence[Transcript]]) -> Told:
    """The likeliest language of sound that was heard in each; one language alone is certain."""
    fits = {language: _fit(language, transcripts) for language, transcripts in heard.items()}
    best = max(fits, key=lambda language: fits[language])
    total = sum(math.exp(fit - fits[best]) for fit in fits.values())
    return Told(best, 1 / total)


WEIGHT = 0.231
OFFSETS = {"zh": -1.928, "en": 0.0}


def _fit(language: str, transcripts: Sequence[Transcript]) -> float:
    """How well the words fit the sound, as a logarithm: likelihood a second."""
    seconds = max(0.5, sum(one.spoken_ms for one in transcripts) / 1000)
    return WEIGHT * sum(one.score for one in transcripts) / seconds + OFFSETS.get(language, 0.0)
