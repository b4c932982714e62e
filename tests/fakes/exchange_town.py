"""A town for the exchange: a tiny customer application over real sockets, and simple people."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from aiohttp import web
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from audio.mulaw import SILENCE, encode
from simulator.exchange import Exchange, Number, Options
from simulator.journal import Entry
from simulator.party import Answer
from simulator.server import make_app, serving

ACCOUNT, TOKEN, HOTLINE, MEI = "AC" + "1" * 32, "12345", "+4930100", "+8613800000001"


def tone(hz: float, level: float = 8000) -> bytes:
    return encode((level * np.sin(2 * np.pi * hz * np.arange(160) / 8000)).astype(np.int16))


@dataclass
class Person:
    """A party that says one frame over and over and keeps what it hears."""

    voice: bytes = SILENCE
    answer: Answer | None = Answer.ANSWERED
    heard: list[bytes] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    on_line: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""
    line = None

    async def ring(self, info, line):
        if self.answer is None:
            await asyncio.sleep(3600)
        return self.answer

    def connected(self, line):
        self.line = line
        self.on_line.set()

    def speak(self):
        return self.voice

    def hear(self, frame):
        self.heard.append(frame)

    def ended(self, reason):
        self.reason = reason
        self.over.set()

    def heard_sound(self):
        return [frame for frame in self.heard if frame != SILENCE]


@dataclass
class Shop:
    """The customer application: documents by path, and everything that it was told."""

    base: str = ""
    documents: dict[str, str | list[str]] = field(default_factory=dict)
    calls: list[tuple[str, dict]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    slow: set[str] = field(default_factory=set)
    sounds: dict[str, bytes] = field(default_factory=dict)
    on_socket: Callable[[web.WebSocketResponse], Awaitable[None]] | None = None
    upgrade_headers: dict = field(default_factory=dict)

    async def handle(self, request):
        form = dict(await request.post())
        self.calls.append((request.path, form))
        if request.path in self.sounds:
            return web.Response(body=self.sounds[request.path], content_type="audio/basic")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(str(request.url), form, signature):
            self.unsigned.append(request.path)
        self.tokens.append(request.headers.get("I-Twilio-Idempotency-Token", ""))
        if request.path in self.slow:
            await asyncio.sleep(2)
        document = self.documents.get(request.path, "")
        if isinstance(document, list):
            document = document.pop(0)
        if document == "500":
            return web.Response(status=500)
        sockets = self.base.replace("http", "ws")
        body = f"<Response>{document}</Response>".replace("BASE", self.base)
        body = body.replace("WS/", f"{sockets}/")
        return web.Response(text=body, content_type="text/xml")

    async def socket(self, request):
        signature = request.headers.get("x-twilio-signature", "")
        url = str(request.url).replace("http", "ws", 1)
        if not RequestValidator(TOKEN).validate(url, {}, signature):
            return web.Response(status=403)
        self.upgrade_headers = {k.decode(): v.decode() for k, v in request.raw_headers}
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        assert self.on_socket is not None
        await self.on_socket(socket)
        if not socket.closed:
            await socket.close()
        return socket

    def told(self, path):
        return [form for at, form in self.calls if at == path]


class ToBox(TwilioHttpClient):
    def __init__(self, base):
        super().__init__(timeout=5)
        self._base = base

    def request(self, method, url, *args, **kwargs):
        return super().request(
            method, url.replace("https://api.twilio.com", self._base), *args, **kwargs
        )


@dataclass
class Town:
    exchange: Exchange
    shop: Shop
    base: str

    def rest(self, token=TOKEN):
        return Client(ACCOUNT, token, http_client=ToBox(self.base))

    async def call(self, person, **documents):
        self.shop.documents |= {f"/{name}": text for name, text in documents.items()}
        return await self.exchange.place_call(MEI, HOTLINE, person)

    async def seen(self, kind, timeout=4.0, **match) -> Entry:
        return await self.exchange.journal.wait_for(kind, timeout, **match)


@asynccontextmanager
async def town(scratch: Path, fallback: bool = False, **options):
    shop = Shop()
    app = web.Application()
    app.router.add_get("/stream/{rest:.*}", shop.socket)
    app.router.add_route("*", "/{path:.*}", shop.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shop.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    number = Number(
        HOTLINE,
        f"{shop.base}/voice",
        f"{shop.base}/fallback" if fallback else None,
        f"{shop.base}/status",
    )
    exchange = Exchange(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=[number],
        scratch=scratch,
        options=Options(**options),
    )
    box = make_app(exchange)
    try:
        async with serving(exchange, box) as port:
            yield Town(exchange, shop, f"http://127.0.0.1:{port}")
    finally:
        await runner.cleanup()
    failed = exchange.journal.entries("error", code=0)
    assert not failed, failed


def story(body):
    """Run an async story in a town of its own."""

    def run(tmp_path):
        asyncio.run(asyncio.wait_for(body(tmp_path), 30))

    run.__name__ = body.__name__
    return run


async def read(socket, *, until=None, seconds=3.0):
    """Messages of a stream until one of a kind."""
    messages = []
    async with asyncio.timeout(seconds):
        async for message in socket:
            messages.append(json.loads(message.data))
            if messages[-1]["event"] == until:
                break
    return messages


def media(sid, sound):
    payload = base64.b64encode(sound).decode()
    return {"event": "media", "streamSid": sid, "media": {"payload": payload}}
