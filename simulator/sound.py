"""What a leg's ear and mouth are plugged into, and sound that is simply played."""

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Protocol

import numpy as np

from audio.frames import RATE, split_frames
from audio.mulaw import SILENCE, encode

_ROWS = (697, 770, 852, 941)
_COLUMNS = (1209, 1336, 1477, 1633)
_KEY_TONES = {
    key: (_ROWS[row], _COLUMNS[column])
    for row, keys in enumerate(("123A", "456B", "789C", "*0#D"))
    for column, key in enumerate(keys)
}
"""Hz of every key (ITU-T Q.23)."""


class Ear(Protocol):
    """Gives a leg what its party hears."""

    def next_frame(self) -> bytes:
        """The next 160 bytes, asked every 20 ms."""
        ...


class Tap(Protocol):
    """Takes what a leg's party says and hears."""

    def frame(self, said: bytes, heard: bytes) -> None:
        """One 20 ms frame of each direction."""
        ...

    def skipped(self, frames: int) -> None:
        """The machine was too slow: this many frames of time passed without sound."""
        ...


class Playback:
    """Plays mu-law once; `done` is set when the last frame has been heard."""

    def __init__(self, sound: bytes) -> None:
        self._frames = deque(split_frames(sound))
        self.done = asyncio.Event()

    def next_frame(self) -> bytes:
        """The next frame, then silence."""
        if self._frames:
            return self._frames.popleft()
        self.done.set()
        return SILENCE


def tone(frequencies: Iterable[float], ms: int, level: float = 0.25) -> bytes:
    """Sum of sines as mu-law."""
    time = np.arange(RATE * ms // 1000) / RATE
    wave = sum((np.sin(2 * np.pi * hz * time) for hz in frequencies), np.zeros_like(time))
    return encode((wave * level * 16384).astype(np.int16))


def key_tones(digits: str) -> bytes:
    """DTMF (ITU-T Q.23), 100 ms a key and 100 ms of pause; `w` is half a second of silence."""
    gap = SILENCE * 5
    parts = [SILENCE * 25 if key in "wW" else tone(_KEY_TONES[key], 100) + gap for key in digits]
    return b"".join(parts)


def beep() -> bytes:
    """The tone before a `<Record>`: 1 kHz, 300 ms."""
    return tone((1000.0,), 300)


def silence(seconds: float) -> bytes:
    """Mu-law silence in whole frames."""
    return SILENCE * round(seconds * 50)
