"""Callers in line, on Redis: join, leave, move up, ask for the place. Each is one script."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from redis import Redis

from queues.keys import key, signature
from queues.moves import Moves, reaching_redis
from queues.records import plan_from, read_hash, read_hashes, story_from
from routing.overflow import Step
from routing.plan import Priority, RoutePlan


@dataclass(frozen=True, slots=True)
class Joined:
    """The answer to joining."""

    position: int
    """1 is next; 0: an agent's phone is ringing already (only when `already`)."""
    already: bool


@dataclass(frozen=True, slots=True)
class Left:
    """The answer to leaving."""

    waited_ms: int
    rescinded: str | None = None
    """The reservation whose ringing phone must be stopped."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller stands among those who compete for the same agents."""

    position: int
    """1 is next; 0 once offered or accepted."""
    length: int
    """Waiting callers who compete, this one included."""
    joined_ms: int
    state: str
    """waiting, offered, accepted."""


@dataclass(frozen=True, slots=True)
class WaitingCaller:
    """One caller who waits for a person, or has just been given one."""

    call_sid: str
    plan: RoutePlan
    skills: tuple[str, ...]
    """Required now: the plan's, or fewer after waiting long."""
    joined_ms: int
    language: str
    story: tuple[str, ...]
    caller_masked: str
    state: str
    """waiting, offered, accepted."""
    reservation_id: str | None


def _never_relax(plan: RoutePlan) -> tuple[Step, ...]:
    return ()


class Waiting:
    """The lines. `steps` says how a plan's skills relax with waiting: Rules.steps of routing."""

    def __init__(
        self, redis: Redis, steps: Callable[[RoutePlan], tuple[Step, ...]] = _never_relax
    ) -> None:
        self._redis = redis
        self._steps = steps
        self._moves = Moves(redis, "join", "leave", "reprioritise", "place")

    def join(
        self,
        call_sid: str,
        plan: RoutePlan,
        now_ms: int,
        *,
        language: str,
        story: tuple[str, ...],
        caller_masked: str,
    ) -> Joined:
        """Stand in line; joining twice keeps the place and the score."""
        steps = [
            (now_ms + 1000 * step.after_seconds, signature(step.skills))
            for step in self._steps(plan)
        ]
        position, already = self._moves.run(
            "join",
            now_ms,
            call_sid,
            signature(plan.skills),
            plan.priority.boost_seconds,
            _json(steps),
            *("queue", plan.queue),
            *("required", signature(plan.skills)),
            *("priority", _json(plan.priority)),
            *("why", plan.why),
            *("language", language),
            *("story", _json(story)),
            *("caller_masked", caller_masked),
        )
        return Joined(position, bool(already))

    def leave(self, call_sid: str, now_ms: int) -> Left | None:
        """The caller gave up; a pending offer is rescinded in the same move. None: not waiting."""
        left = self._moves.run("leave", now_ms, call_sid)
        return None if left is None else Left(left[0], left[1] or None)

    def reprioritise(self, call_sid: str, priority: Priority, now_ms: int) -> int | None:
        """Give a head start, never a smaller one. The position; None: not waiting."""
        position: int | None = self._moves.run(
            "reprioritise", now_ms, call_sid, priority.boost_seconds, _json(priority)
        )
        return position

    def position(self, call_sid: str) -> Place | None:
        """Where the caller stands; None: not known here."""
        place = self._moves.run("place", 0, call_sid)
        return None if place is None else Place(*place)

    def entry(self, call_sid: str) -> WaitingCaller | None:
        """All that is known about this caller; None: not known here."""
        record = read_hash(self._redis, key(f"caller:{call_sid}"))
        return _caller(record) if record else None

    def all(self) -> list[WaitingCaller]:
        """Everyone who waits or has just been given an agent, longest wait first."""
        with reaching_redis("all callers"):
            sids: list[str] = self._redis.zrange(key("callers"), 0, -1)  # type: ignore[assignment]
        records = read_hashes(self._redis, [key(f"caller:{sid}") for sid in sids])
        return [_caller(record) for record in records if record]


def _caller(record: dict[str, str]) -> WaitingCaller:
    return WaitingCaller(
        call_sid=record["call_sid"],
        plan=plan_from(record, why=record["why"]),
        skills=tuple(filter(None, record["signature"].split(","))),
        joined_ms=int(record["joined_ms"]),
        language=record["language"],
        story=story_from(record),
        caller_masked=record["caller_masked"],
        state=record["state"],
        reservation_id=record.get("reservation"),
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
