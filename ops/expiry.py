"""What is kept for a time only and then removed: callers' photos. Run by every worker."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from calls.errors import CallRecordError
from calls.kinds import Kind
from calls.log import CallLog
from calls.photos import PhotoStore

logger = logging.getLogger(__name__)

PAUSE_SECONDS = 3600.0
"""Photos are kept for days; an hour more is no harm."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """Any number of workers may do it at once: each file is removed by one of them."""

    photos: PhotoStore
    call_log: CallLog
    photo_days: int
    """0: photos are kept until somebody removes them."""
    now: Callable[[], datetime]

    def run(self, stop: threading.Event) -> None:
        """At once and every hour, until `stop`; what fails is tried again in the next round."""
        while not stop.is_set():
            try:
                self.expire()
            except (CallRecordError, OSError) as problem:
                logger.error("photos are removed later: %s", problem)
            stop.wait(PAUSE_SECONDS)

    def expire(self) -> int:
        """Remove photos older than their days, and say so in their calls; how many were."""
        if not self.photo_days:
            return 0
        now, total = self.now(), 0
        for call_sid, count in self.photos.expire(now - timedelta(days=self.photo_days)):
            self.call_log.append(call_sid, Kind.PHOTOS_EXPIRED, now, count=count)
            total += count
        return total
