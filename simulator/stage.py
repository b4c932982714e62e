"""What the people of one playing story share: who waits, who was answered, and the reports."""

import asyncio
from dataclasses import asdict, dataclass, field
from typing import Any

from simulator.steps import Step


class StoryBroken(Exception):
    """A step could not be done; the sentence goes into the story's failures."""

    retryable = False


@dataclass(slots=True)
class StepReport:
    """What happened in one step; times in ms of the host's monotonic clock, 0 where none."""

    place: str
    kind: str
    text: str = ""
    temper: str = ""
    started_ms: int = 0
    ended_ms: int = 0
    voice_started_ms: int = 0
    voice_ended_ms: int = 0
    reply_heard_ms: int = 0
    """First voiced frame of the other side after our last word."""
    latency_ms: int | None = None
    """From our last word to the first voiced frame of the reply, at our own ear."""
    bot_kept_talking_ms: int | None = None
    """How long the other side went on after we interrupted it."""
    problem: str = ""

    @classmethod
    def of(cls, step: Step, now_ms: int, text: str | None = None) -> "StepReport":
        """A report of a step that begins now."""
        spoken = step.text if text is None else text
        return cls(step.place, step.kind.value, spoken, step.temper.value, now_ms)


@dataclass(slots=True)
class CallReport:
    """What one person lived through."""

    name: str
    state: str = "waiting"
    """waiting, running, done or failed."""
    call_sid: str = ""
    ended_reason: str = ""
    steps: list[StepReport] = field(default_factory=list)
    problem: str = ""
    sound: str = ""
    """File with what was heard, if kept."""

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


class Stage:
    """Moments of callers that agents wait for."""

    def __init__(self, callers: list[str]) -> None:
        self.waiting = {name: asyncio.Event() for name in callers}
        """Set when the caller begins to wait for a person."""
        self.answered = {name: asyncio.Event() for name in callers}
        """Set when the caller heard a person."""
