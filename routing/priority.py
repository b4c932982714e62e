"""How much of a head start a caller gets, and why: an ageing queue in which every term is seconds.

The order is waited seconds + min(cap, vip + promise + repeat + emotion), so a caller can be
overtaken only by callers who came less than the cap later: the bounded relative of the
accumulating priority queue (Kleinrock 1964).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from routing.plan import Priority, PriorityTerm


class Why(Protocol):
    """What priority needs of emotion.reasons.Reason; as a string it is an English sentence."""

    @property
    def code(self) -> str:
        """Which reason."""

    @property
    def values(self) -> dict[str, Any]:
        """Its numbers and words."""


class Feeling(Protocol):
    """What priority needs of emotion.labels.EmotionReading; neighbours do not import each other."""

    @property
    def level(self) -> int:
        """0 calm ... 3 furious."""

    @property
    def reasons(self) -> Sequence[Why]:
        """What it rests on."""

    @property
    def abstained(self) -> bool:
        """Too little to judge; nothing may act on it."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Seconds of head start for each reason; `routing/queues.yaml` may give others."""

    vip: Mapping[str, int] = field(default_factory=lambda: {"silver": 30, "gold": 60, "black": 120})
    """By member level; a level that is not named gets none."""
    promise: int = 60
    repeat: int = 30
    """For each earlier call about the same matter."""
    repeat_at_most: int = 90
    emotion: Mapping[int, int] = field(default_factory=lambda: {2: 60, 3: 120})
    """By emotion level; one annoyed word (level 1) moves nobody."""
    emotion_at_most: int = 120
    cap: int = 300


DEFAULT_WEIGHTS = Weights()


def priority(
    *,
    member_level: str,
    emotion: Feeling | None,
    emotion_active: bool,
    repeat_calls: int,
    promised: bool,
    weights: Weights = DEFAULT_WEIGHTS,
) -> Priority:
    """The capped head start with its terms; a term of 0 s is listed only when it says "shadow"."""
    candidates = (
        _vip(member_level, weights),
        _promise(promised, weights),
        _repeat(repeat_calls, weights),
        _emotion(emotion, emotion_active, weights),
    )
    terms = tuple(term for term in candidates if term is not None)
    return Priority(terms, min(weights.cap, sum(term.seconds for term in terms)))


def _vip(member_level: str, weights: Weights) -> PriorityTerm | None:
    seconds = weights.vip.get(member_level, 0)
    if not seconds:
        return None
    return PriorityTerm("vip", seconds, f"{member_level} member", {"member_level": member_level})


def _promise(promised: bool, weights: Weights) -> PriorityTerm | None:
    if not promised or not weights.promise:
        return None
    return PriorityTerm("promise", weights.promise, "we promised to get back to this caller")


def _repeat(calls: int, weights: Weights) -> PriorityTerm | None:
    seconds = min(weights.repeat_at_most, weights.repeat * max(0, calls))
    if not seconds:
        return None
    reason = f"{calls} earlier call(s) about the same matter"
    return PriorityTerm("repeat", seconds, reason, {"calls": calls})


def _emotion(feeling: Feeling | None, active: bool, weights: Weights) -> PriorityTerm | None:
    if feeling is None or feeling.abstained:
        return None
    seconds = min(weights.emotion_at_most, weights.emotion.get(feeling.level, 0))
    if not seconds:
        return None
    reason = f"emotion level {feeling.level}"
    if feeling.reasons:
        reason += ": " + "; ".join(map(str, feeling.reasons))
    whys = [{"code": why.code, "values": why.values} for why in feeling.reasons]
    facts: dict[str, Any] = {"level": feeling.level, "reasons": whys}
    if active:
        return PriorityTerm("emotion", seconds, reason, facts)
    shadow = f"shadow, would be {seconds} s: {reason}"
    return PriorityTerm("emotion", 0, shadow, {**facts, "would_be": seconds})
