"""What the call wants done. Decided by ivr/transitions.py, performed after the state is saved.

`Effect`s are idempotent and stay listed with the saved state until performed, so that a crash
in between
replays them. `StreamEffect`s are for the process that holds the caller's stream; a lost stream
loses them
on purpose: when it comes back, the state tells what to say.
"""

from typing import Any

import msgspec

from routing.plan import Priority, RoutePlan


class Effect(msgspec.Struct, frozen=True, tag=True):
    """To be performed by whoever handled the event."""


class Log(Effect, frozen=True):
    """An event for the call's record and the live feed."""

    kind: str
    data: dict[str, Any] = {}


class SaveTurn(Effect, frozen=True):
    """The turn's row in the call's record."""

    number: int
    columns: dict[str, Any]


class UpdateCall(Effect, frozen=True):
    """Columns of the call's row."""

    columns: dict[str, Any]


class ForgetEmotion(Effect, frozen=True):
    """The caller refused the analysis: take every reading out of the call's record."""


class JoinQueue(Effect, frozen=True):
    """Put the caller in line; joining twice keeps the place."""

    plan: RoutePlan
    story: tuple[str, ...]
    language: str


class LeaveQueue(Effect, frozen=True):
    """The caller is gone: out of the line, a ringing agent is freed."""


class MovePriority(Effect, frozen=True):
    """A new head start for a waiting caller."""

    priority: Priority


class BringCaller(Effect, frozen=True):
    """Move the caller's leg from the stream into the conference with the agent."""

    reservation_id: str


class FinishReservation(Effect, frozen=True):
    """The conversation with the agent is over: wrap-up begins."""

    reservation_id: str


class ReturnToQueue(Effect, frozen=True):
    """The agent was lost: back in line with the original join time."""

    reservation_id: str


class CloseCall(Effect, frozen=True):
    """The record's end, once."""

    outcome: str


class StreamEffect(msgspec.Struct, frozen=True, tag=True):
    """To be performed by the process that holds the caller's stream."""


class Speak(StreamEffect, frozen=True):
    """Say something, then go on: `listen`, `hold` (music) or `hang_up`."""

    text: str = ""
    prompt: str = ""
    """Id of a fixed prompt when `text` is empty."""
    values: dict[str, str] = {}
    then: str = "listen"
    turn: int = 0
    """The turn that it answers; 0: none."""


class LeaveStream(StreamEffect, frozen=True):
    """Another stream or person has the caller now: close the socket quietly."""
