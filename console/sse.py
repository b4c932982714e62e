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


class Place:
    """One open stream's right to its thread."""

    def __init__(self, owner: str) -> None:
        self.owner = owner
        self.is_lost = threading.Event()
        """Set when a newer stream of the same person took the place over."""


class StreamGate:
    """Limits open streams; every stream holds a thread of the web process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places: list[Place] = []
        self._lock = threading.Lock()

    def enter(self, owner: str) -> Place | None:
        """A place; None when others hold all of them.

        Where it is full, the person's own oldest stream gives way: most likely a page that was
        left or loaded again, whose end shows only when the next heartbeat cannot be sent.
        """
        with self._lock:
            if len(self._places) >= self._most:
                old = next((place for place in self._places if place.owner == owner), None)
                if old is None:
                    return None
                old.is_lost.set()
                self._places.remove(old)
            place = Place(owner)
            self._places.append(place)
            return place

    def leave(self, place: Place) -> None:
        """Give the place back; once is enough, twice does no harm."""
        with self._lock:
            if place in self._places:
                self._places.remove(place)


@dataclass(frozen=True)
class StreamRules:
    """Whose stream it is and what ends it."""

    owner: str
    now: Callable[[], datetime]
    may_go_on: Callable[[], bool]
    """Asked at each heartbeat: the person may have been logged out meanwhile."""


def stream(gate: StreamGate, news: Callable[[], Iterator[str]], rules: StreamRules) -> Response:
    """Answer with a stream that asks `news` again and again; 503 when too many are open.

    `news` yields ready messages and returns after at most BLOCK_MS without any.
    """
    place = gate.enter(rules.owner)
    if place is None:
        busy = Response("too many open streams; try again in 5 seconds\n", 503)
        busy.headers["Retry-After"] = "5"
        return busy
    # pages are rendered while the answer is sent: words, links and person of the request stay
    messages = stream_with_context(_messages(news, rules, place))
    response = Response(messages, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    # not in the generator's finally: a generator that never started would not run it
    response.call_on_close(lambda: gate.leave(place))
    return response


def _messages(news: Callable[[], Iterator[str]], rules: StreamRules, place: Place) -> Iterator[str]:
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
        if now - started >= STREAM_LIFETIME or place.is_lost.is_set():
            return
        if now - beat >= HEARTBEAT:
            beat = now
            if not rules.may_go_on():
                return
            yield COMMENT
