"""The exchange's time: a monotonic clock for sound and timers, a wall clock for stamps."""

import asyncio
import time
from datetime import UTC, datetime
from email.utils import format_datetime


class Clock:
    """Real time, or real time times `speed` (stories played fast); network waits stay real."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._wall = datetime.now(UTC).timestamp()
        self._began = time.monotonic()

    def seconds(self) -> float:
        """Seconds since the exchange began, never going back."""
        return (time.monotonic() - self._began) * self.speed

    def now(self) -> datetime:
        """Aware UTC time, consistent with `seconds`."""
        return datetime.fromtimestamp(self._wall + self.seconds(), UTC)

    def real(self, seconds: float) -> float:
        """Real seconds in which `seconds` of exchange time pass, for asyncio's timeouts."""
        return max(0.0, seconds) / self.speed

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` of exchange time pass."""
        await asyncio.sleep(self.real(seconds))


def rfc2822(moment: datetime) -> str:
    """Twilio's way to write a time: `Sun, 22 Nov 2026 02:12:30 +0000`."""
    return format_datetime(moment)
