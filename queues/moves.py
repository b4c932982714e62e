"""Runs the queues' Lua scripts: each is one atomic move. The times they share come from keys.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from redis import Redis
from redis.exceptions import BusyLoadingError, ConnectionError, ReadOnlyError, TimeoutError

from queues import keys
from queues.errors import QueueUnavailable

_FOLDER = Path(__file__).with_name("scripts")
_AWAY = (ConnectionError, TimeoutError, BusyLoadingError, ReadOnlyError)


@contextmanager
def reaching_redis(move: str) -> Iterator[None]:
    """Turn "Redis is away" into QueueUnavailable that names the move."""
    try:
        yield
    except _AWAY as error:
        raise QueueUnavailable(move, str(error) or type(error).__name__) from error


class Moves:
    """The scripts of these names, ready to run on this Redis."""

    def __init__(self, redis: Redis, *names: str) -> None:
        shared = _constants() + _text("shared")
        self._scripts = {name: redis.register_script(shared + _text(name)) for name in names}

    def run(self, name: str, now_ms: int, *args: str | int) -> Any:
        """One move at this time; None where the script answers nil."""
        with reaching_redis(name):
            return self._scripts[name](keys=[keys.ROOT], args=[now_ms, *args])


def _constants() -> str:
    names = (
        *("HEARTBEAT_TTL_MS", "MAX_CALL_MS", "FORGET_AFTER_MS", "ENDED_TTL_MS"),
        "HANDLED_KEPT",
    )
    return "".join(f"local {name} = {getattr(keys, name)}\n" for name in names)


def _text(name: str) -> str:
    return (_FOLDER / f"{name}.lua").read_text(encoding="utf-8")
