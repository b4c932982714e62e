"""The telephone's unit of time: 20 ms of 8 kHz sound (RFC 3551: PCMU, one byte a sample)."""

RATE = 8000
FRAME_MS = 20
FRAME_SAMPLES = RATE * FRAME_MS // 1000
FRAME_BYTES = FRAME_SAMPLES
"""One mu-law frame: a byte a sample."""


class Framer:
    """Cuts mu-law of any lengths into whole 20 ms frames; what is left over waits for more."""

    def __init__(self) -> None:
        self._rest = b""

    def push(self, data: bytes) -> list[bytes]:
        """Whole frames that `data` completes, in order."""
        joined = self._rest + data
        whole = len(joined) - len(joined) % FRAME_BYTES
        self._rest = joined[whole:]
        return [joined[start : start + FRAME_BYTES] for start in range(0, whole, FRAME_BYTES)]

    def flush(self) -> list[bytes]:
        """The last frame, filled up with silence; nothing when no sound is left over."""
        rest, self._rest = self._rest, b""
        return [rest.ljust(FRAME_BYTES, b"\xff")] if rest else []


def split_frames(data: bytes) -> list[bytes]:
    """All 20 ms frames of a whole piece of mu-law, the last one filled up with silence."""
    framer = Framer()
    return framer.push(data) + framer.flush()
