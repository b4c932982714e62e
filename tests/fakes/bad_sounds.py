"""Sounds that no feeling can be read from, and a made-up voice to make them of; 8 kHz mono."""

import numpy as np

from audio.mulaw import decode
from tts.hold import hold_music

RATE = 8000
RNG = np.random.default_rng(4)


def voice(seconds=3.0, pitch=150.0, rate=RATE):
    t = np.arange(int(seconds * rate)) / rate
    phase = 2 * np.pi * np.cumsum(pitch * (1 + 0.1 * np.sin(2 * np.pi * 0.8 * t))) / rate
    wave = sum(np.sin(n * phase) / n for n in range(2, int(3000 / pitch)))
    sound = wave * (0.55 - 0.45 * np.cos(2 * np.pi * 4 * t))
    return (sound / np.abs(sound).max() * 9000).astype(np.int16)


def music(seconds=4.0):
    return decode(hold_music(seconds))


def clipped():
    return np.clip(voice().astype(np.int32) * 60, -32768, 32767).astype(np.int16)


BAD = {
    "empty": np.zeros(0, np.int16),
    "0.1 s": voice(0.1),
    "silence": np.zeros(5 * RATE, np.int16),
    "stuck line": np.full(2 * RATE, 32767, np.int16),
    "noise": RNG.integers(-32768, 32767, 3 * RATE, dtype=np.int16),
    "clipped": clipped(),
    "music": music(),
    "two tones": (3000 * np.sin(2 * np.pi * 440 * np.arange(3 * RATE) / RATE)).astype(np.int16),
    "not a number": np.full(2 * RATE, np.nan, np.float32),
    "float samples": voice().astype(np.float64),
    "two channels": np.zeros((2, 2 * RATE), np.int16),
}
