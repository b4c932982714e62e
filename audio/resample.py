"""Change of sampling rate with a proper filter (libsoxr), never by dropping samples."""

import numpy as np
from numpy.typing import NDArray


def resample(pcm: NDArray[np.int16], from_rate: int, to_rate: int) -> NDArray[np.int16]:
    """Sound of shape (samples,) at another rate in Hz; a piece is whole: no state is kept."""
    if from_rate == to_rate or pcm.size == 0:
        return pcm
    import soxr  # 20 ms of import that the media loop's frames never need

    resampled: NDArray[np.int16] = soxr.resample(pcm, from_rate, to_rate, quality="HQ")
    return resampled
