"""The live feed: a capped Redis stream of call events that browsers and terminals follow."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from redis import Redis
from redis.exceptions import RedisError

from calls.errors import FeedUnavailable

STREAM = "hotline:live"
"""No lifetime: capped at KEPT instead."""

KEPT = 5000
"""Events, about: Redis trims whole blocks. The truth is the SQL event log; this is only news."""

_BATCH = 200
_BEGINNING = "0-0"


class LiveFeed:
    """What happens on all calls, as it happens."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def publish(self, event: dict[str, Any]) -> None:
        """Add an event: {"call_sid", "kind", "at", "data"}."""
        with _reaching("write to"):
            self._redis.xadd(
                STREAM, {"event": msgspec.json.encode(event)}, maxlen=KEPT, approximate=True
            )

    def read(self, after: str = "$", block_ms: int = 2000) -> list[tuple[str, dict[str, Any]]]:
        """Events after an id, waiting up to `block_ms` for the first; `$` means from now on.

        Follow without a gap: start with `last_id()`, then pass the last id you were given.
        """
        with _reaching("read"):
            answer = self._redis.xread(
                {STREAM: after}, count=_BATCH, block=self._patience(block_ms)
            )
        return [_entry(found) for _stream, entries in _pairs(answer) for found in entries]

    def last_id(self) -> str:
        """The id of the newest event; a start for `read` that misses nothing after it."""
        with _reaching("read"):
            newest: Any = self._redis.xrevrange(STREAM, count=1)
        return _text(newest[0][0]) if newest else _BEGINNING

    def tail(self, count: int = 100) -> list[tuple[str, dict[str, Any]]]:
        """The newest events, oldest of them first: what a page shows when it opens."""
        with _reaching("read"):
            newest: Any = self._redis.xrevrange(STREAM, count=count)
        return [_entry(found) for found in reversed(newest)]

    def _patience(self, block_ms: int) -> int:
        """A wait that ends before the client's own socket timeout calls it a failure."""
        limit_s = self._redis.connection_pool.connection_kwargs.get("socket_timeout", 5)
        if limit_s is None:
            return block_ms
        # The server looks for ended waits ten times a second, and may be busy meanwhile.
        return max(1, min(block_ms, int(limit_s * 1000) - 500))


@contextmanager
def _reaching(action: str) -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise FeedUnavailable(action, f"{type(error).__name__}: {error}"[:200]) from error


def _pairs(answer: Any) -> list[tuple[Any, Any]]:
    # RESP3 answers with a mapping, and wraps the entries once more; RESP2 with pairs.
    if isinstance(answer, dict):
        return [(name, entries[0] if entries else []) for name, entries in answer.items()]
    return list(answer or [])


def _entry(found: Any) -> tuple[str, dict[str, Any]]:
    event_id, fields = found
    raw = fields.get("event", fields.get(b"event"))
    event: dict[str, Any] = msgspec.json.decode(raw)
    return _text(event_id), event


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
