"""When to ask again and when to stop asking: pure decisions about a partner that fails.

Seconds are those of any steady clock; the caller of these functions reads it.
"""

from dataclasses import dataclass

FAILURES = 5
"""In a row, before the breaker opens: fewer would open on one slow moment, more keeps callers
waiting for a shop that is plainly down."""
REST_SECONDS = 10.0
"""A caller is told within milliseconds meanwhile; one trial request then finds out."""
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 0.8
"""Seconds; a caller is on the line, so there is no time for more."""


@dataclass(slots=True)
class Breaker:
    """Counts failures in a row; open it refuses at once, after a rest it lets one trial through."""

    failures: int = FAILURES
    rest_seconds: float = REST_SECONDS
    _count: int = 0
    _resting_until: float | None = None
    """The moment at which the rest ends; None while requests flow."""

    def allows(self, now_seconds: float) -> bool:
        """Whether to ask at all; at the end of a rest True once, until that trial has ended."""
        if self._resting_until is None:
            return True
        if now_seconds < self._resting_until:
            return False
        # The trial: nobody else asks before it has ended or a rest has passed again.
        self._resting_until = now_seconds + self.rest_seconds
        return True

    def succeeded(self) -> None:
        """An answer came: all is well."""
        self._count, self._resting_until = 0, None

    def failed(self, now_seconds: float) -> None:
        """No answer came; the one too many opens the breaker."""
        self._count += 1
        if self._count >= self.failures:
            self._resting_until = now_seconds + self.rest_seconds


def pause_seconds(attempt: int, luck: float) -> float:
    """Before the next try after attempt 1, 2, ...: doubling, and spread by `luck` (0 to 1), so that
    callers who failed together do not come back together.
    """
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
    return longest * (0.5 + luck / 2)
