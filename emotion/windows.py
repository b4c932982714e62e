"""Cuts an utterance into the stretches that are judged one by one: about 1.5 s of speech each."""

import numpy as np
from numpy.typing import NDArray

from emotion.pitch import HOP, RATE

WINDOW_SECONDS = 1.5
_SHORTEST_SECONDS = 0.75
_MARGIN = 800  # 0.1 s of what lies around the speech stays
_BELOW_PEAK_DB = 24.0


def cut(pcm: NDArray[np.int16]) -> list[NDArray[np.int16]]:
    """Equal windows of the part that holds speech; a shorter utterance is one window."""
    spoken = _without_silence(pcm)
    if spoken.size / RATE < _SHORTEST_SECONDS:
        return [spoken] if spoken.size else []
    return list(np.array_split(spoken, max(1, round(spoken.size / RATE / WINDOW_SECONDS))))


def _without_silence(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    steps = pcm.size // HOP
    if steps < 2:
        return pcm
    power = np.mean(pcm[: steps * HOP].reshape(steps, HOP).astype(np.float64) ** 2, axis=1)
    loud = np.flatnonzero(power > power.max() * 10.0 ** (-_BELOW_PEAK_DB / 10.0))
    if not loud.size:
        return pcm
    return pcm[max(0, int(loud[0]) * HOP - _MARGIN) : (int(loud[-1]) + 1) * HOP + _MARGIN]
