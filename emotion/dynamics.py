"""Loudness as movement: swings, edges, rate and pauses, none of which a change of gain touches."""

import numpy as np
from numpy.typing import NDArray

from emotion.pitch import HOP_SECONDS

Numbers = NDArray[np.float64]
Mask = NDArray[np.bool_]

_BELOW_LOCAL_PEAK_DB = 25.0
"""Frames this far below the peaks around them are breath, room and line."""
_BELOW_PEAK_DB = 40.0
_FLOOR_DBFS = -66.0
_MOST_SWING_DB = 8.0
_AROUND = 25  # frames each side, half a second: a step of gain spoils no more than that
DYNAMICS_NAMES = (
    "swing", "swing_high", "swing_low", "edge_up", "edge_down", "shimmer", "rate", "voiced_share",
    "segment", "segments_rate", "pause",
)  # fmt: skip


def loud_frames(level: Numbers) -> Mask:
    """Which frames hold speech; measured against their own surroundings, so that gain may jump."""
    around = np.lib.stride_tricks.sliding_window_view(
        np.pad(level, _AROUND, constant_values=-200.0), 2 * _AROUND + 1
    ).max(axis=1)
    threshold = np.maximum(around - _BELOW_LOCAL_PEAK_DB, float(level.max()) - _BELOW_PEAK_DB)
    loud: Mask = level > np.maximum(threshold, _FLOOR_DBFS)
    return loud


def swings(level: Numbers) -> Numbers:
    """Level against its own half second, dB; held, so that a jump of gain is no great stress."""
    padded = np.pad(level, 12, mode="edge")
    around = np.lib.stride_tricks.sliding_window_view(padded, 25)
    swing: Numbers = np.clip(level - np.median(around, axis=1), -_MOST_SWING_DB, _MOST_SWING_DB)
    return swing


def dynamics(level: Numbers, loud: Mask, voiced: Mask) -> Numbers:
    """Values in the order of `DYNAMICS_NAMES`; `voiced` must hold a frame at least."""
    floored = np.maximum(level, level.max() - _BELOW_PEAK_DB - 12.0)
    swing = swings(floored)[voiced]
    low, high = np.percentile(swing, [15, 85])
    step = np.diff(floored)
    both = voiced[1:] & voiced[:-1]
    active = loud[1:] & loud[:-1]
    up, down = step[active & (step > 0)], step[active & (step < 0)]
    runs = _runs(voiced)
    span = _span(loud)
    pauses = _runs(~loud[span])
    seconds = max(int(loud.sum()), 1) * HOP_SECONDS
    return np.array(
        [
            high - low,
            high,
            low,
            float(np.median(up)) if up.size else 0.0,
            float(np.median(down)) if down.size else 0.0,
            float(np.median(np.abs(step[both]))) if both.any() else 0.0,
            _peaks(floored, loud) / seconds,
            float(voiced.sum()) / max(int(loud.sum()), 1),
            float(np.mean(runs)) * HOP_SECONDS,
            len(runs) / seconds,
            float(pauses.sum()) / max(len(loud[span]), 1),
        ]
    )


def _runs(mask: Mask) -> NDArray[np.int64]:
    """Lengths of the stretches that are true."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return np.asarray(edges[1::2] - edges[::2], dtype=np.int64)


def _span(loud: Mask) -> slice:
    where = np.flatnonzero(loud)
    return slice(int(where[0]), int(where[-1]) + 1)


def _peaks(level: Numbers, loud: Mask) -> float:
    """Envelope peaks that rise and fall by 2 dB: a proxy of syllables."""
    smooth = np.convolve(level, np.ones(3) / 3.0, mode="same")
    peaks, high, low, rising = 0, smooth[0], smooth[0], True
    for value, is_loud in zip(smooth.tolist(), loud.tolist(), strict=True):
        high, low = max(high, value), min(low, value)
        if rising and value < high - 2.0:
            peaks += 1
            rising, low = False, value
        elif not rising and is_loud and value > low + 2.0:
            rising, high = True, value
    return float(peaks + rising)
