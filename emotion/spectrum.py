"""Shape of a voice's spectrum in the telephone band, frame by frame; every number survives gain."""

import numpy as np
from numpy.typing import NDArray

from emotion.pitch import FFT, RATE

Numbers = NDArray[np.float64]

MEL_BANDS = 26
LOWEST_HZ, HIGHEST_HZ = 250.0, 3500.0
CEPSTRA = 12
_FLOOR = 1e-5
"""Of a frame's whole power: line noise 50 dB down is no part of a voice."""
SHAPE_NAMES = (
    "balance", "hammarberg", "slope_low", "slope_high", "centroid", "spread", "rolloff",
    "flatness", "f1_place", "f2_place", "f3_place",
)  # fmt: skip


def _hz_to_mel(hz: Numbers | float) -> Numbers:
    mel: Numbers = 2595.0 * np.log10(1.0 + np.asarray(hz) / 700.0)
    return mel


def mel_filters() -> Numbers:
    """Triangles of height 1 (bands x bins), O'Shaughnessy's mel scale."""
    edges = np.linspace(_hz_to_mel(LOWEST_HZ), _hz_to_mel(HIGHEST_HZ), MEL_BANDS + 2)
    hz = 700.0 * (10.0 ** (edges / 2595.0) - 1.0)
    bins = np.arange(FFT // 2 + 1) * RATE / FFT
    rise = (bins[None, :] - hz[:-2, None]) / (hz[1:-1] - hz[:-2])[:, None]
    fall = (hz[2:, None] - bins[None, :]) / (hz[2:] - hz[1:-1])[:, None]
    filters: Numbers = np.maximum(0.0, np.minimum(rise, fall))
    return filters


def _cosines() -> Numbers:
    k = np.arange(1, CEPSTRA + 1)[:, None]
    n = np.arange(MEL_BANDS)[None, :]
    cosines: Numbers = np.cos(np.pi * k * (n + 0.5) / MEL_BANDS) * np.sqrt(2.0 / MEL_BANDS)
    return cosines


_FILTERS = mel_filters()
_COSINES = _cosines()
_BINS = np.arange(FFT // 2 + 1) * RATE / FFT


def mel_db(power: Numbers) -> Numbers:
    """Log mel energies of each frame in dB of the frame's own power."""
    energy = power @ _FILTERS.T
    whole = energy.sum(axis=1, keepdims=True) + 1e-20
    mel: Numbers = 10.0 * np.log10(energy / whole + _FLOOR)
    return mel


def cepstra(mel: Numbers) -> Numbers:
    """MFCC 1-12 of each frame; 0, the level, is left out."""
    return mel @ _COSINES.T


def flux(mel: Numbers) -> Numbers:
    """How much the spectrum's shape moves from frame to frame, dB; one number a step."""
    step: Numbers = np.sqrt(np.mean(np.diff(mel, axis=0) ** 2, axis=1))
    return step


def shapes(power: Numbers) -> Numbers:
    """Columns in the order of `SHAPE_NAMES`."""
    within = (_BINS >= LOWEST_HZ) & (_BINS <= HIGHEST_HZ)
    part, hz = power[:, within], _BINS[within]
    whole = part.sum(axis=1) + 1e-20
    part = part / whole[:, None]
    centroid = part @ hz
    spread = np.sqrt(np.maximum(part @ hz**2 - centroid**2, 0.0))
    rolloff = hz[np.argmax(np.cumsum(part, axis=1) >= 0.85, axis=1)]
    flatness = np.mean(10.0 * np.log10(part + _FLOOR), axis=1)
    low, high = _share(part, hz, 300, 1000), _share(part, hz, 1000, 3400)
    peak_low = np.log10(part[:, hz < 1500].max(axis=1) + _FLOOR)
    peak_high = np.log10(part[:, hz >= 1500].max(axis=1) + _FLOOR)
    return np.column_stack(
        [
            10.0 * np.log10((high + _FLOOR) / (low + _FLOOR)),
            10.0 * (peak_low - peak_high),
            _slope(part, hz, 300, 1000),
            _slope(part, hz, 1000, 3400),
            centroid / 1000.0,
            spread / 1000.0,
            rolloff / 1000.0,
            flatness,
            _place(part, hz, 300, 1000),
            _place(part, hz, 1000, 2400),
            _place(part, hz, 2400, 3400),
        ]
    )


def _share(part: Numbers, hz: Numbers, low: float, high: float) -> Numbers:
    share: Numbers = part[:, (hz >= low) & (hz < high)].sum(axis=1)
    return share


def _slope(part: Numbers, hz: Numbers, low: float, high: float) -> Numbers:
    """Straight line through the dB spectrum, dB a kHz."""
    inside = (hz >= low) & (hz < high)
    x = hz[inside] / 1000.0
    x = x - x.mean()
    slope: Numbers = 10.0 * np.log10(part[:, inside] + _FLOOR) @ x / float(x @ x)
    return slope


def _place(part: Numbers, hz: Numbers, low: float, high: float) -> Numbers:
    """Where the energy of a band sits, kHz: a formant's place without the search for it."""
    inside = (hz >= low) & (hz < high)
    energy = part[:, inside] + 1e-9
    place: Numbers = energy @ hz[inside] / energy.sum(axis=1) / 1000.0
    return place
