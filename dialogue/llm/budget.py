"""How much a language model may be asked: tokens a day, counted by this process."""

import threading
from datetime import UTC, date, datetime


class Budget:
    """Tokens that are left of the day (UTC); thread-safe."""

    def __init__(self, tokens_a_day: int) -> None:
        self._limit = tokens_a_day
        self._day = date.min
        self._spent = 0
        self._lock = threading.Lock()

    def reserve(self, tokens: int, now: datetime) -> bool:
        """Set tokens aside before asking; False, and nothing set aside, when the day's are used."""
        with self._lock:
            day = now.astimezone(UTC).date()
            if day != self._day:
                self._day, self._spent = day, 0
            if self._spent + tokens > self._limit:
                return False
            self._spent += tokens
            return True

    def settle(self, reserved: int, used: int) -> None:
        """After the answer: count what was really used instead of what was set aside."""
        with self._lock:
            self._spent = max(0, self._spent - reserved + used)

    @property
    def spent(self) -> int:
        """Tokens of the last day on which anything was asked."""
        return self._spent
