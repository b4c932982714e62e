"""What a judge knows about one finished call, and what a check answers; frozen values, no database.

Every time is in milliseconds of the recording, so that evidence can be played at its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from qa.reasons import Reason


class Verdict(StrEnum):
    """Four answers: only the first two count in a score."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    """The call gave no occasion."""
    NOT_ASSESSED = "not_assessed"
    """There was occasion, but the evidence is too poor to judge a person by."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """The call's row, times turned into the recording's milliseconds."""

    sid: str
    language: str
    outcome: str | None = None
    agent_id: str | None = None
    started_ms: int = 0
    answered_ms: int | None = None
    ended_ms: int | None = None


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How the caller waited; None when the call never queued."""

    joined_ms: int | None = None
    connected_ms: int | None = None
    """When an agent's voice was joined."""
    left_ms: int | None = None
    """When the caller gave up or was connected."""
    announced_ms: tuple[int, ...] = ()
    """Each time that place and expected wait were told."""
    story: str = ""
    """Why the caller was handed over, as the agent saw it."""

    @property
    def waited_seconds(self) -> float | None:
        """Until an agent came or the caller left."""
        if self.joined_ms is None or self.left_ms is None:
            return None
        return max(0.0, (self.left_ms - self.joined_ms) / 1000)


@dataclass(frozen=True, slots=True)
class EventFact:
    """One line of the call's log."""

    kind: str
    at_ms: int
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TurnFact:
    """One exchange with the bot."""

    number: int
    at_ms: int
    heard: str
    intents: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    """Entities: order numbers, amounts and the like."""
    reply: str = ""


@dataclass(frozen=True, slots=True)
class SegmentFact:
    """One stretch of recognised speech in the recording."""

    party: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class CallEvidence:
    """All that a scorecard may look at."""

    call: CallFacts
    queue: QueueFacts = QueueFacts()
    events: tuple[EventFact, ...] = ()
    turns: tuple[TurnFact, ...] = ()
    segments: tuple[SegmentFact, ...] = ()
    """In order of time."""
    longest_silence_seconds: Mapping[str, float] = field(default_factory=dict)
    """By party, measured on the sound."""
    vocabulary: frozenset[str] | None = None
    """Words that the recogniser of this language can hear; None: unknown, taken as all."""

    def with_agent(self, party: str | None = None) -> tuple[SegmentFact, ...]:
        """Speech after the agent was joined, of one party or of both; none without an agent."""
        since = self.queue.connected_ms
        if since is None:
            return ()
        return tuple(
            segment
            for segment in self.segments
            if segment.end_ms > since and party in (None, segment.party)
        )

    def bot_said(self) -> tuple[EventFact, ...]:
        """What the bot said, as written: no recogniser stands between."""
        return tuple(event for event in self.events if event.kind == "turn.bot")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the call that a finding rests on."""

    quote: str
    party: str
    """caller, agent, bot."""
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found."""

    criterion: str
    verdict: Verdict
    points: float | None
    """0-1 of the criterion's weight; None when the verdict does not count."""
    confidence: float
    reason: Reason
    evidence: tuple[Span, ...] = ()
