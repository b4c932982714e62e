"""Which language was spoken: the same sound heard by both languages' recognisers, compared.

Word confidences tell little: a recogniser is sure of wrong words too. What tells is how much better
its words fit the sound: log likelihood a second. Recognisers differ in how high theirs is anyway,
so where the middle lies is measured for each pair of models and kept beside them.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean, pvariance

from asr.errors import ContrastInvalid
from asr.recognizer import Transcript

FIRST, SECOND = "zh", "en"
"""The languages that are told apart."""
SURE = 0.9
"""Probability from which a caller need not be asked: one in ten of those is expected to be wrong at
worst; the measured share is in asr/models/README.md."""
READINGS = 2
"""Alternatives to ask of a recogniser for its likelihood; the second costs nothing."""
BUNDLED = Path(__file__).parent / "models" / "language.json"
_LEAST_SECONDS = 0.5
"""A shorter sound counts as if it were this long: little sound is little evidence."""


@dataclass(frozen=True, slots=True)
class Told:
    """The likelier language."""

    language: str
    probability: float

    @property
    def sure(self) -> bool:
        """Whether it need not be asked for."""
        return self.probability >= SURE


@dataclass(frozen=True, slots=True)
class Contrast:
    """How two models' likelihoods compare, measured on speech in both languages."""

    middle: float
    """Difference of log likelihoods a second (first language less second) where both languages
    are as likely."""
    scale: float
    """So much more makes the first language e times as likely."""

    @classmethod
    def measured(cls, first: Sequence[float], second: Sequence[float]) -> "Contrast":
        """From differences for speech in the first and in the second language: linear
        discriminant of two normal distributions with one variance and equal shares.
        """
        apart = fmean(first) - fmean(second)
        spread = (pvariance(first) + pvariance(second)) / 2
        return cls(middle=(fmean(first) + fmean(second)) / 2, scale=spread / apart)

    @classmethod
    def load(cls, path: Path = BUNDLED) -> "Contrast":
        """Read a measured one; raises ContrastInvalid."""
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            contrast = cls(float(data["middle"]), float(data["scale"]))
        except (OSError, ValueError, KeyError, TypeError) as problem:
            raise ContrastInvalid(path, f"{type(problem).__name__}: {problem}") from problem
        if not (math.isfinite(contrast.middle) and contrast.scale > 0):
            raise ContrastInvalid(path, f"it says {contrast}")
        return contrast

    def as_json(self) -> dict[str, float]:
        """What `load` reads."""
        return {name: round(value, 3) for name, value in asdict(self).items()}


def difference(heard: Mapping[str, Sequence[Transcript]]) -> float | None:
    """Log likelihood a second in the first language less that in the second; None where neither
    recogniser heard speech.
    """
    if not any(one.spoken_ms for transcripts in heard.values() for one in transcripts):
        return None
    return _fit(heard[FIRST]) - _fit(heard[SECOND])


def tell(heard: Mapping[str, Sequence[Transcript]], contrast: Contrast | None) -> Told:
    """The likelier language of sound heard with alternatives; one language alone is certain.
    Without a contrast nothing is known of how the models compare, and nothing is sure.
    """
    if len(heard) == 1:
        return Told(next(iter(heard)), 1.0)
    found = difference(heard)
    if found is None or contrast is None:
        return Told(FIRST if found is None or found >= 0 else SECOND, 0.5)
    log_odds = (found - contrast.middle) / contrast.scale
    probability = 1 / (1 + math.exp(-min(abs(log_odds), 50.0)))
    return Told(FIRST if log_odds >= 0 else SECOND, probability)


def _fit(transcripts: Sequence[Transcript]) -> float:
    seconds = sum(one.spoken_ms for one in transcripts) / 1000
    return sum(one.score for one in transcripts) / max(_LEAST_SECONDS, seconds)
