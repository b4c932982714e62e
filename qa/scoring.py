"""From findings to a score: weighted mean of the answered criteria, band, kill questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from qa.criteria import Criterion, Scorecard
from qa.evidence import CallEvidence, Finding, Verdict

PASS_FROM, COACH_FROM = 85.0, 70.0
"""Bands of Calabrio's default form."""

TOO_SHORT = "too_short"
"""Band of a call that gave nothing to judge; it has no score and counts in no average."""
_HUNG_UP = {"caller_left", "abandoned"}

_ANSWERED = (Verdict.PASS, Verdict.FAIL)


@dataclass(frozen=True, slots=True)
class Scored:
    """The judgement of a call."""

    score: float | None
    """0-100 with one decimal; None when nothing was answered."""
    band: str
    """pass, coach, flag, unavailable, too_short."""
    flagged: bool
    """Someone should look: flag band, or a failed kill or critical question."""
    critical_score: float | None
    """The critical questions alone, 0-100; None when none was answered."""


def is_too_short(evidence: CallEvidence, shortest_seconds: float) -> bool:
    """Whether the caller hung up so soon, and without a word, that nothing can be judged."""
    call = evidence.call
    if call.outcome not in _HUNG_UP or call.ended_ms is None:
        return False
    since = call.started_ms if call.answered_ms is None else call.answered_ms
    spoke = any(turn.heard for turn in evidence.turns) or any(
        segment.party == "caller" and segment.text for segment in evidence.segments
    )
    return not spoke and call.ended_ms - since < shortest_seconds * 1000


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
