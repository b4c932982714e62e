"""One party's line: its state, its keys, and the 20 ms clock that carries sound both ways."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from audio.frames import FRAME_BYTES, FRAME_MS
from audio.mulaw import SILENCE
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.party import Party
from simulator.signing import new_sid
from simulator.sound import Ear, Tap

_FRAME_SECONDS = FRAME_MS / 1000
_CATCH_UP_FRAMES = 5
"""A late clock makes up for at most this many frames at once; the rest of the gap is skipped."""

_KEYS = frozenset("0123456789*#ABCD")


class Leg:
    """One call in Twilio's sense: a CallSid, a party, and what it is plugged into."""

    def __init__(
        self,
        *,
        from_: str,
        to: str,
        direction: str,
        party: Party,
        clock: Clock,
        journal: Journal,
        parent_sid: str = "",
    ) -> None:
        self.sid = new_sid("CA")
        self.from_, self.to, self.direction, self.parent_sid = from_, to, direction, parent_sid
        self.party = party
        self.clock = clock
        self.journal = journal
        self.line = LegLine(self)
        self.status = "queued"
        self.created_at: datetime = clock.now()
        self.answered_at: datetime | None = None
        self.ended_at: datetime | None = None
        self.fallback_url = ""
        self.taps: list[Tap] = []
        self.on_status: list[Callable[[str], None]] = []
        """Told `initiated`, `ringing`, `answered`, `completed`."""
        self.on_end: list[Callable[[], None]] = []
        self.program: asyncio.Task[None] | None = None
        """The player at work on this leg."""
        self.frames = self.late_frames = self.skipped_frames = 0
        self.on_redirect: list[Callable[[], None]] = []
        """Told when REST gives the leg another document."""
        self.answered_by = ""
        """What answering machine detection found, when it was asked for."""
        self._ears: list[Ear] = []
        """Whoever was plugged in last is heard."""
        self._key_listeners: list[Callable[[str], None]] = []
        self._ticker: asyncio.Task[None] | None = None

    @property
    def ended(self) -> bool:
        """Whether the line is dead."""
        return self.ended_at is not None

    @property
    def live(self) -> bool:
        """Whether sound flows."""
        return self.answered_at is not None and not self.ended

    @property
    def seconds(self) -> int:
        """Seconds from answer to end (or to now)."""
        if self.answered_at is None:
            return 0
        return round(((self.ended_at or self.clock.now()) - self.answered_at).total_seconds())

    def announce(self, event: str) -> None:
        """Tell all who watch this leg of a call progress event."""
        for told in self.on_status:
            told(event)

    def answer(self) -> None:
        """Connect the party; calling it twice does nothing."""
        if self.answered_at is not None or self.ended:
            return
        self.status = "in-progress"
        self.answered_at = self.clock.now()
        self.journal.add("answered", self.sid, to=self.to, direction=self.direction)
        self.party.connected(self.line)
        self._ticker = asyncio.get_running_loop().create_task(self._tick_for_ever())
        self._ticker.add_done_callback(self._ticker_stopped)
        self.announce("answered")

    def end(self, status: str, reason: str = "") -> None:
        """Kill the line once; a later call changes nothing."""
        if self.ended:
            return
        self.status = status
        self.ended_at = self.clock.now()
        current = asyncio.current_task()
        for task in (self._ticker, self.program):
            if task is not None and task is not current:
                task.cancel()
        self.journal.add("ended", self.sid, status=status, reason=reason or status, **self.counts())
        for told in [*self.on_end]:
            told()
        self.party.ended(reason or status)
        self.announce("completed")

    def hang_up(self, reason: str = "hung-up") -> None:
        """The party, the application or the other side puts the phone down."""
        if self.answered_at is not None:
            self.end("completed", reason)
        else:
            self.end("no-answer" if self.direction == "inbound" else "canceled", reason)

    def press(self, digit: str) -> None:
        """A key of the party's phone; only those who listen now get it."""
        if digit not in _KEYS:
            raise ValueError(f"no key {digit!r} on a telephone; keys are 0-9, *, # and A-D")
        if not self.live:
            return
        self.journal.add("key", self.sid, digit=digit, heard=bool(self._key_listeners))
        for listener in [*self._key_listeners]:
            listener(digit)

    @contextmanager
    def keys_to(self, listener: Callable[[str], None]) -> Iterator[None]:
        """Send pressed keys to `listener` meanwhile."""
        self._key_listeners.append(listener)
        try:
            yield
        finally:
            self._key_listeners.remove(listener)

    @contextmanager
    def hearing(self, ear: Ear) -> Iterator[None]:
        """Let the party hear `ear` meanwhile."""
        self._ears.append(ear)
        try:
            yield
        finally:
            self._ears.remove(ear)

    @contextmanager
    def tapped(self, tap: Tap) -> Iterator[None]:
        """Give the leg's frames to `tap` meanwhile."""
        self.taps.append(tap)
        try:
            yield
        finally:
            if tap in self.taps:
                self.taps.remove(tap)

    def counts(self) -> dict[str, Any]:
        """Frame counts for the journal."""
        return {
            "frames": self.frames,
            "late_frames": self.late_frames,
            "skipped_frames": self.skipped_frames,
        }

    def _tick(self) -> None:
        heard = self._ears[-1].next_frame() if self._ears else SILENCE
        self.party.hear(heard)
        if self.ended:
            return
        said = self.party.speak()
        if len(said) != FRAME_BYTES:
            raise ValueError(f"a party said {len(said)} bytes, a frame has {FRAME_BYTES}")
        self.frames += 1
        for tap in [*self.taps]:
            tap.frame(said, heard)

    async def _tick_for_ever(self) -> None:
        """20 ms on the exchange's clock: due times are sums, so that the pace never drifts."""
        due = self.clock.seconds()
        while not self.ended:
            due += _FRAME_SECONDS
            late = self.clock.seconds() - due
            if late >= _FRAME_SECONDS:
                self.late_frames += 1
                due += self._skip(late)
            await self.clock.sleep(due - self.clock.seconds())
            if not self.ended:
                self._tick()

    def _skip(self, late: float) -> float:
        """Seconds of the gap that are given up instead of sent in a burst."""
        too_many = int(late / _FRAME_SECONDS) - _CATCH_UP_FRAMES
        if too_many <= 0:
            return 0.0
        self.skipped_frames += too_many
        for tap in [*self.taps]:
            tap.skipped(too_many)
        return too_many * _FRAME_SECONDS

    def _ticker_stopped(self, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or task.exception() is None:
            return
        self.journal.add("error", self.sid, code=0, reason=f"a party failed: {task.exception()!r}")
        self.end("failed", "failed")


class LegLine:
    """The party's end of a leg: the `Line` that it may use."""

    def __init__(self, leg: Leg) -> None:
        self._leg = leg

    @property
    def call_sid(self) -> str:
        """The provider's id of this leg."""
        return self._leg.sid

    def press(self, digit: str) -> None:
        """Press one key."""
        self._leg.press(digit)

    def hang_up(self) -> None:
        """Put the phone down."""
        self._leg.hang_up()
