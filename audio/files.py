"""Sound files as people bring them: WAV, FLAC, MP3, Ogg through libsndfile."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.errors import SoundUnreadable


def read_sound(path: Path) -> tuple[NDArray[np.int16], int]:
    """Samples of shape (channels, samples) and the rate in Hz; raises SoundUnreadable."""
    import soundfile  # loads libsndfile: not for processes that only move frames

    if not path.is_file():
        raise SoundUnreadable(path.name, "there is no such file")
    try:
        samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise SoundUnreadable(path.name, f"not WAV, FLAC, MP3 or Ogg ({error})") from error
    if samples.size == 0:
        raise SoundUnreadable(path.name, "holds no samples")
    return np.ascontiguousarray(samples.T), int(rate)
