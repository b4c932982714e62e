"""The board of live calls: what the panels show, read afresh from record, queue and presence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from calls.models import Call
from console.archive import Archive
from console.deps import ConsoleDeps
from console.digest import Digest, digest

MAX_LINES = 4
"""Last lines of the talk on a card."""
MAX_WAITING = 100
MAX_AGENTS = 200
IN_LINE_STATES = ("waiting", "offered")


@dataclass(frozen=True, slots=True)
class Card:
    """A running call."""

    call: Call
    digest: Digest
    agent: str | None

    @property
    def lines(self) -> Sequence[Any]:
        """The end of the talk."""
        return self.digest.lines[-MAX_LINES:]


@dataclass(frozen=True, slots=True)
class InLine:
    """A waiting caller."""

    call_sid: str
    caller: str
    queue: str
    skills: Sequence[str]
    boost_seconds: int
    terms: Sequence[Any]
    joined_at: datetime
    state: str
    order: float
    """Who has the smallest is answered first: time of joining less the head start."""


@dataclass(frozen=True, slots=True)
class AtWork:
    """An agent who is signed in."""

    name: str
    status: str
    state: str
    is_silent: bool
    """The desk has not reported for too long: nothing is offered to it."""


class Board:
    """Builds the three panels."""

    def __init__(self, deps: ConsoleDeps) -> None:
        self._deps = deps
        self._archive = Archive(deps.session_factory)

    def cards(self) -> list[Card]:
        """Calls that are running now, newest first."""
        return self._cards(self._archive.running(self._deps.now()))

    def alerts(self) -> list[Card]:
        """Calls of upset callers that no supervisor has seen yet, the worst first; also ended."""
        told = self._cards(self._archive.alerted(self._deps.now()))
        return sorted(told, key=lambda card: -int((card.digest.alert or {}).get("level") or 0))

    def alert(self, call_sid: str) -> Card | None:
        """The call with this alert, over or not; None when no alert of it is open."""
        call = self._deps.call_log.call(call_sid)
        card = None if call is None else self._card(call)
        return card if card is not None and card.digest.has_open_alert else None

    def card(self, call_sid: str) -> Card | None:
        """One running call; None when it is unknown or over."""
        call = self._deps.call_log.call(call_sid)
        return None if call is None or call.ended_at is not None else self._card(call)

    def waiting(self) -> list[InLine]:
        """Callers in line, in the order in which they will be answered."""
        line = [item for item in self._deps.waiting.all() if item.state in IN_LINE_STATES]
        return sorted(map(_in_line, line), key=lambda one: one.order)[:MAX_WAITING]

    def agents(self) -> list[AtWork]:
        """Agents who are signed in."""
        now_ms = self._deps.now_ms
        return [
            AtWork(agent.name, agent.status, agent.state, agent.is_silent(now_ms))
            for agent in self._deps.presence.all(now_ms)[:MAX_AGENTS]
        ]

    def _cards(self, calls: Sequence[Call]) -> list[Card]:
        events = self._archive.events_of([call.sid for call in calls])
        return [Card(c, digest(events[c.sid]), self._agent_name(c)) for c in calls]

    def _card(self, call: Call) -> Card:
        events = self._deps.call_log.events(call.sid)
        return Card(call, digest(events), self._agent_name(call))

    def _agent_name(self, call: Call) -> str | None:
        agent = self._deps.roster.get(call.agent_id) if call.agent_id else None
        return agent.name if agent else call.agent_id


def _in_line(item: Any) -> InLine:
    boost = item.plan.priority.boost_seconds
    return InLine(
        call_sid=item.call_sid,
        caller=item.caller_masked,
        queue=item.plan.queue,
        skills=item.skills,
        boost_seconds=boost,
        terms=item.plan.priority.terms,
        joined_at=datetime.fromtimestamp(item.joined_ms / 1000, UTC),
        state=item.state,
        order=item.joined_ms / 1000 - boost,
    )
