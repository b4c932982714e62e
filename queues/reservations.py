"""Offers of one caller to one agent with a deadline: accepted and completed, or back in line.

Reserving is one script, so any number of processes may do it at once (field C45, C48).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast
from uuid import uuid4

from redis import Redis

from queues.keys import key, signature
from queues.moves import Moves, reaching_redis
from queues.records import from_flat, plan_from, read_hash, story_from
from routing.plan import RoutePlan

HEADS_PER_IDLE_AGENT = 25
"""Walk the lines while there are at most so many for each idle agent, else the agents' skills: an
agent with five skills can serve 25 lines of at most three (both walks cost 5-6 us a line)."""

_OUTCOMES = {
    # outcome -> (state of the reservation, the agent's new status)
    "rejected": ("rejected", "break"),
    "timed_out": ("timed_out", "break"),
    "busy": ("rejected", "break"),
    "failed": ("rescinded", ""),  # our fault or the provider's: the agent stays available
}


@dataclass(frozen=True, slots=True)
class Reservation:
    """One offer."""

    id: str
    call_sid: str
    agent_id: str
    agent_name: str
    endpoint: str
    """Where the agent's phone rings."""
    state: str
    """pending, accepted, rejected, timed_out, rescinded, completed."""
    outcome: str
    """Why it ended: abandoned, rejected, timed_out, busy, failed, completed, agent_lost,
    longest_call; empty before."""
    plan: RoutePlan
    joined_ms: int
    created_ms: int
    lease_ms: int
    """Until when the agent may accept."""
    language: str
    story: tuple[str, ...]
    required: tuple[str, ...]
    """Skills that the caller needed at that moment."""
    idle_seconds: int
    """How long the agent had been idle."""

    @property
    def waited_seconds(self) -> int:
        """How long the caller had been in line."""
        return (self.created_ms - self.joined_ms) // 1000

    @property
    def why(self) -> str:
        """Why this agent and this caller, in English; other readers get the values."""
        skills = " and ".join(self.required) or "any skill"
        return (
            f"first in line of those who can be served (waited {self.waited_seconds} s); "
            f"{self.agent_name} is idle longest ({self.idle_seconds} s) of the agents with {skills}"
        )


@dataclass(frozen=True, slots=True)
class Swept:
    """What time alone brought about."""

    timed_out: tuple[Reservation, ...] = ()
    wrapped_up: tuple[str, ...] = ()
    """Agents whose wrap-up is over."""
    silent: tuple[str, ...] = ()
    """Agents who are offered nothing until their desk reports again."""
    relaxed: tuple[str, ...] = ()
    """Calls that now require fewer skills."""


class Reservations:
    """The offers."""

    def __init__(self, redis: Redis, *, heads_per_idle_agent: int = HEADS_PER_IDLE_AGENT) -> None:
        self._redis = redis
        self._heads = heads_per_idle_agent
        self._moves = Moves(redis, "reserve", "accept", "release", "complete", "requeue", "sweep")

    def reserve_next(self, now_ms: int, lease_ms: int) -> Reservation | None:
        """Pair the best caller who can be served with the longest-idle fit agent; None: no pair."""
        fields = self._moves.run("reserve", now_ms, f"RV{uuid4().hex}", lease_ms, self._heads)
        return _reservation(from_flat(fields)) if fields else None

    def get(self, reservation_id: str) -> Reservation | None:
        """The offer as it is now; None an hour after it ended."""
        record = read_hash(self._redis, key(f"reservation:{reservation_id}"))
        return _reservation(record) if record else None

    def accept(self, reservation_id: str, now_ms: int) -> bool:
        """The agent answered. False: expired, rescinded, or another process got there first."""
        return self._moves.run("accept", now_ms, reservation_id, uuid4().hex) is not None

    def release(self, reservation_id: str, outcome: str, now_ms: int) -> bool:
        """The offer came to nothing (rejected, timed_out, busy, failed); the place is kept."""
        if outcome not in _OUTCOMES:
            raise ValueError(f"outcome {outcome!r} is not one of {', '.join(_OUTCOMES)}")
        state, status = _OUTCOMES[outcome]
        return (
            self._moves.run("release", now_ms, reservation_id, state, outcome, status) is not None
        )

    def complete(self, reservation_id: str, now_ms: int, wrap_up_ms: int = 15_000) -> bool:
        """The conversation is over: the caller is forgotten, the agent wraps up."""
        # False: not accepted, or ended before
        return self._moves.run("complete", now_ms, reservation_id, wrap_up_ms) is not None

    def handle_seconds(self, skills: Iterable[str]) -> list[float]:
        """How long the last calls that asked for these skills took, talk and wrap-up."""
        with reaching_redis("recent calls"):
            took = self._redis.lrange(key(f"handled:{signature(tuple(skills))}"), 0, -1)
        return [int(ms) / 1000 for ms in cast(list[str], took)]

    def requeue(self, reservation_id: str, now_ms: int) -> bool:
        """The agent was lost in mid-call: the caller is in line again as of the first joining."""
        return self._moves.run("requeue", now_ms, reservation_id) is not None

    def sweep(self, now_ms: int) -> Swept:
        """Do what is due; any process may, at any time, and each thing happens once."""
        timed_out, wrapped_up, silent, relaxed = self._moves.run("sweep", now_ms)
        ended = (self.get(reservation_id) for reservation_id in timed_out)
        return Swept(
            tuple(reservation for reservation in ended if reservation),
            tuple(wrapped_up),
            tuple(silent),
            tuple(relaxed),
        )


def _reservation(record: dict[str, str]) -> Reservation:
    return Reservation(
        id=record["id"],
        call_sid=record["call_sid"],
        agent_id=record["agent_id"],
        agent_name=record["agent_name"],
        endpoint=record["endpoint"],
        state=record["state"],
        outcome=record["outcome"],
        plan=plan_from(record, why=record["plan_why"]),
        joined_ms=int(record["joined_ms"]),
        created_ms=int(record["created_ms"]),
        lease_ms=int(record["lease_ms"]),
        language=record["language"],
        story=story_from(record),
        required=tuple(filter(None, record["signature"].split(","))),
        idle_seconds=(int(record["created_ms"]) - int(record["idle_since"])) // 1000,
    )
