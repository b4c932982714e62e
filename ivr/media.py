"""The media process: one raw ASGI application for all callers' streams.

A border: a stream that breaks is closed, and the provider goes on with the verb after it
(/voice/resume).
The next call and the process are untouched.
"""

import asyncio
import logging

from ivr.call_loop import CallLoop, MediaParts
from ivr.stream_socket import Message, Receive, Send, Socket
from telephony import stream_token
from telephony.errors import ProtocolViolation

logger = logging.getLogger(__name__)

START_SECONDS = 10.0
"""From the upgrade to the start message."""


class MediaApp:
    """ASGI: WebSockets at /media/<token>, health at /health."""

    def __init__(self, parts: MediaParts) -> None:
        self._parts = parts
        self._streams = 0

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        elif scope["type"] == "websocket":
            await self._stream(scope, receive, send)
        else:
            await self._health(scope, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.get_running_loop().run_in_executor(None, self._parts.on_stop)
        await send({"type": "lifespan.shutdown.complete"})

    async def _health(self, scope: Message, send: Send) -> None:
        status = 200 if scope["path"] == "/health" else 404
        body = b'{"streams": %d, "max_streams": %d}' % (self._streams, self._parts.max_streams)
        headers = [(b"content-type", b"application/json")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _stream(self, scope: Message, receive: Receive, send: Send) -> None:
        await receive()  # websocket.connect
        token = await self._admitted(scope)
        if token is None:
            await send({"type": "websocket.close", "code": 1008})  # before accept: HTTP 403
            return
        await send({"type": "websocket.accept"})
        self._streams += 1
        try:
            await self._serve(token, Socket(receive, send))
        except ProtocolViolation as problem:
            logger.warning("stream of %s broke a rule: %s", token.call_sid, problem)
        except ConnectionResetError:
            logger.info("stream of %s closed before its start", token.call_sid)
        except TimeoutError:
            logger.warning("stream of %s fell silent", token.call_sid)
        except Exception:
            logger.exception("stream of %s failed", token.call_sid)
        finally:
            self._streams -= 1
            await _close(send)

    async def _serve(self, token: stream_token.StreamToken, socket: Socket) -> None:
        async with asyncio.timeout(START_SECONDS):
            started = await socket.started()
        if started.call_sid != token.call_sid:
            raise ProtocolViolation("the stream belongs to its token's call", started.call_sid)
        await CallLoop(self._parts, socket, token.call_sid, token.nonce).run()

    async def _admitted(self, scope: Message) -> stream_token.StreamToken | None:
        """The upgrade's token if it is the provider's, fresh, unused and there is room."""
        parts, path = self._parts, scope["path"]
        headers = {k.decode("latin-1").lower(): v.decode("latin-1") for k, v in scope["headers"]}
        token = stream_token.read(
            parts.secret, path.removeprefix("/media/"), parts.now().timestamp()
        )
        signed = parts.signature.valid_upgrade(path, headers.get("x-twilio-signature"))
        loop = asyncio.get_running_loop()
        if token is None or not signed:
            logger.warning("rejected a stream: %s", "wrong token" if signed else "wrong signature")
            await loop.run_in_executor(parts.workers, parts.on_rejected)
            return None
        if self._streams >= parts.max_streams:
            logger.warning("no room for stream of %s: %d at once", token.call_sid, self._streams)
            return None
        if not await loop.run_in_executor(parts.workers, parts.store.use_token, token.nonce):
            logger.warning("rejected a stream of %s: token used before", token.call_sid)
            return None
        return token


async def _close(send: Send) -> None:
    try:
        await send({"type": "websocket.close", "code": 1000})
    except (RuntimeError, OSError):
        return  # closed from the other side already
