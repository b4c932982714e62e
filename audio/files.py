"""Sound files as people bring them: WAV, FLAC, MP3, Ogg through libsndfile."""

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audio.errors import SoundUnreadable
from audio.pcm import saturate

_FLOATING = frozenset({"FLOAT", "DOUBLE"})
"""Kinds that libsndfile would round to whole numbers, -1, 0 and 1, instead of scaling them."""
_STREAMED = (0, 0xFFFFFFFF)
"""Sizes written by programs that cannot know how long a WAV will be."""
_LOST = 0.01
"""Share of the sound that may be missing: some recorders' headers are off by a few bytes."""


def read_sound(path: Path) -> tuple[NDArray[np.int16], int]:
    """Samples of shape (channels, samples) and the rate in Hz; raises SoundUnreadable."""
    import soundfile  # loads libsndfile: not for processes that only move frames

    if not path.is_file():
        raise SoundUnreadable(path.name, "there is no such file")
    if path.stat().st_size == 0:
        raise SoundUnreadable(path.name, "it is empty")
    try:
        with soundfile.SoundFile(path) as opened:
            samples = _samples(opened, path.name)
            rate, promised = int(opened.samplerate), opened.frames
    except (soundfile.LibsndfileError, OSError) as error:
        raise SoundUnreadable(path.name, f"not WAV, FLAC, MP3 or Ogg ({error})") from error
    if samples.size == 0:
        raise SoundUnreadable(path.name, "holds no samples")
    _whole_wav(path)
    if len(samples) < promised and path.suffix.lower() != ".mp3":  # an MP3's length is a guess
        there = f"{len(samples) / rate:.1f} of {promised / rate:.1f} s are there"
        raise SoundUnreadable(path.name, f"is cut off: {there}")
    return np.ascontiguousarray(samples.T), rate


def _samples(opened: Any, name: str) -> NDArray[np.int16]:
    """Of shape (samples, channels)."""
    if opened.subtype not in _FLOATING:
        whole: NDArray[np.int16] = opened.read(dtype="int16", always_2d=True)
        return whole
    floating = opened.read(dtype="float32", always_2d=True)
    if not np.isfinite(floating).all():
        where = int(np.argmin(np.isfinite(floating).all(axis=1)))
        seconds = where / opened.samplerate
        raise SoundUnreadable(
            name, f"holds values that are no numbers, the first at {seconds:.3f} s"
        )
    return saturate(floating * 32768)


def _whole_wav(path: Path) -> None:
    """Raise SoundUnreadable where a WAV's sound is shorter than its header says."""
    size = path.stat().st_size
    with path.open("rb") as source:
        start = source.read(12)
        if start[:4] != b"RIFF" or start[8:] != b"WAVE":
            return
        while len(head := source.read(8)) == 8:
            kind, promised = struct.unpack("<4sI", head)
            left = size - source.tell()
            lost = (promised - left) / max(1, promised)
            if kind == b"data" and promised not in _STREAMED and lost > _LOST:
                there = f"{left} of {promised} bytes of sound are there"
                raise SoundUnreadable(path.name, f"is cut off: {there}")
            source.seek(promised + promised % 2, 1)
