"""What the dialogue itself tells of a caller's patience: counted by the caller of this code."""

from dataclasses import dataclass

from emotion.reasons import Reason, reason

MOST = 0.3
"""Signs never count for more: a bad recogniser makes many of them, and that is not the caller."""
_HOLD_SECONDS = 120
"""A hold from here on is long."""
_MISSED = 2
"""Once is the recogniser, not the caller."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Counts over this call so far."""

    interruptions: int = 0
    """Times the caller spoke over the bot."""
    repeated_requests: int = 0
    """Times the same wish was said again."""
    no_match: int = 0
    """Turns that nobody understood."""
    asked_for_person: int = 0
    hold_seconds: int = 0
    """Longest wait in line."""
    earlier_calls: int = 0
    """Calls on the same matter before this one."""

    @property
    def strength(self) -> float:
        """0 none ... `MOST`; each sign adds a little, none much."""
        total = (
            0.05 * min(_count(self.interruptions), 2)
            + 0.08 * min(_count(self.repeated_requests), 2)
            + 0.03 * min(_count(self.no_match), 3)
            + 0.05 * min(_count(self.asked_for_person), 2)
            + 0.08 * min(_count(self.hold_seconds) // _HOLD_SECONDS, 2)
            + 0.08 * min(_count(self.earlier_calls), 2)
        )
        return min(MOST, total)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """What a supervisor should know, the weightiest first."""
        told = (
            (self.earlier_calls >= 1, reason("earlier_calls", ordinal=self.earlier_calls + 1)),
            (self.repeated_requests >= 1, reason("repeated", times=self.repeated_requests)),
            (self.hold_seconds >= _HOLD_SECONDS, reason("held", minutes=self.hold_seconds // 60)),
            (self.interruptions >= 1, reason("interrupted", times=self.interruptions)),
            (self.asked_for_person >= 1, reason("asked_for_person", times=self.asked_for_person)),
            (self.no_match >= _MISSED, reason("not_understood", times=self.no_match)),
        )
        return tuple(why for is_so, why in told if is_so)


NO_SIGNS = Signs()


def _count(number: int) -> int:
    return max(0, number)
