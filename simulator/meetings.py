"""Tells callers when the exchange has put them together with somebody else."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Protocol

_LOOK_SECONDS = 0.2


class Noted(Protocol):
    """One entry of the exchange's journal."""

    @property
    def seq(self) -> int:
        """Rising number."""

    @property
    def kind(self) -> str:
        """What happened."""

    @property
    def call_sid(self) -> str:
        """To whom."""

    def __getitem__(self, name: str) -> Any:
        """A fact by its name."""


class JournalPort(Protocol):
    """What is read of the journal."""

    @property
    def last_seq(self) -> int:
        """Number of the newest entry."""

    def entries(self, kind: str | None = None, *, after: int = 0) -> Sequence[Noted]:
        """Entries newer than `after`."""


class Meetings:
    """Follows the journal; `on_met(call_sid)` is called once for each leg that meets another."""

    def __init__(self, journal: JournalPort, on_met: Callable[[str], None]) -> None:
        self._journal = journal
        self._on_met = on_met
        self._seen = journal.last_seq
        self._rooms: dict[str, set[str]] = {}
        self._met: set[str] = set()

    async def follow(self) -> None:
        """Look until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    def look(self) -> None:
        """Take the news since the last look."""
        for entry in self._journal.entries(after=self._seen):
            self._seen = entry.seq
            if entry.kind == "bridged":
                self._meet({entry.call_sid, str(entry["other"])})
            elif entry.kind in ("participant-join", "participant-leave"):
                self._take_seat(entry)

    def _take_seat(self, entry: Noted) -> None:
        room = self._rooms.setdefault(str(entry["conference"]), set())
        if entry.kind == "participant-leave":
            room.discard(entry.call_sid)
            return
        room.add(entry.call_sid)
        if len(room) > 1:
            self._meet(room)

    def _meet(self, legs: set[str]) -> None:
        for sid in legs - self._met:
            self._met.add(sid)
            self._on_met(sid)
