"""One call at a browser's telephone: a Party whose mouth and ear are a page's WebSocket."""

import asyncio
from collections import deque
from typing import Protocol

from audio.frames import split_frames
from audio.mulaw import SILENCE
from simulator.party import Answer, Line, RingInfo
from simulator.story_run import ExchangePort

_MOST_WAITING_FRAMES = 25
"""Half a second of microphone waits at most: older sound is late and is dropped."""


class Page(Protocol):
    """What a call needs of the page it is shown on."""

    def take_call(self, call: "BrowserCall") -> bool:
        """Make it the page's call, unless there is one."""
        ...

    def call_is_over(self, call: "BrowserCall", reason: str) -> None:
        """Tell the page, if it was the page's call."""

    def tell(self, kind: str, **facts: str) -> None:
        """A message in JSON."""

    def send(self, message: bytes) -> None:
        """Sound."""


class BrowserCall:
    """One call of a page; a Party. A second ring while the page talks finds it busy."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._line: Line | None = None
        self._decision: asyncio.Future[Answer] | None = None
        self._microphone: deque[bytes] = deque(maxlen=_MOST_WAITING_FRAMES)
        self.placed_sid = ""
        """Of a call that the page makes, while it rings on the other side."""
        self.last_sound = asyncio.get_running_loop().time()

    @property
    def is_live(self) -> bool:
        """Whether sound flows."""
        return self._line is not None

    # -- Party

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """Ring the page's bell until it answers, rejects or the exchange gives up."""
        if not self._page.take_call(self):
            return Answer.BUSY
        self._decision = asyncio.get_running_loop().create_future()
        self._page.tell("incoming", **{"from": info.from_, "call_sid": info.call_sid})
        return await self._decision

    def connected(self, line: Line) -> None:
        """Audio flows."""
        self._line = line
        self._microphone.clear()
        self.last_sound = asyncio.get_running_loop().time()
        self._page.tell("answered", call_sid=line.call_sid)

    def speak(self) -> bytes:
        """What the microphone gave, or silence while it is late."""
        return self._microphone.popleft() if self._microphone else SILENCE

    def hear(self, frame: bytes) -> None:
        """Send it on; a browser that takes nothing loses the oldest."""
        self._page.send(frame)

    def ended(self, reason: str) -> None:
        """The line is dead: the page may call again."""
        self._line = None
        self._page.call_is_over(self, reason)

    # -- what the page does

    def decide(self, answer: Answer) -> None:
        """Lift the receiver, or refuse."""
        if self._decision is not None and not self._decision.done():
            self._decision.set_result(answer)

    def take_sound(self, data: bytes) -> None:
        """Frames from the microphone."""
        self.last_sound = asyncio.get_running_loop().time()
        if self._line is not None:
            self._microphone.extend(split_frames(data))

    def press(self, digit: str) -> None:
        """A key; without a live line nobody hears it."""
        if self._line is not None:
            self._line.press(digit)

    def hang_up(self, exchange: ExchangePort) -> None:
        """Put the phone down, whether it rings here, there, or talks."""
        self.decide(Answer.REJECTED)
        if self._line is not None:
            self._line.hang_up()
        elif self.placed_sid:
            exchange.hang_up(self.placed_sid)
