"""A recording drawn small: the loudest sample of each slice, channel by channel."""

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recordings.errors import BadRecording

SLICES = 1_200
"""Peaks a channel: about one a pixel of the player."""
FULL_SCALE = 32_768.0
BLOCK_FRAMES = 480_000
"""One minute at 8 kHz: a long recording never lies in memory as a whole."""
EXPECTED = "16-bit PCM WAV"


@dataclass(frozen=True, slots=True)
class Waveform:
    """What the player draws."""

    seconds: float
    channels: int
    peaks: list[list[float]]
    """One list a channel, each value 0-1."""


def read_waveform(path: Path, slices: int = SLICES) -> Waveform:
    """Peaks of a 16-bit PCM WAV; raises BadRecording."""
    try:
        with wave.open(str(path), "rb") as sound:
            return _read(sound, path, slices)
    except (OSError, EOFError, wave.Error) as error:
        raise BadRecording(path.stem, str(error), EXPECTED) from error


def _read(sound: wave.Wave_read, path: Path, slices: int) -> Waveform:
    if sound.getsampwidth() != 2:
        raise BadRecording(path.stem, f"{8 * sound.getsampwidth()} bits a sample", EXPECTED)
    channels, frames = sound.getnchannels(), sound.getnframes()
    width = max(1, -(-frames // slices))
    block = max(1, BLOCK_FRAMES // width) * width
    peaks: list[list[float]] = [[] for _ in range(channels)]
    while data := sound.readframes(block):
        whole = len(data) - len(data) % (2 * channels)
        samples = np.frombuffer(data[:whole], dtype="<i2").reshape(-1, channels)
        for channel, found in enumerate(_peaks(samples, width).T):
            peaks[channel] += [round(float(value), 3) for value in found]
    return Waveform(frames / (sound.getframerate() or 1), channels, peaks)


def _peaks(samples: npt.NDArray[np.int16], width: int) -> npt.NDArray[np.float64]:
    """Loudest absolute sample of every `width` frames."""
    loud = np.abs(samples.astype(np.int32))
    rest = -len(loud) % width
    padded = np.pad(loud, ((0, rest), (0, 0)))
    loudest: npt.NDArray[np.int32] = padded.reshape(-1, width, samples.shape[1]).max(axis=1)
    return loudest / FULL_SCALE
