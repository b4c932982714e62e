"""Server-sent events (WHATWG HTML 9.2): the format; how long and how many streams may be open."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Response, stream_with_context

from calls.errors import FeedUnavailable
from queues.errors import QueueUnavailable

logger = logging.getLogger(__name__)

HEARTBEAT = timedelta(seconds=15)
"""A comment this often keeps proxies from closing a silent stream (60 s is nginx' default)."""
STREAM_LIFETIME = timedelta(minutes=5)
"""Then the server ends the stream and the browser comes back: no thread is held for ever."""
BLOCK_MS = 1_000
"""How long one look for news may wait."""
RETRY_MS = 1_000
COMMENT = ": still here\n\n"


def message(data: str, *, event: str | None = None, id: str | None = None) -> str:
    """One message as it goes over the wire."""
    lines = [] if id is None else [f"id: {id}"]
    if event is not None:
        lines.append(f"event: {event}")
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return "\n".join(lines) + "\n\n"


class StreamGate:
    """Counts open streams; every stream holds a thread of the web process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._lock = threading.Lock()

    def enter(self) -> Callable[[], None] | None:
        """A place, as the function that gives it back (once); None when all are taken."""
        with self._lock:
            if self._open >= self._most:
                return None
            self._open += 1
        left = threading.Event()

        def leave() -> None:
            with self._lock:
                if not left.is_set():
                    left.set()
                    self._open -= 1

        return leave


@dataclass(frozen=True)
class StreamRules:
    """What ends a stream."""

    now: Callable[[], datetime]
    may_go_on: Callable[[], bool]
    """Asked at each heartbeat: the person may have been logged out meanwhile."""


def stream(gate: StreamGate, news: Callable[[], Iterator[str]], rules: StreamRules) -> Response:
    """Answer with a stream that asks `news` again and again; 503 when too many are open.

    `news` yields ready messages and returns after at most BLOCK_MS without any.
    """
    leave = gate.enter()
    if leave is None:
        busy = Response("too many open streams; try again in 5 seconds\n", 503)
        busy.headers["Retry-After"] = "5"
        return busy
    # pages are rendered while the answer is sent: words, links and person of the request stay
    messages = stream_with_context(_messages(news, rules))
    response = Response(messages, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    # not in the generator's finally: a generator that never started would not run it
    response.call_on_close(leave)
    return response


def _messages(news: Callable[[], Iterator[str]], rules: StreamRules) -> Iterator[str]:
    started = beat = rules.now()
    yield f"retry: {RETRY_MS}\n\n"
    while True:
        try:
            yield from news()
        except (FeedUnavailable, QueueUnavailable) as error:
            # the browser comes back by itself and finds Redis again, or this sentence in the log
            logger.warning("a stream ended early: %s", error)
            return
        now = rules.now()
        if now - started >= STREAM_LIFETIME:
            return
        if now - beat >= HEARTBEAT:
            beat = now
            if not rules.may_go_on():
                return
            yield COMMENT
