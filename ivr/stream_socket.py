"""The provider's stream over an ASGI WebSocket, as typed messages: events in, sound and marks
out.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from telephony.media_stream import Event, MediaStreamProtocol, StreamStarted

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

IDLE_SECONDS = 30.0
"""Without any message the caller is gone: a live stream has fifty a second."""


class Socket:
    """One accepted stream."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._protocol = MediaStreamProtocol()

    async def started(self) -> StreamStarted:
        """Everything up to the start message."""
        while True:
            for event in await self.events():
                if isinstance(event, StreamStarted):
                    return event

    async def events(self) -> tuple[Event, ...]:
        """The next message's events. Raises ConnectionResetError when the socket is gone."""
        async with asyncio.timeout(IDLE_SECONDS):
            message = await self._receive()
        if message["type"] == "websocket.disconnect":
            raise ConnectionResetError("socket closed by the provider")
        text = message.get("text")
        return self._protocol.receive(text if text is not None else message.get("bytes") or b"")

    async def media(self, ulaw: bytes) -> None:
        """Sound for the caller."""
        await self._say(self._protocol.media(ulaw))

    async def mark(self, name: str) -> None:
        """Comes back when the sound before it was played."""
        await self._say(self._protocol.mark(name))

    async def clear(self) -> None:
        """Stop what the provider still has to play."""
        await self._say(self._protocol.clear())

    async def _say(self, text: str) -> None:
        """Raises ConnectionResetError when the socket is gone: often noticed here first."""
        try:
            await self._send({"type": "websocket.send", "text": text})
        except OSError as gone:
            raise ConnectionResetError("socket closed by the provider") from gone
