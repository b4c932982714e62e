"""How much a piece of sound repeats itself: vocal cords do, hiss and taps do not."""

import numpy as np

from asr.recognizer import Pcm
from audio.frames import RATE

_HIGHEST_HERTZ, _LOWEST_HERTZ = 400, 70
"""Pitch of voices, from children to low men."""

_FFT = 1024
"""Room for the correlation of 40 ms (320 samples) without wrapping round."""


def periodicity(pcm: Pcm) -> float:
    """Highest normalised autocorrelation at a pitch lag: hiss about 0.2, vowels 0.5 to 0.9."""
    if pcm.size < 2:
        return 0.0
    samples = pcm.astype(np.float64)
    # pre-emphasis: without it rumble looks periodic, as it is alike from sample to sample
    steep = samples[1:] - 0.9 * samples[:-1]
    steep -= steep.mean()
    spectrum = np.fft.rfft(steep, _FFT)
    correlation = np.fft.irfft(spectrum.real**2 + spectrum.imag**2, _FFT)
    energy = float(correlation[0])
    if energy < 1.0:
        return 0.0
    pitch = correlation[RATE // _HIGHEST_HERTZ : RATE // _LOWEST_HERTZ + 1]
    return float(pitch.max()) / energy
