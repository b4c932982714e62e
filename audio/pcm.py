"""Arithmetic on sound as numbers: level, gain, mixing, and the band of a telephone line."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Pcm = NDArray[np.int16]

_FULL_SCALE = 32768.0
SILENCE_DBFS = -100.0
"""Level that stands for digital silence."""


def level_dbfs(pcm: Pcm) -> float:
    """Root mean square level in dB of full scale; -100 for silence and for no samples."""
    if pcm.size == 0:
        return SILENCE_DBFS
    samples = pcm.astype(np.float64)
    rms = float(np.sqrt(np.mean(samples * samples)))
    return max(SILENCE_DBFS, 20.0 * float(np.log10(max(rms, 1e-9) / _FULL_SCALE)))


def saturate(samples: NDArray[np.floating] | NDArray[np.integer]) -> Pcm:
    """Samples rounded and held within int16 instead of wrapping round."""
    held: Pcm = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return held


def gain(pcm: Pcm, decibels: float) -> Pcm:
    """Louder (positive) or softer (negative) sound, saturating."""
    return saturate(pcm.astype(np.float64) * 10.0 ** (decibels / 20.0))


def mix(*voices: Pcm) -> Pcm:
    """Sum of voices that start together, as long as the longest, saturating."""
    total = np.zeros(max((voice.size for voice in voices), default=0), dtype=np.int32)
    for voice in voices:
        total[: voice.size] += voice
    return saturate(total)


@lru_cache(maxsize=4)
def _band_taps(rate: int, low_hz: float, high_hz: float, taps: int) -> NDArray[np.float64]:
    """Windowed-sinc band-pass (Hamming), linear phase."""
    time = np.arange(taps) - (taps - 1) / 2
    high, low = 2 * high_hz / rate, 2 * low_hz / rate
    band: NDArray[np.float64] = high * np.sinc(high * time) - low * np.sinc(low * time)
    return band * np.hamming(taps)


def telephone_band(pcm: Pcm, rate: int = 8000) -> Pcm:
    """Sound as a telephone leaves it: 300 to 3400 Hz (ITU-T G.712), same length, no delay."""
    if pcm.size == 0:
        return pcm
    taps = _band_taps(rate, 300.0, 3400.0, 2 * (rate // 80) + 1)  # 25 ms: about 130 Hz of slope
    filtered = np.convolve(pcm.astype(np.float64), taps, mode="full")
    start = (taps.size - 1) // 2
    return saturate(filtered[start : start + pcm.size])
