"""Stand-ins: a party for addresses where nobody is, and a voice for exchanges without one."""

from audio.mulaw import SILENCE
from simulator.party import Answer, Line, RingInfo
from simulator.sound import silence

_SILENT_SECONDS_A_LETTER = 0.06


async def say_silence(text: str, _language: str) -> bytes:
    """Stands for a voice: 60 ms of silence a character."""
    return silence(len(text) * _SILENT_SECONDS_A_LETTER)


class Nobody:
    """Stands at an address where nobody is registered: it rings nowhere."""

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """Never answered."""
        return Answer.NO_ANSWER

    def connected(self, line: Line) -> None:
        """Never happens."""

    def speak(self) -> bytes:
        """Silence."""
        return SILENCE

    def hear(self, frame: bytes) -> None:
        """Nothing."""

    def ended(self, reason: str) -> None:
        """Nothing."""
