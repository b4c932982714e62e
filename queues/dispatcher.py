"""The thread that pairs callers and agents as soon as both are there; any number may run."""

import logging
import threading
from collections.abc import Callable

from redis import Redis

from queues.errors import QueueUnavailable
from queues.keys import key
from queues.moves import reaching_redis
from queues.reservations import Reservation, Reservations

log = logging.getLogger(__name__)

SAFETY_NET_SECONDS = 0.5
"""Longest sleep between two looks: the bell wakes us, this forgives a lost token and sweeps."""
PAUSE_SECONDS = 1.0
"""After an outage or a failed hand-over, so that neither becomes a hot loop."""
WAKE_TTL_SECONDS = 3600
"""A bell that nobody hears for an hour is no news any more."""


class Dispatcher:
    """Waits for the bell, reserves until nothing fits, and hands each reservation on."""

    def __init__(
        self,
        reservations: Reservations,
        redis: Redis,
        *,
        lease_ms: int,
        on_reserved: Callable[[Reservation], None],
        on_expired: Callable[[Reservation], None],
        now_ms: Callable[[], int],
    ) -> None:
        self._reservations = reservations
        self._redis = redis
        self._lease_ms = lease_ms
        self._on_reserved = on_reserved
        self._on_expired = on_expired
        self._now_ms = now_ms

    @staticmethod
    def wake(redis: Redis) -> None:
        """Ring the bell; the scripts do so themselves when a caller or an agent becomes free."""
        with reaching_redis("wake"), redis.pipeline() as pipeline:
            pipeline.rpush(key("wake"), "1")
            pipeline.expire(key("wake"), WAKE_TTL_SECONDS)
            pipeline.execute()

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; survives Redis being away (logged once) and callbacks that fail."""
        away = False
        while not stop.is_set():
            try:
                self._wait_for_the_bell()
                handed_over = self._round(stop)
            except QueueUnavailable as error:
                if not away:
                    log.error("dispatching stopped until Redis is back: %s", error)
                away = True
                stop.wait(PAUSE_SECONDS)
                continue
            if away:
                log.warning("dispatching goes on: Redis is back")
                away = False
            if not handed_over:
                stop.wait(PAUSE_SECONDS)

    def _wait_for_the_bell(self) -> None:
        with reaching_redis("wait for the bell"):
            self._redis.blpop([key("wake")], timeout=SAFETY_NET_SECONDS)
            # one look answers every token so far; later ones ring again
            self._redis.delete(key("wake"))

    def _round(self, stop: threading.Event) -> bool:
        """Sweep, then reserve until no pair is left; False when a hand-over failed."""
        for expired in self._reservations.sweep(self._now_ms()).timed_out:
            self._call(self._on_expired, expired)
        while not stop.is_set():
            reservation = self._reservations.reserve_next(self._now_ms(), self._lease_ms)
            if reservation is None:
                return True
            if not self._hand_over(reservation):
                return False
        return True

    def _hand_over(self, reservation: Reservation) -> bool:
        """False when the agent's phone could not be rung: by an error, or released as failed."""
        if not self._call(self._on_reserved, reservation):
            self._reservations.release(reservation.id, "failed", self._now_ms())
            return False
        after = self._reservations.get(reservation.id)
        return after is None or after.outcome != "failed"

    def _call(self, callback: Callable[[Reservation], None], reservation: Reservation) -> bool:
        try:
            callback(reservation)
        except Exception:
            # The border between the queues and whoever rings phones: one broken line must not end
            # the thread that serves all the others (field C47).
            log.exception("call %s: reservation %s failed", reservation.call_sid, reservation.id)
            return False
        return True
