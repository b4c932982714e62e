"""The telephone in a person's hand: mouth, ear and line of one call; every wait has a limit."""

import asyncio
import time
from collections.abc import Coroutine
from typing import Any

from simulator.ear import Ear, VoiceRecall
from simulator.mouth import Mouth
from simulator.party import Line
from simulator.stage import StoryBroken

_LOOK_SECONDS = 0.02
"""How often a waiting person looks at what the ear has heard: once a frame."""
QUIET_MS = 700
"""The other side has finished when nothing was heard for this long."""
_RECALLED_MS = 1200
"""How much of a known sentence has been heard when it is recalled."""
_SURE_MS = 200
"""A voice, not a click."""


def monotonic_ms() -> int:
    """The host's monotonic clock in ms."""
    return time.monotonic_ns() // 1_000_000


class Handset:
    """One call at a person's ear; the exchange drives `speak` and `hear` every 20 ms."""

    def __init__(self, recall: VoiceRecall | None = None, *, keep_sound: bool = False) -> None:
        self.ear = Ear(keep_sound)
        self.mouth = Mouth()
        self.connected = asyncio.Event()
        self.over = asyncio.Event()
        self.ended_reason = ""
        self.person_heard = asyncio.Event()
        self.met_ms = 0
        """When the exchange put us together with somebody, 0 before."""
        self._recall = recall
        self._line: Line | None = None
        self._heard_up_to_ms = 0

    # -- what the exchange does with it

    def connect(self, line: Line) -> None:
        """Audio flows."""
        self._line = line
        self._heard_up_to_ms = monotonic_ms()
        self.connected.set()

    def speak(self) -> bytes:
        """Next frame out."""
        return self.mouth.next_frame(monotonic_ms())

    def hear(self, frame: bytes) -> None:
        """Next frame in."""
        self.ear.hear(frame, monotonic_ms())
        if not self.person_heard.is_set():
            self._look_for_person(frame)

    def _look_for_person(self, frame: bytes) -> None:
        """A person is a known voice, or any voice once the exchange has put us together."""
        now_ms = monotonic_ms()
        if self._recall is not None and self._recall.hear(frame):
            self._heard_up_to_ms = now_ms - _RECALLED_MS
            self.person_heard.set()
        elif self.met_ms and self.ear.stretches:
            last = self.ear.stretches[-1]
            since_ms = max(last.start_ms, self.met_ms)  # the music ended when we met
            if last.end_ms - since_ms >= _SURE_MS:
                self._heard_up_to_ms = since_ms
                self.person_heard.set()

    def end(self, reason: str) -> None:
        """The line is dead."""
        self.ended_reason = reason
        self.over.set()

    # -- what the person does with it

    async def say(self, sound: bytes) -> tuple[int, int]:
        """Speak; first and last ms of our voice. Raises StoryBroken if the line dies."""
        self._need_line("speak")
        self.mouth.say(sound)
        limit = len(sound) / 8000 + 10.0
        await self._first_of(self.mouth.finished(), limit, "our own words to leave the line")
        self._heard_up_to_ms = self.mouth.last_ms
        return self.mouth.first_ms, self.mouth.last_ms

    def press(self, digits: str) -> None:
        """Press keys one after another."""
        line = self._need_line("press keys")
        for digit in digits:
            line.press(digit)

    async def wait_until_quiet(self, within: float) -> None:
        """Until the other side has spoken since we last listened, and finished."""

        async def spoken() -> None:
            while not self.ear.has_spoken_since(self._heard_up_to_ms, QUIET_MS, monotonic_ms()):
                await asyncio.sleep(_LOOK_SECONDS)

        await self._first_of(spoken(), within, "the other side to speak and finish")
        self._heard_up_to_ms = monotonic_ms()

    async def wait_until_speaking(self, within: float) -> int:
        """Until the other side speaks; when that stretch of voice began."""

        async def speaking() -> None:
            while not self.ear.is_voiced(monotonic_ms()):
                await asyncio.sleep(_LOOK_SECONDS)

        await self._first_of(speaking(), within, "the other side to begin to speak")
        return self.ear.stretches[-1].start_ms

    async def wait_for_person(self, within: float) -> None:
        """Until one of the agents of the story is heard."""
        await self._first_of(self.person_heard.wait(), within, "a person")

    async def wait_over(self, within: float) -> None:
        """Until the other side hangs up."""
        try:
            await asyncio.wait_for(self.over.wait(), within)
        except TimeoutError:
            raise StoryBroken(f"waited {within:g} s for the other side to hang up") from None

    async def stay(self, seconds: float) -> None:
        """Do nothing for a while, or until the line is dead."""
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            return  # the usual end: the time is over and the line still alive

    async def hang_up(self, within: float) -> None:
        """Put the phone down; a dead line is no problem."""
        if self._line is not None and not self.over.is_set():
            self._line.hang_up()
            await self.wait_over(within)

    def drop(self) -> None:
        """Put the phone down without waiting."""
        if self._line is not None and not self.over.is_set():
            self._line.hang_up()

    def _need_line(self, what: str) -> Line:
        if self._line is None or self.over.is_set():
            why = f"ended ({self.ended_reason})" if self.over.is_set() else "not connected"
            raise StoryBroken(f"cannot {what}: the line is {why}")
        return self._line

    async def _first_of(
        self, wanted: Coroutine[Any, Any, object], within: float, what: str
    ) -> None:
        """Wait for `wanted`, the end of the line, or the limit, whichever comes first."""
        self._need_line(f"wait for {what}")
        task = asyncio.ensure_future(wanted)
        over = asyncio.ensure_future(self.over.wait())
        try:
            done, _ = await asyncio.wait(
                (task, over), timeout=within, return_when=asyncio.FIRST_COMPLETED
            )
        finally:
            over.cancel()
            if not task.done():
                task.cancel()
        if task in done:
            task.result()
            return
        if over in done:
            raise StoryBroken(f"the line ended ({self.ended_reason}) while waiting for {what}")
        raise StoryBroken(f"waited {within:g} s for {what}")
