"""Media Streams from the provider's side: connected, start, media, dtmf, mark, stop; and back."""

import asyncio
import base64
import binascii
import json
import random
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from audio.frames import FRAME_MS
from simulator.errors import StreamRefused
from simulator.leg import Leg
from simulator.options import Options
from simulator.play_buffer import PlayBuffer
from simulator.signing import new_sid, sign
from simulator.webhooks import Webhooks

_MOST_WAITING = 500
"""Messages (10 s of sound) that may wait for an application that does not read."""
_OPEN_SECONDS = 10.0
_CLOSE_SECONDS = 2.0


def check_address(url: str) -> None:
    """Refuse what Twilio refuses; ws:// only towards this machine, where there is no TLS."""
    parts = urlsplit(url)
    if parts.scheme not in ("wss", "ws"):
        raise StreamRefused(StreamRefused.SCHEME, f"a stream needs wss://, not {url!r}")
    if not parts.hostname:
        raise StreamRefused(StreamRefused.MALFORMED, f"the stream's address {url!r} has no host")
    if parts.query:
        raise StreamRefused(
            StreamRefused.MALFORMED,
            f"a stream's address takes no query string ({parts.query!r}); use <Parameter>",
        )
    if parts.scheme == "ws" and not _is_loopback(parts.hostname):
        raise StreamRefused(
            StreamRefused.SCHEME, f"ws:// is only for this machine; {parts.hostname!r} needs wss://"
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class StreamOrder:
    """What the document asked for."""

    url: str
    tracks: tuple[str, ...] = ("inbound",)
    parameters: dict[str, str] = field(default_factory=dict)
    name: str = ""
    two_way: bool = True


@dataclass(frozen=True, slots=True)
class Wire:
    """What media streams need of the account: credentials, knobs and the HTTP client."""

    account_sid: str
    auth_token: str = field(repr=False)
    options: Options
    webhooks: Webhooks


class MediaStream:
    """One WebSocket to the application for one leg; a tap, and an ear when it is two-way."""

    def __init__(self, wire: Wire, leg: Leg, order: StreamOrder) -> None:
        self.sid = new_sid("MZ")
        self.order = order
        self.buffer = PlayBuffer(self._mark_reached)
        self.error: StreamRefused | None = None
        self._wire = wire
        self._leg = leg
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._outbox: asyncio.Queue[tuple[float, dict[str, Any]]] = asyncio.Queue(_MOST_WAITING)
        self._sequence = 0
        self._chunks: dict[str, int] = {}
        self._frames = 0
        self._last_due = 0.0
        self._chance = random.Random(f"{wire.options.seed}:{leg.sid}")
        self.counts = dict.fromkeys(
            ("frames_sent", "frames_lost", "unsent", "media", "bytes", "marks", "clears"), 0
        )

    def next_frame(self) -> bytes:
        """What the application plays to the party."""
        return self.buffer.next_frame()

    def frame(self, said: bytes, heard: bytes) -> None:
        """Send one frame of each wanted track."""
        self._frames += 1
        for track in self.order.tracks:
            self._send_media(track, said if track == "inbound" else heard)

    def skipped(self, frames: int) -> None:
        """Time passed without frames: the timestamps say so."""
        self._frames += frames

    def key(self, digit: str) -> None:
        """A pressed key; only two-way streams are told."""
        body = {"track": "inbound_track", "digit": digit}
        self._put({"event": "dtmf", "streamSid": self.sid, "dtmf": body})

    async def open(self) -> None:
        """Upgrade with a signature, say `connected` and `start`; StreamRefused with its reason."""
        check_address(self.order.url)
        headers = {"x-twilio-signature": sign(self.order.url, {}, self._wire.auth_token)}
        try:
            async with asyncio.timeout(_OPEN_SECONDS):
                self._socket = await self._wire.webhooks.session.ws_connect(
                    URL(self.order.url, encoded=True), headers=headers, max_msg_size=0
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _refusal(self.order.url, error) from error
        await self._socket.send_str(
            json.dumps({"event": "connected", "protocol": "Call", "version": "1.0.0"})
        )
        self._put({"event": "start", "streamSid": self.sid, "start": self._start_facts()})

    async def run(self) -> None:
        """Carry messages both ways until the application closes; raises StreamRefused for cause."""
        sender = asyncio.get_running_loop().create_task(self._send_for_ever())
        try:
            await self._receive()
        finally:
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)

    @property
    def closed(self) -> bool:
        """Whether there is no socket, or none any more."""
        return self._socket is None or self._socket.closed

    async def close(self) -> None:
        """Say `stop` and close, within two seconds."""
        socket = self._socket
        if socket is None or socket.closed:
            return
        stop = {"accountSid": self._wire.account_sid, "callSid": self._leg.sid}
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._send_left()
                await self._send({"event": "stop", "streamSid": self.sid, "stop": stop})
                await socket.close()
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            self._leg.journal.add("stream-note", self._leg.sid, reason="the close was not answered")

    async def _receive(self) -> None:
        assert self._socket is not None, "run() comes after open()"
        async for message in self._socket:
            if message.type is aiohttp.WSMsgType.TEXT:
                self._take(message.data)
            elif message.type is aiohttp.WSMsgType.BINARY:
                raise StreamRefused(
                    StreamRefused.BINARY, "the application sent a binary frame; send JSON text"
                )
            else:
                break
        code = self._socket.close_code
        if code not in (1000, 1001, 1005, None):
            raise StreamRefused(StreamRefused.CLOSED, f"the socket was closed with {code}")

    def _take(self, text: str) -> None:
        try:
            message = json.loads(text)
            self._obey(message)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            self._leg.journal.add(
                "refused",
                self._leg.sid,
                code=StreamRefused.MESSAGE,
                reason=f"a stream message could not be understood ({error!r}): {text[:80]}",
            )

    def _obey(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if message["streamSid"] != self.sid:
            raise ValueError(f"streamSid must be {self.sid}")
        if not self.order.two_way:
            raise ValueError("a one-way stream takes no messages; use <Connect><Stream>")
        if event == "media":
            sound = base64.b64decode(message["media"]["payload"], validate=True)
            self.counts["media"] += 1
            self.counts["bytes"] += len(sound)
            self.buffer.add(sound)
        elif event == "mark":
            self.buffer.mark(str(message["mark"]["name"]))
        elif event == "clear":
            self.counts["clears"] += 1
            dropped = self.buffer.clear()
            self._leg.journal.add("clear", self._leg.sid, stream_sid=self.sid, dropped=dropped)
        else:
            raise ValueError(f"unknown event {event!r}; send media, mark or clear")

    def _mark_reached(self, name: str) -> None:
        self.counts["marks"] += 1
        self._put({"event": "mark", "streamSid": self.sid, "mark": {"name": name}})

    def _send_media(self, track: str, frame: bytes) -> None:
        chunk = self._chunks[track] = self._chunks.get(track, 0) + 1
        options = self._wire.options
        if options.frame_loss and self._chance.random() < options.frame_loss:
            self.counts["frames_lost"] += 1
            return
        media = {
            "track": track,
            "chunk": str(chunk),
            "timestamp": str((self._frames - 1) * FRAME_MS),
            "payload": base64.b64encode(frame).decode(),
        }
        late = self._chance.random() * options.jitter_ms / 1000 if options.jitter_ms else 0.0
        self._put({"event": "media", "streamSid": self.sid, "media": media}, late)

    def _put(self, message: dict[str, Any], late: float = 0.0) -> None:
        if self._outbox.full():
            self.counts["unsent"] += 1
            return
        self._last_due = max(self._last_due, self._leg.clock.seconds() + late)
        self._outbox.put_nowait((self._last_due, message))

    async def _send_for_ever(self) -> None:
        while True:
            due, message = await self._outbox.get()
            wait = due - self._leg.clock.seconds()
            if wait > 0:
                await self._leg.clock.sleep(wait)
            try:
                await self._send(message)
            except (aiohttp.ClientError, ConnectionError):
                return  # the reader notices the dead socket and ends the stream

    async def _send_left(self) -> None:
        while not self._outbox.empty():
            await self._send(self._outbox.get_nowait()[1])

    async def _send(self, message: dict[str, Any]) -> None:
        assert self._socket is not None, "sending comes after open()"
        self._sequence += 1
        if message["event"] == "media":
            self.counts["frames_sent"] += 1
        await self._socket.send_str(
            json.dumps({**message, "sequenceNumber": str(self._sequence)}, separators=(",", ":"))
        )

    def _start_facts(self) -> dict[str, Any]:
        return {
            "accountSid": self._wire.account_sid,
            "streamSid": self.sid,
            "callSid": self._leg.sid,
            "tracks": list(self.order.tracks),
            "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
            "customParameters": self.order.parameters,
        }


def _refusal(url: str, error: Exception) -> StreamRefused:
    if isinstance(error, aiohttp.WSServerHandshakeError):
        sentence = f"{url} answered the upgrade with {error.status}, must be 101"
        return StreamRefused(StreamRefused.HANDSHAKE, sentence)
    if isinstance(error, aiohttp.ClientSSLError):
        return StreamRefused(StreamRefused.TLS, f"{url}: TLS failed: {error}")
    if isinstance(error, ValueError):
        return StreamRefused(StreamRefused.MALFORMED, f"{url!r} is not an address: {error}")
    return StreamRefused(StreamRefused.REFUSED, f"{url} could not be reached: {error!r}")
