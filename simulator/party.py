"""Who may stand at the end of a line: the port between the exchange and its people and browsers."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Answer(StrEnum):
    """What a called party did with the ringing phone."""

    ANSWERED = "answered"
    REJECTED = "rejected"
    BUSY = "busy"
    NO_ANSWER = "no-answer"


@dataclass(frozen=True, slots=True)
class RingInfo:
    """What the phone's display shows while it rings."""

    call_sid: str
    from_: str
    to: str


class Line(Protocol):
    """What a party may do with its own phone."""

    @property
    def call_sid(self) -> str:
        """The provider's id of this leg."""
        ...

    def press(self, digit: str) -> None:
        """Press one key: 0-9, *, # (or A-D)."""
        ...

    def hang_up(self) -> None:
        """Put the phone down; `ended` follows."""
        ...


class Party(Protocol):
    """A person or browser at the end of a line.

    All calls happen on the exchange's event loop and must not block.
    """

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """Decide about a ringing phone; cancelled when the dial timeout is over."""
        ...

    def connected(self, line: Line) -> None:
        """Audio flows from now on."""
        ...

    def speak(self) -> bytes:
        """Give the next 160 bytes of 8 kHz mu-law, asked every 20 ms."""
        ...

    def hear(self, frame: bytes) -> None:
        """Take 160 bytes of 8 kHz mu-law, given every 20 ms."""
        ...

    def ended(self, reason: str) -> None:
        """The line is dead: `completed`, `hung-up`, `busy`, `failed`, `no-answer`, `canceled`."""
        ...
