"""What a person says into the line: sounds queued and given out 20 ms at a time."""

import asyncio
from collections import deque

import numpy as np

from audio import mulaw
from audio.frames import FRAME_BYTES, FRAME_MS, FRAME_SAMPLES, split_frames

_NOISE_AMPLITUDE = 1500.0
"""A busy street beside the telephone: about -30 dBFS."""


class Mouth:
    """Speaks one sound after another, silence between them, or noise for ever."""

    def __init__(self) -> None:
        self._frames: deque[bytes] = deque()
        self._said = asyncio.Event()
        self._said.set()
        self._noise: np.random.Generator | None = None
        self.first_ms = 0
        """When the first frame of the last `say` left, in ms of the party's clock."""
        self.last_ms = 0
        """When its last frame was over."""

    def say(self, sound: bytes) -> None:
        """Speak mu-law after what is still being said."""
        self._frames.extend(split_frames(sound))
        self._said.clear()
        self.first_ms = 0

    def make_noise(self) -> None:
        """Noise from now on, whenever nothing is said."""
        self._noise = np.random.default_rng(1)  # the same street in every run

    def hush(self) -> None:
        """Say nothing more."""
        self._frames.clear()
        self._said.set()
        self._noise = None

    async def finished(self) -> None:
        """Wait until the last word has left; the exchange's clock drives it."""
        await self._said.wait()

    def next_frame(self, now_ms: int) -> bytes:
        """The next 160 bytes, spoken from `now_ms` on."""
        if self._frames:
            frame = self._frames.popleft()
            self.first_ms = self.first_ms or now_ms
            self.last_ms = now_ms + FRAME_MS
            if not self._frames:
                self._said.set()
            return frame
        if self._noise is None:
            return mulaw.SILENCE
        noise = self._noise.normal(0.0, _NOISE_AMPLITUDE, FRAME_SAMPLES)
        return mulaw.encode(noise.astype(np.int16))[:FRAME_BYTES]
