"""What every voice answers to."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Speech:
    """Spoken text as it goes on the line."""

    ulaw: bytes
    """8 kHz mu-law, one byte a sample."""
    text: str
    language: str

    @property
    def ms(self) -> int:
        """Length."""
        return len(self.ulaw) // 8


class Speaker(Protocol):
    """Turns text into sound; blocks, safe to call from several threads."""

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        """Sound of `text` in `language` (zh, en), slower at rate 0.8; raises SynthesisFailed."""
