"""The provider's side of a media stream: a plain WebSocket, and a look into the media process."""

import asyncio
import base64
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from twilio.request_validator import RequestValidator
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from app import build_services, utc_now
from calls.kinds import Kind
from dialogue.turns import Caller
from ivr import events as ev
from ops.demo_house import fetch_json
from ops.settings import Settings
from telephony import stream_token

OLIVER, ENGLISH = "+8613800000102", "+864008000002"
TOKEN, SECRET = "auth-token-of-the-tests", "a secret of the tests, at least 32 long"


@dataclass
class Media:
    """The media process, and a hand in its Redis and database."""

    settings: Settings
    port: int
    log_file: Path

    def __post_init__(self) -> None:
        self.services = build_services(self.settings)

    def rings(self) -> str:
        """A call that the web process has begun; its CallSid."""
        sid = "CA" + secrets.token_hex(16)
        facts = {"caller": OLIVER, "called": ENGLISH, "language": "en", "customer_id": "c0102"}
        self.services.call_log.open_call(sid, **facts, now=utc_now())
        caller = Caller(number=OLIVER, customer_id="c0102", name="Oliver", member_level="silver")
        self.services.session.begin(sid, ev.CallRang(caller, ENGLISH, "en"))
        return sid

    def address(self, sid: str, *, expires_in: int = 60, secret: str = SECRET) -> str:
        token = stream_token.mint(secret, sid, int(time.time()) + expires_in, secrets.token_hex(8))
        return f"ws://127.0.0.1:{self.port}/media/{token}"

    def kinds(self, sid: str) -> list[str]:
        return [event.kind for event in self.services.call_log.events(sid)]

    def said(self, sid: str) -> list[str]:
        events = self.services.call_log.events(sid)
        return [event.data["text"] for event in events if event.kind == Kind.BOT_SAID]

    def streams(self) -> int:
        told = fetch_json(f"http://127.0.0.1:{self.port}/health")
        assert told is not None, "the media process does not answer"
        return int(told["streams"])

    def rejected(self) -> int:
        return int(self.services.redis.hget("hotline:counters", "signature_rejected") or 0)


@dataclass
class Line:
    """One stream as the provider holds it: frames out every 20 ms, what comes back kept."""

    socket: ClientConnection
    sid: str
    stream_sid: str = field(default_factory=lambda: "MZ" + secrets.token_hex(16))
    came: list[dict[str, Any]] = field(default_factory=list)
    chunk: int = 0
    marks: list[str] = field(default_factory=list)

    async def send(self, event: str, **parts: Any) -> None:
        message = {"event": event, "streamSid": self.stream_sid, "sequenceNumber": "1", **parts}
        await self.socket.send(json.dumps(message))

    async def start(self, call_sid: str = "", tracks: tuple[str, ...] = ("inbound",)) -> None:
        await self.socket.send(
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        )
        form = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}
        facts = {"callSid": call_sid or self.sid, "accountSid": "AC" + "1" * 32}
        await self.send("start", start={**facts, "tracks": list(tracks), "mediaFormat": form})

    async def frame(self, ulaw: bytes, track: str = "inbound") -> None:
        self.chunk += 1
        facts = {"track": track, "chunk": str(self.chunk), "timestamp": str(self.chunk * 20)}
        await self.send("media", media={**facts, "payload": base64.b64encode(ulaw).decode()})

    async def speak(self, sound: Callable[[int], bytes], seconds: float) -> None:
        """Frames of `sound` in real time, or until the other side closes."""
        begun = time.monotonic()
        with suppress(ConnectionClosed):
            for number in range(round(seconds * 50)):
                await self.frame(sound(number))
                await asyncio.sleep(max(0.0, begun + (number + 1) * 0.02 - time.monotonic()))

    async def listen(self) -> None:
        """Keep what comes, and echo marks as a provider does, until the stream is closed."""
        with suppress(ConnectionClosed):
            async for text in self.socket:
                message = json.loads(text)
                self.came.append(message)
                if message["event"] == "mark":
                    await self.send("mark", mark=message["mark"])

    def events(self) -> list[str]:
        return [message["event"] for message in self.came]

    async def until(self, look: Callable[[], Any], within: float, what: str) -> None:
        deadline = time.monotonic() + within
        while not look():
            assert time.monotonic() < deadline, f"waited {within:g} s for {what}: {self.events()}"
            await asyncio.sleep(0.02)

    async def closed(self, within: float) -> None:
        """The application closes the stream by itself."""
        async with asyncio.timeout(within):
            await self.socket.wait_closed()


@asynccontextmanager
async def line_of(
    media: Media, sid: str = "", address: str = "", signature: str = ""
) -> AsyncIterator[Line]:
    """A stream of this call, or of a new one; what comes back is kept until it is closed."""
    sid = sid or media.rings()
    address = address or media.address(sid)
    signature = signature or RequestValidator(TOKEN).compute_signature(address, {})
    headers = {"X-Twilio-Signature": signature}
    async with connect(address, additional_headers=headers, proxy=None) as socket:
        line = Line(socket, sid)
        listening = asyncio.create_task(line.listen())
        try:
            yield line
        finally:
            await socket.close()
            await listening
