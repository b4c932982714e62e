"""The exchange's memory: every webhook, document, callback, stream and refusal, in order."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from simulator.clock import Clock

_KEPT = 20_000
"""Entries kept; a demo day of calls is well below."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, with its facts."""

    seq: int
    at: datetime
    ms: int
    """Milliseconds of exchange time."""
    kind: str
    call_sid: str
    facts: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    def matches(self, wanted: Mapping[str, Any]) -> bool:
        """Whether every wanted fact (or `call_sid`) has exactly this value."""
        known = {"call_sid": self.call_sid, **self.facts}
        return all(known.get(name) == value for name, value in wanted.items())

    def as_json(self) -> dict[str, Any]:
        """A JSON object; facts are plain values."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "ms": self.ms,
            "kind": self.kind,
            "call_sid": self.call_sid,
            **self.facts,
        }


class Journal:
    """Append-only list that can be waited on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[Entry] = []
        self._last = 0
        self._news = asyncio.Event()

    def add(self, kind: str, call_sid: str = "", /, **facts: Any) -> Entry:
        """Write one entry and wake those who wait."""
        self._last += 1
        ms = round(self._clock.seconds() * 1000)
        entry = Entry(self._last, self._clock.now(), ms, kind, call_sid, facts)
        self._entries.append(entry)
        if len(self._entries) > _KEPT:
            del self._entries[: _KEPT // 10]
        self._news.set()
        self._news = asyncio.Event()
        return entry

    def entries(self, kind: str | None = None, *, after: int = 0, **match: Any) -> list[Entry]:
        """Entries in order, newer than `after`, of one kind and with these facts."""
        return [
            entry
            for entry in self._entries
            if entry.seq > after and kind in (None, entry.kind) and entry.matches(match)
        ]

    @property
    def last_seq(self) -> int:
        """Number of the newest entry, for `after`."""
        return self._last

    async def wait_for(self, kind: str, timeout: float, *, after: int = 0, **match: Any) -> Entry:
        """First such entry, past or to come; TimeoutError with what was seen after real seconds."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        looked_at = after
        while True:
            found = self.entries(kind, after=looked_at, **match)
            if found:
                return found[0]
            looked_at = max(after, self._last)
            left = deadline - loop.time()
            if left <= 0:
                raise TimeoutError(self._unseen(kind, timeout, match, after))
            try:
                await asyncio.wait_for(self._news.wait(), left)
            except TimeoutError:
                continue

    def clear(self) -> None:
        """Forget all entries; numbering goes on."""
        self._entries.clear()

    def _unseen(self, kind: str, timeout: float, match: Mapping[str, Any], after: int) -> str:
        tail = [entry.kind for entry in self.entries(after=after)][-12:]
        return f"no {kind!r} with {dict(match)} within {timeout} s; last seen: {tail}"
