"""What the dialogue itself tells of a caller's patience: counted by the caller of this code."""

from dataclasses import dataclass

MOST = 0.3
"""Signs never count for more: a bad recogniser makes many of them, and that is not the caller."""
_HOLD_SECONDS = 120
"""A hold from here on is long."""


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
    def reasons(self) -> tuple[str, ...]:
        """In words a supervisor reads, the weightiest first."""
        told = []
        if _count(self.earlier_calls):
            told.append(f"{_ordinal(self.earlier_calls + 1)} call on this matter")
        if _count(self.repeated_requests):
            told.append(f"same request repeated {_times(self.repeated_requests)}")
        if _count(self.hold_seconds) >= _HOLD_SECONDS:
            told.append(f"held for {self.hold_seconds // 60} min")
        if _count(self.interruptions):
            told.append(f"interrupted {_times(self.interruptions)}")
        if _count(self.asked_for_person):
            told.append(f"asked for a person {_times(self.asked_for_person)}")
        if _count(self.no_match) >= 2:
            told.append(f"not understood {_times(self.no_match)}")
        return tuple(told)


NO_SIGNS = Signs()


def _count(number: int) -> int:
    return max(0, number)


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def _ordinal(number: int) -> str:
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(number, f"number {number}")
