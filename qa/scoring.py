"""From findings to a score: weighted mean of the answered criteria, band, kill questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from qa.criteria import Criterion, Scorecard
from qa.evidence import Finding, Verdict

PASS_FROM, COACH_FROM = 85.0, 70.0
"""Bands of Calabrio's default form."""

_ANSWERED = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Scored:
    """The judgement of a call."""

    score: float | None
    """0-100 with one decimal; None when nothing was answered."""
    band: str
    """pass, coach, flag, unavailable."""
    flagged: bool
    """Someone should look: flag band, or a failed kill or critical question."""
    critical_score: float | None
    """The critical questions alone, 0-100; None when none was answered."""


def score(scorecard: Scorecard, findings: Sequence[Finding]) -> Scored:
    """Judge; not applicable and not assessed leave both sums, a failed kill question gives 0."""
    criteria = {criterion.id: criterion for criterion in scorecard.criteria}
    answered = [(criteria[f.criterion], f) for f in findings if f.verdict in _ANSWERED]
    lost = [criterion for criterion, finding in answered if finding.verdict is Verdict.FAIL]
    total = 0.0 if any(criterion.kill for criterion in lost) else _mean(answered)
    band = band_of(total)
    return Scored(
        score=total,
        band=band,
        flagged=band == "flag" or any(criterion.critical for criterion in lost),
        critical_score=_mean([pair for pair in answered if pair[0].critical]),
    )


def band_of(total: float | None) -> str:
    """Pass from 85, coach from 70, flag below; unavailable without a score."""
    if total is None:
        return "unavailable"
    if total >= PASS_FROM:
        return "pass"
    return "coach" if total >= COACH_FROM else "flag"


def _mean(answered: Sequence[tuple[Criterion, Finding]]) -> float | None:
    """Sum of weight x points over sum of weight x 1, in percent."""
    if not answered:
        return None
    got = sum(criterion.weight * _points(finding) for criterion, finding in answered)
    return round(100.0 * got / sum(criterion.weight for criterion, _ in answered), 1)


def _points(finding: Finding) -> float:
    points = finding.points
    if points is None or not isfinite(points) or not 0.0 <= points <= 1.0:
        raise ValueError(f"finding {finding.criterion!r} has points {points!r}; 0 to 1 is right")
    return points
