"""Music while waiting: our own quiet melody, computed, so that nobody's rights are on the line."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from audio import mulaw
from audio.frames import RATE
from audio.pcm import saturate

_BEAT_SECONDS = 0.5
_PEAK = 2600
"""About -28 dBFS: under a speaking voice, so that prompts between the music stand out."""

_MELODY = (0, 4, 7, 9, 12, 9, 7, 4, 2, 5, 9, 12, 14, 12, 9, 5, 0, 4, 7, 12, 11, 7, 4, 2)
"""Semitones above the root, one a beat; ends where it begins, so that it can be repeated."""

_ROOT_HERTZ = 330.0
"""High enough for a line that starts at 300 Hz."""


@lru_cache(maxsize=4)
def hold_music(seconds: float) -> bytes:
    """That much melody as 8 kHz mu-law, fading in and out."""
    total = round(seconds * RATE)
    sound = np.zeros(total + 2 * RATE)
    beat = round(_BEAT_SECONDS * RATE)
    for number, start in enumerate(range(0, total, beat)):
        semitones = _MELODY[number % len(_MELODY)]
        note = _note(_ROOT_HERTZ * 2 ** (semitones / 12))
        sound[start : start + note.size] += note
    fade = min(RATE // 4, total // 2)
    sound = sound[:total]
    if fade:
        sound[:fade] *= np.linspace(0, 1, fade)
        sound[total - fade :] *= np.linspace(1, 0, fade)
    return mulaw.encode(saturate(sound * _PEAK))


def _note(hertz: float) -> NDArray[np.float64]:
    """A soft bell: two partials that die away within a second and a half."""
    time = np.arange(round(1.5 * RATE)) / RATE
    decay = np.exp(-3.0 * time) * np.minimum(1.0, time / 0.015)
    tone = np.sin(2 * np.pi * hertz * time) + 0.3 * np.sin(4 * np.pi * hertz * time)
    return np.asarray(0.5 * decay * tone)
