"""What a reviewer is told of the caller's mood, beside the score and without touching it.

The readings are of the caller's channel alone; no figure about an agent may rest on them.
"""

from typing import Any

from calls.kinds import Kind
from emotion.course import Course, Moment, course
from qa.criteria import HintRule
from qa.evidence import CallEvidence


def hint(evidence: CallEvidence, rule: HintRule) -> dict[str, Any] | None:
    """The worst mood, when it was, and how it went on; `look`: worth a reviewer's time.

    None where nothing was judged, or the caller refused it.
    """
    told = course([_moment(e.at_ms, e.data) for e in evidence.events if _is_sure(e.kind, e.data)])
    if told is None or told.peak.level == 0:
        return None
    return {
        "level": told.peak.level,
        "score": round(told.peak.score, 3),
        "at_ms": max(0, round(told.peak.seconds * 1000)),
        "direction": told.direction,
        "look": _is_worth_a_look(told, rule),
    }


def _is_worth_a_look(told: Course, rule: HintRule) -> bool:
    unsettled = told.direction != "falls" and told.peak.level >= rule.unsettled_level
    return told.peak.level >= rule.caller_level or unsettled


def _is_sure(kind: str, data: Any) -> bool:
    return kind == Kind.EMOTION and not data.get("abstained")


def _moment(at_ms: int, data: Any) -> Moment:
    score = min(1.0, max(0.0, float(data.get("score") or 0.0)))
    return Moment(at_ms / 1000, score, int(data.get("level") or 0))
