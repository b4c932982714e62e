"""Speech to the line in real time: paced 20 ms frames, marks for what was heard, stop at once.

The provider plays what it has in order and echoes a mark when it gets there; `clear` empties its
buffer and echoes all marks that were in it, which therefore count as not heard.
"""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from audio.frames import FRAME_MS, split_frames

_AHEAD_MS = 80
"""Frames sent before they are due (pre-roll): rides out a late wake-up of the loop."""

_LATE_MS = 120
"""Further behind than this the clock starts anew: no burst of old frames, the gap is counted."""

_MARK_FRAMES = 10
"""A mark every 200 ms of sound."""

_ECHO_SECONDS = 2.0
"""How long after its end speech may wait for its last mark."""


class PlayoutSink(Protocol):
    """The line, as far as playing needs it."""

    async def media(self, ulaw: bytes) -> None:
        """Send one frame."""

    async def mark(self, name: str) -> None:
        """Ask for an echo when all that was sent before has been played."""

    async def clear(self) -> None:
        """Throw away what is not yet played."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one speech."""

    heard_ms: int
    """Sound that the caller certainly heard: up to the last echoed mark."""
    total_ms: int
    interrupted: bool
    first_frame_at: float | None
    """Loop time (monotonic seconds) when the first frame was sent."""


@dataclass(slots=True)
class _Run:
    """One speech on its way; `marks` are the positions in ms of marks sent and not echoed."""

    generation: int
    total_ms: int
    marks: dict[str, int] = field(default_factory=dict)
    heard_ms: int = 0
    first_frame_at: float | None = None
    stopped: bool = False
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """All heard, or stopped."""

    def played(self) -> Played:
        return Played(self.heard_ms, self.total_ms, self.stopped, self.first_frame_at)


class Playout:
    """Plays one speech at a time to one caller; everything runs on the caller's loop."""

    def __init__(self, send: PlayoutSink) -> None:
        self._send = send
        self._generation = 0
        self._run: _Run | None = None
        self.gaps = 0
        """Times that frames came so late that the caller heard a gap."""

    @property
    def speaking(self) -> bool:
        """Whether a speech is being sent or its end is still to be heard."""
        return self._run is not None

    async def play(self, speech: bytes) -> Played:
        """Send mu-law in real time; returns when it was heard, stopped, or its echo is overdue.

        A speech that still plays is stopped first. Errors of the sink pass through.
        """
        await self.stop()
        frames = split_frames(speech)
        self._generation += 1
        run = _Run(generation=self._generation, total_ms=len(frames) * FRAME_MS)
        if not frames:
            return run.played()
        self._run = run
        try:
            await self._send_frames(run, frames)
            if not run.stopped:
                await self._wait_heard(run)
        finally:
            if self._run is run:
                self._run = None
        return run.played()

    async def stop(self) -> None:
        """Silence now: no further frame, the provider's buffer emptied; harmless when quiet."""
        run, self._run = self._run, None
        if run is None:
            return
        self._generation += 1
        run.stopped = True
        run.over.set()
        await self._send.clear()

    def mark_reached(self, name: str) -> None:
        """The provider echoed a mark; those of stopped speech were thrown away, not heard."""
        run = self._run
        if run is None or name not in run.marks:
            return
        run.heard_ms = max(run.heard_ms, run.marks.pop(name))
        if run.heard_ms >= run.total_ms:
            run.over.set()

    async def _send_frames(self, run: _Run, frames: list[bytes]) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        for index, frame in enumerate(frames):
            due = start + max(0, index * FRAME_MS - _AHEAD_MS) / 1000
            late = loop.time() - due
            if late < 0:
                await asyncio.sleep(-late)
            elif late * 1000 > _LATE_MS:
                start += late
                self.gaps += 1
            if run.stopped:
                return
            if run.first_frame_at is None:
                run.first_frame_at = loop.time()
            await self._send.media(frame)
            if index % _MARK_FRAMES == _MARK_FRAMES - 1 or index == len(frames) - 1:
                await self._mark(run, index + 1)

    async def _mark(self, run: _Run, frames_sent: int) -> None:
        if run.stopped:  # while the frame was being sent
            return
        name = f"{run.generation}:{frames_sent // _MARK_FRAMES + bool(frames_sent % _MARK_FRAMES)}"
        run.marks[name] = frames_sent * FRAME_MS
        await self._send.mark(name)

    async def _wait_heard(self, run: _Run) -> None:
        """All frames are out: wait for the last echo, or for as long as it can honestly take."""
        assert run.first_frame_at is not None
        limit = run.first_frame_at + run.total_ms / 1000 + _ECHO_SECONDS
        left = limit - asyncio.get_running_loop().time()
        try:
            await asyncio.wait_for(run.over.wait(), timeout=max(0.1, left))
        except TimeoutError:
            return  # a line without echoes: what was echoed is all that is known to be heard
