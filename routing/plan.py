"""Where a caller goes and why: the values that routing decides and queues remember."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class PriorityTerm:
    """One reason for a head start."""

    name: str
    """vip, promise, repeat, emotion."""
    seconds: int
    reason: str
    """In English, for logs."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What the reason says, for a page in any language: level, calls, would_be, reasons."""


@dataclass(frozen=True, slots=True)
class Priority:
    """Head start in seconds: the capped sum of its terms (cap 300, emotion at most 120)."""

    terms: tuple[PriorityTerm, ...]
    boost_seconds: int


@dataclass(frozen=True, slots=True)
class RoutePlan:
    """The queue, the skills an agent must have, the head start, and a sentence that explains it."""

    queue: str
    skills: tuple[str, ...]
    """Required, sorted; languages are skills (lang_zh, lang_en). At most three."""
    priority: Priority
    why: str
