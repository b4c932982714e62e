"""One window of voice frame by frame, as the network hears it, free of the line's gain."""

import numpy as np
from numpy.typing import NDArray

from emotion.dynamics import swings
from emotion.spectrum import MEL_BANDS

Numbers = NDArray[np.float64]
Picture = NDArray[np.float32]

SWING, PITCH, VOICED, STRENGTH, LOUD = range(MEL_BANDS, MEL_BANDS + 5)
COLUMNS = MEL_BANDS + 5
"""Mel bands in tens of dB of the frame's own power, then the five named above."""
_DECIBELS, _SWING_DB, _SEMITONES = 10.0, 8.0, 6.0
"""Units that bring every column to about the same size."""
_USUAL_BAND = -2.0
"""A band's usual share, -20 dB: from there on, so that nothing heard is nothing in numbers too."""
_MOST_SEMITONES = 18.0
NO_PICTURE: Picture = np.zeros((0, COLUMNS), np.float32)


def picture(
    mel: Numbers, level: Numbers, loud: NDArray[np.bool_], hertz: Numbers, strength: Numbers
) -> Picture:
    """Frames by `COLUMNS`; pitch in sixths of a dozen semitones above 100 Hz where there is voice.

    Level is only its swing within half a second, so that a jump of the line's gain is soon over.
    """
    voiced = hertz > 0.0
    semitones = np.where(voiced, 12.0 * np.log2(np.maximum(hertz, 1.0) / 100.0), 0.0)
    columns = (swings(level) / _SWING_DB, semitones / _SEMITONES, voiced, strength, loud)
    return np.column_stack([mel / _DECIBELS, *columns]).astype(np.float32)


def beside(heard: Picture, calm_semitones: float) -> Picture:
    """The same as the network takes it: bands from the usual, pitch from what is calm for them."""
    moved = heard.copy()
    moved[:, :MEL_BANDS] -= _USUAL_BAND
    above = np.clip(
        heard[:, PITCH] - calm_semitones / _SEMITONES,
        -_MOST_SEMITONES / _SEMITONES,
        _MOST_SEMITONES / _SEMITONES,
    )
    moved[:, PITCH] = above * heard[:, VOICED]
    return moved
