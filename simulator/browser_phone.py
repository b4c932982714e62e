"""A browser as a telephone: one WebSocket, JSON for the keys and the bell, binary for the sound."""

import asyncio
import json
import re
from collections import deque
from typing import Any
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, WSMsgType, web

from audio.frames import FRAME_BYTES
from simulator.addresses import Addresses
from simulator.browser_call import BrowserCall
from simulator.party import Answer
from simulator.story_run import ExchangePort

_LARGEST_MESSAGE = 16 * 1024
_LARGEST_SOUND = 8000
"""One second; a browser sends 20 to 100 ms at a time."""
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
    """One open page: its messages, and the one call it may have at a time."""

    def __init__(
        self, socket: web.WebSocketResponse, exchange: ExchangePort, addresses: Addresses
    ) -> None:
        self._socket = socket
        self._exchange = exchange
        self._addresses = addresses
        self._unsent: deque[str | bytes] = deque(maxlen=_MOST_UNSENT)
        self._news = asyncio.Event()
        self._call: BrowserCall | None = None
        self._identity = ""

    # -- what a call needs of the page

    def take_call(self, call: BrowserCall) -> bool:
        """Make it the page's call, unless there is one."""
        if self._call is not None or self._socket.closed:
            return False
        self._call = call
        return True

    def call_is_over(self, call: BrowserCall, reason: str) -> None:
        """Tell the page, if it was the page's call."""
        if self._call is call:
            self._call = None
            self.tell("ended", reason=reason)

    def tell(self, kind: str, **facts: str) -> None:
        """A message in JSON."""
        self.send(json.dumps({"type": kind, **facts}, ensure_ascii=False))

    def send(self, message: str | bytes) -> None:
        """Words or sound, in order; words are never dropped for sound."""
        if len(self._unsent) == _MOST_UNSENT and isinstance(self._unsent[0], str):
            self._unsent.rotate(-1)
        self._unsent.append(message)
        self._news.set()

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
            self.tell("error", reason=str(bad))
            await asyncio.sleep(0.05)  # let the reason out before the door closes
            await self._socket.close(code=WSCloseCode.POLICY_VIOLATION, message=b"bad message")
            return False
        return True

    def _take_sound(self, data: bytes) -> None:
        if not data or len(data) % FRAME_BYTES or len(data) > _LARGEST_SOUND:
            raise BadMessage(f"{len(data)} bytes of sound; should be 160 to 8000 in steps of 160")
        if self._call is not None:
            self._call.take_sound(data)

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
                await self._place(_field(said, "from"), _field(said, "to"))
            case "answer" | "reject" | "hangup" | "digit":
                self._use(kind, said)
            case _:
                raise BadMessage(f"message type {kind!r}; known: register, call, answer, …")

    def _use(self, kind: str, said: dict[str, Any]) -> None:
        """What the page does with the call it has; without one there is nothing to do."""
        key = _field(said, "digit") if kind == "digit" else ""
        if self._call is None:
            return
        if kind == "hangup":
            self._call.hang_up(self._exchange)
        elif key:
            self._call.press(key)
        else:
            self._call.decide(Answer.ANSWERED if kind == "answer" else Answer.REJECTED)

    def _register(self, identity: str) -> None:
        self._unregister()
        self._identity = identity
        self._addresses.take(identity, self._make_call)
        self.tell("registered", identity=identity)

    def _unregister(self) -> None:
        if self._identity:
            self._addresses.leave(self._identity, self._make_call)

    def _make_call(self) -> BrowserCall:
        return BrowserCall(self)

    async def _place(self, from_: str, to: str) -> None:
        call = BrowserCall(self)
        if not self.take_call(call):
            self.tell("error", reason="this phone has a call already; hang up first")
            return
        self.tell("ringing")
        try:
            call.placed_sid = await self._exchange.place_call(from_, to, call)
        except ValueError as refused:
            self._call = None
            self.tell("error", reason=str(refused))

    def _leave(self) -> None:
        self._unregister()
        if self._call is not None:
            self._call.hang_up(self._exchange)

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
            call = self._call
            if call is not None or self._identity:
                idle_since = loop.time()
            if call and call.is_live and loop.time() - call.last_sound > _MUTE_SECONDS:
                call.hang_up(self._exchange)
            if loop.time() - idle_since > _IDLE_SECONDS:
                await self._socket.close(code=WSCloseCode.GOING_AWAY, message=b"idle")
                return


class Phones:
    """All open pages; `handle` is GET /phone/ws."""

    def __init__(
        self, exchange: ExchangePort, addresses: Addresses, origins: frozenset[str]
    ) -> None:
        self._exchange = exchange
        self._addresses = addresses
        self._origins = origins
        self._sockets: set[web.WebSocketResponse] = set()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """A page's connection, until it ends."""
        if not origin_is_allowed(request, self._origins):
            origin = request.headers.get("Origin")
            raise web.HTTPForbidden(text=f"origin {origin!r} may not use this telephone\n")
        socket = web.WebSocketResponse(
            max_msg_size=_LARGEST_MESSAGE, heartbeat=_HEARTBEAT_SECONDS, compress=False
        )
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            await BrowserPhone(socket, self._exchange, self._addresses).serve()
        finally:
            self._sockets.discard(socket)
        return socket

    async def close(self) -> None:
        """Tell every page that the box goes away."""
        for socket in list(self._sockets):
            await socket.close(code=WSCloseCode.GOING_AWAY, message=b"the box is closing")


def _field(said: dict[str, Any], name: str) -> str:
    pattern, example = _SHAPES[name]
    value = said.get(name)
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise BadMessage(f"{name} is {value!r}; should look like {example}")
