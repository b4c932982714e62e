"""Agents at their desks, on Redis: the status they chose, the state that we observe, a heartbeat.

Status and state are two axes: an agent may choose a break while on a call, and gets no next one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec
from redis import Redis

from queues.keys import HEARTBEAT_TTL_MS, key, signature
from queues.moves import Moves, reaching_redis
from queues.records import read_hash, read_hashes
from routing.skills import is_skill_id

STATUSES = ("available", "break", "logged_out")


@dataclass(frozen=True, slots=True)
class AgentPresence:
    """One agent now."""

    agent_id: str
    name: str
    skills: Mapping[str, int]
    """Skill id -> level 1-5."""
    endpoint: str
    status: str
    """Chosen: available, break, logged_out."""
    state: str
    """Observed: idle, reserved, on_call, wrapping."""
    since_ms: int
    """When the state began."""
    seen_ms: int
    """Last heartbeat."""
    reservation_id: str | None
    wrap_until_ms: int | None

    def is_silent(self, now_ms: int) -> bool:
        """True after 45 s without a heartbeat: nothing is offered."""
        return now_ms - self.seen_ms >= HEARTBEAT_TTL_MS


class Presence:
    """Who sits at a desk."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._moves = Moves(
            redis, "sign_in", "set_status", "heartbeat", "wrap_up_done", "qualified"
        )

    def sign_in(
        self, agent_id: str, name: str, skills: Mapping[str, int], endpoint: str, now_ms: int
    ) -> None:
        """Open the desk; the agent is on a break until set_status says available."""
        for skill in skills:
            if not is_skill_id(skill):
                raise ValueError(
                    f"agent {agent_id!r} has the skill {skill!r}; see routing/skills.py"
                )
        held = signature(tuple(skill for skill, level in skills.items() if level > 0))
        levels = msgspec.json.encode(dict(skills)).decode()
        self._moves.run("sign_in", now_ms, agent_id, name, held, levels, endpoint)

    def set_status(self, agent_id: str, status: str, now_ms: int) -> bool:
        """What the agent chose; False: not signed in. Counts as a heartbeat unless logged_out."""
        if status not in STATUSES:
            raise ValueError(f"status {status!r} is not one of {', '.join(STATUSES)}")
        return self._moves.run("set_status", now_ms, agent_id, status) is not None

    def heartbeat(self, agent_id: str, now_ms: int) -> bool:
        """The desk is still there (every 15 s); False: not signed in."""
        return self._moves.run("heartbeat", now_ms, agent_id) is not None

    def wrap_up_done(self, agent_id: str, now_ms: int) -> bool:
        """Ready before the wrap-up's time was over; False: was not wrapping up."""
        return self._moves.run("wrap_up_done", now_ms, agent_id) is not None

    def qualified(self, skills: Iterable[str], now_ms: int) -> int:
        """Available agents with all these skills, busy ones included: for the expected wait."""
        count: int = self._moves.run("qualified", now_ms, signature(tuple(skills)))
        return count

    def get(self, agent_id: str) -> AgentPresence | None:
        """One agent; None: not signed in within the last day."""
        record = read_hash(self._redis, key(f"agent:{agent_id}"))
        return _presence(record) if record else None

    def all(self, now_ms: int) -> list[AgentPresence]:
        """Everyone who signed in and has not logged out, silent desks included, by name."""
        with reaching_redis("all agents"):
            ids: list[str] = self._redis.zrange(key("agents"), 0, -1)  # type: ignore[assignment]
        records = read_hashes(self._redis, [key(f"agent:{agent_id}") for agent_id in ids])
        agents = [_presence(record) for record in records if record]
        return sorted(
            (agent for agent in agents if agent.status != "logged_out"), key=lambda a: a.name
        )


def _presence(record: dict[str, str]) -> AgentPresence:
    wrap_until = record.get("wrap_until")
    return AgentPresence(
        agent_id=record["id"],
        name=record["name"],
        skills=msgspec.json.decode(record["levels"], type=dict[str, int]),
        endpoint=record["endpoint"],
        status=record["status"],
        state=record["state"],
        since_ms=int(record["since"]),
        seen_ms=int(record["seen_ms"]),
        reservation_id=record.get("reservation"),
        wrap_until_ms=int(wrap_until) if wrap_until else None,
    )
