"""Reads the hashes that the scripts write, and the values packed into them."""

from typing import Any, cast

import msgspec
from redis import Redis

from queues.moves import reaching_redis
from routing.plan import Priority, RoutePlan


def read_hash(redis: Redis, name: str) -> dict[str, str]:
    """One hash; empty when there is none."""
    with reaching_redis(f"read {name}"):
        return cast(dict[str, str], redis.hgetall(name))


def read_hashes(redis: Redis, names: list[str]) -> list[dict[str, str]]:
    """Several hashes in one round trip, an empty one where there is none."""
    with reaching_redis("read hashes"), redis.pipeline(transaction=False) as pipeline:
        for name in names:
            pipeline.hgetall(name)
        return cast(list[dict[str, str]], pipeline.execute())


def from_flat(fields: list[Any]) -> dict[str, str]:
    """A hash as a script returns it: name, value, name, value."""
    return dict(zip(fields[::2], fields[1::2], strict=True))


def plan_from(record: dict[str, str], *, why: str) -> RoutePlan:
    """The plan with which a caller joined, with the head start as it is now."""
    return RoutePlan(
        queue=record["queue"],
        skills=tuple(filter(None, record["required"].split(","))),
        priority=msgspec.json.decode(record["priority"], type=Priority),
        why=why,
    )


def story_from(record: dict[str, str]) -> tuple[str, ...]:
    """What the bot tells the agent."""
    return msgspec.json.decode(record["story"], type=tuple[str, ...])
