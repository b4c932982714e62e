"""A browser as a telephone: one WebSocket, JSON for the keys and the bell, binary for the sound."""

import asyncio
import json
import re
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from audio.frames import FRAME_BYTES, split_frames
from audio.mulaw import SILENCE
from simulator.party import Answer, Line, RingInfo
from simulator.story_run import ExchangePort

_LARGEST_MESSAGE = 16 * 1024
_LARGEST_SOUND = 8000
"""One second; a browser sends 20 to 100 ms at a time."""
_MOST_WAITING_FRAMES = 25
"""Half a second of microphone waits at most: older sound is late and is dropped."""
_MOST_UNSENT = 150
"""Three seconds of sound for a slow browser, then the oldest is dropped."""
_HEARTBEAT_SECONDS = 10.0
_IDLE_SECONDS = 900.0
"""A page that neither calls nor is registered is let go after a quarter of an hour."""
_MUTE_SECONDS = 30.0
"""A call whose browser sends no sound for so long is over: the page sleeps or is gone."""
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_SHAPES = {
    "identity": (re.compile(r"client:[A-Za-z0-9_.-]{1,64}"), "client:tomas"),
    "from": (re.compile(r"\+[1-9]\d{6,14}"), "+8613800000109"),
    "to": (re.compile(r"\+[1-9]\d{6,14}"), "+864008000001"),
    "digit": (re.compile(r"[0-9*#]"), "5"),
}
"""Fields of a page's messages: their shape, and one to show."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class BadMessage(Exception):
    """The page said something that a telephone cannot do."""

    retryable = False


def origin_is_allowed(request: web.Request, origins: frozenset[str]) -> bool:
    """Whether the page that asks is one of ours: listed, or this box's own on the loopback."""
    origin = request.headers.get("Origin", "")
    if origin in origins:
        return True
    parts = urlsplit(origin)
    # the host must be a loopback name: any other that leads here may be a rebound foreign domain
    return parts.hostname in _LOOPBACK and parts.netloc == request.host


class BrowserPhone:
    """One open page; a Party for the one call it may have at a time."""

    def __init__(self, socket: web.WebSocketResponse, exchange: ExchangePort) -> None:
        self._socket = socket
        self._exchange = exchange
        self._unsent: deque[str | bytes] = deque(maxlen=_MOST_UNSENT)
        self._news = asyncio.Event()
        self._microphone: deque[bytes] = deque(maxlen=_MOST_WAITING_FRAMES)
        self._line: Line | None = None
        self._in_call = False
        self._placed_sid = ""
        self._decision: asyncio.Future[Answer] | None = None
        self._identity = ""
        self._last_sound = 0.0

    # -- Party

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """Ring the page's bell until it answers, rejects or the exchange gives up."""
        if self._in_call or self._socket.closed:
            return Answer.BUSY
        self._in_call = True
        self._decision = asyncio.get_running_loop().create_future()
        self._tell("incoming", **{"from": info.from_, "call_sid": info.call_sid})
        try:
            answer = await self._decision
        except asyncio.CancelledError:
            self.ended("canceled")
            raise
        finally:
            self._decision = None
        if answer is not Answer.ANSWERED:
            self._in_call = False
        return answer

    def connected(self, line: Line) -> None:
        """Audio flows."""
        self._line = line
        self._microphone.clear()
        self._last_sound = asyncio.get_running_loop().time()
        self._tell("answered", call_sid=line.call_sid)

    def speak(self) -> bytes:
        """What the microphone gave, or silence while it is late."""
        return self._microphone.popleft() if self._microphone else SILENCE

    def hear(self, frame: bytes) -> None:
        """Send it on; a browser that takes nothing loses the oldest."""
        self._send(frame)

    def ended(self, reason: str) -> None:
        """The line is dead: the page may call again."""
        if self._in_call:
            self._in_call = False
            self._line = None
            self._placed_sid = ""
            self._tell("ended", reason=reason)

    # -- the page

    async def serve(self) -> None:
        """Read the page's messages until it is gone; a page that vanishes hangs up."""
        writer = asyncio.create_task(self._write())
        watch = asyncio.create_task(self._watch())
        try:
            async for message in self._socket:
                if not await self._take(message.type, message.data):
                    break
        finally:
            self._leave()  # first: a vanished browser may cancel this very task
            for task in (writer, watch):
                task.cancel()
            await asyncio.wait((writer, watch))

    async def _take(self, kind: WSMsgType, data: Any) -> bool:
        """One message; False when the connection must end."""
        try:
            if kind is WSMsgType.BINARY:
                self._take_sound(data)
            elif kind is WSMsgType.TEXT:
                await self._take_text(data)
            else:
                return False
        except BadMessage as bad:
            self._tell("error", reason=str(bad))
            await asyncio.sleep(0.05)  # let the reason out before the door closes
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"bad message")
            return False
        return True

    def _take_sound(self, data: bytes) -> None:
        if not data or len(data) % FRAME_BYTES or len(data) > _LARGEST_SOUND:
            raise BadMessage(f"{len(data)} bytes of sound; should be 160 to 8000 in steps of 160")
        self._last_sound = asyncio.get_running_loop().time()
        if self._line is not None:
            self._microphone.extend(split_frames(data))

    async def _take_text(self, data: str) -> None:
        try:
            said = json.loads(data)
        except ValueError:
            raise BadMessage("a text message that is not JSON") from None
        kind = said.get("type") if isinstance(said, dict) else None
        match kind:
            case "register":
                self._register(_field(said, "identity"))
            case "call":
                await self._call(_field(said, "from"), _field(said, "to"))
            case "answer" | "reject":
                self._decide(Answer.ANSWERED if kind == "answer" else Answer.REJECTED)
            case "hangup":
                self._hang_up()
            case "digit":
                key = _field(said, "digit")
                if self._line is not None:
                    self._line.press(key)
            case _:
                raise BadMessage(f"message type {kind!r}; known: register, call, answer, …")

    def _register(self, identity: str) -> None:
        if self._identity:
            self._exchange.unregister(self._identity)
        self._identity = identity
        self._exchange.register(identity, lambda: self)
        self._tell("registered", identity=identity)

    async def _call(self, from_: str, to: str) -> None:
        if self._in_call:
            self._tell("error", reason="this phone has a call already; hang up first")
            return
        self._in_call = True
        self._tell("ringing")
        try:
            self._placed_sid = await self._exchange.place_call(from_, to, self)
        except ValueError as refused:
            self._in_call = False
            self._tell("error", reason=str(refused))

    def _decide(self, answer: Answer) -> None:
        if self._decision is not None and not self._decision.done():
            self._decision.set_result(answer)

    def _hang_up(self) -> None:
        self._decide(Answer.REJECTED)
        if self._line is not None:
            self._line.hang_up()
        elif self._placed_sid:  # it still rings on the other side
            self._exchange.hang_up(self._placed_sid)

    def _leave(self) -> None:
        if self._identity:
            self._exchange.unregister(self._identity)
        self._hang_up()

    # -- what the page hears

    def _tell(self, kind: str, **facts: str) -> None:
        self._send(json.dumps({"type": kind, **facts}, ensure_ascii=False))

    def _send(self, message: str | bytes) -> None:
        if len(self._unsent) == _MOST_UNSENT and isinstance(self._unsent[0], str):
            self._unsent.rotate(-1)  # words are kept, sound is dropped
        self._unsent.append(message)
        self._news.set()

    async def _write(self) -> None:
        while not self._socket.closed:
            await self._news.wait()
            self._news.clear()
            while self._unsent:
                message = self._unsent.popleft()
                try:
                    if isinstance(message, str):
                        await self._socket.send_str(message)
                    else:
                        await self._socket.send_bytes(message)
                except ConnectionError:
                    return  # the reader sees the end as well and hangs up

    async def _watch(self) -> None:
        """Ends what nobody uses: a mute call, an idle page."""
        loop = asyncio.get_running_loop()
        idle_since = loop.time()
        while True:
            await asyncio.sleep(1.0)
            if self._in_call or self._identity:
                idle_since = loop.time()
            if self._line is not None and loop.time() - self._last_sound > _MUTE_SECONDS:
                self._hang_up()
            if loop.time() - idle_since > _IDLE_SECONDS:
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"idle")
                return


def phone_socket(
    exchange: ExchangePort, origins: frozenset[str], sockets: set[web.WebSocketResponse]
) -> Handler:
    """The handler of GET /phone/ws; open connections are kept in `sockets` for the closing."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if not origin_is_allowed(request, origins):
            origin = request.headers.get("Origin")
            raise web.HTTPForbidden(text=f"origin {origin!r} may not use this telephone\n")
        socket = web.WebSocketResponse(
            max_msg_size=_LARGEST_MESSAGE, heartbeat=_HEARTBEAT_SECONDS, compress=False
        )
        await socket.prepare(request)
        sockets.add(socket)
        try:
            await BrowserPhone(socket, exchange).serve()
        finally:
            sockets.discard(socket)
        return socket

    return handle


def _field(said: dict[str, Any], name: str) -> str:
    pattern, example = _SHAPES[name]
    value = said.get(name)
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise BadMessage(f"{name} is {value!r}; should look like {example}")
