"""The whole call in a few figures: the worst, the mean, the end, and whether it got better. Pure.

They describe; none is calibrated: there is no corpus of whole calls with a label (MODEL_CARD.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

STEP = 0.15
"""A change of the score smaller than this is no change: half a level."""
HOLDS_SECONDS = 30.0
"""A reading stands for the time until the next one, but not for longer."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One sure reading of a call."""

    seconds: float
    """Since the call began."""
    score: float
    level: int


@dataclass(frozen=True, slots=True)
class Course:
    """How a caller's mood went."""

    peak: Moment
    mean: float
    """Of the score over the time for which the readings stand, 0-1."""
    last: Moment
    direction: str
    """calm, steady, rises, falls: from the first to the last sure reading, seen from the worst."""


def course(moments: Sequence[Moment]) -> Course | None:
    """What became of the mood; None when nothing was sure."""
    if not moments:
        return None
    peak = max(moments, key=lambda moment: (moment.level, moment.score))
    return Course(peak, _mean(moments), moments[-1], _direction(moments, peak))


def _mean(moments: Sequence[Moment]) -> float:
    held = [min(HOLDS_SECONDS, after.seconds - now.seconds) for now, after in pairwise(moments)]
    weights = [max(0.0, seconds) for seconds in held] + [HOLDS_SECONDS]
    total = sum(weights)
    return sum(w * moment.score for w, moment in zip(weights, moments, strict=True)) / total


def _direction(moments: Sequence[Moment], peak: Moment) -> str:
    first, last = moments[0], moments[-1]
    if peak.level == 0:
        return "calm"
    if last.score <= peak.score - STEP:
        return "falls"
    return "rises" if last.score >= first.score + STEP else "steady"
