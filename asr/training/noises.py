"""What is heard beside a caller: noise of many colours, mains hum, and other people talking."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from asr.training.speech import AlignedSpeech
from audio.frames import RATE

Sound = NDArray[np.float32]

_TRACK_SECONDS = 40
"""Of each noise that utterances are given a piece of."""
_SEED = 8000
_LOWEST_HZ = 20.0
"""Below it a coloured noise grows no more."""
_CROWD = (2, 3, 5, 8)
"""Talkers of the tracks of babble."""


@dataclass(frozen=True, slots=True)
class Babble:
    """Tracks of several people talking at once, each of unit power."""

    tracks: Sequence[Sound]

    def piece(self, size: int, rng: np.random.Generator) -> Sound:
        """Some of one of them."""
        return piece_of(self.tracks[int(rng.integers(len(self.tracks)))], size, rng)


def babble_of(speech: Sequence[AlignedSpeech], seed: int) -> Babble:
    """The voices of a corpus talking over one another."""
    rng = np.random.default_rng(seed)
    return Babble([_crowd(speech, talkers, rng) for talkers in _CROWD])


def _crowd(speech: Sequence[AlignedSpeech], talkers: int, rng: np.random.Generator) -> Sound:
    total = np.zeros(_TRACK_SECONDS * RATE, np.float32)
    for _ in range(talkers):
        at = 0
        while at < total.size:
            said = speech[int(rng.integers(len(speech)))].samples.astype(np.float32)
            said = said[: total.size - at] * np.float32(rng.uniform(0.4, 1.0) / (rms(said) + 1.0))
            total[at : at + said.size] += said
            at += said.size + int(rng.integers(RATE // 2))
    return unit(total)


def stationary_noise(kind: str, size: int, rng: np.random.Generator) -> Sound:
    """A piece of one of STATIONARY, of unit power."""
    return piece_of(_tracks()[kind], size, rng)


@lru_cache(maxsize=1)
def _tracks() -> dict[str, Sound]:
    rng = np.random.default_rng(_SEED)
    size = _TRACK_SECONDS * RATE
    return {kind: unit(make(rng.standard_normal(size))) for kind, make in _MAKERS.items()}


def _white(grain: NDArray[np.float64]) -> NDArray[np.float64]:
    return grain


def _pink(grain: NDArray[np.float64]) -> NDArray[np.float64]:
    return _sloped(grain, 0.5)


def _brown(grain: NDArray[np.float64]) -> NDArray[np.float64]:
    return _sloped(grain, 1.0)


def _sloped(grain: NDArray[np.float64], power: float) -> NDArray[np.float64]:
    """Amplitudes that fall with a power of the frequency."""
    hertz = np.maximum(np.fft.rfftfreq(grain.size, 1 / RATE), _LOWEST_HZ)
    sloped: NDArray[np.float64] = np.fft.irfft(np.fft.rfft(grain) * hertz**-power, grain.size)
    return sloped / np.std(sloped)


def _hum(grain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mains of 50 and 60 Hz with overtones, and some hiss."""
    time = np.arange(grain.size) / RATE
    half = grain.size // 2
    mains = np.where(np.arange(grain.size) < half, 50.0, 60.0)
    tones = [np.sin(2 * np.pi * n * mains * time + n) / n for n in (1, 2, 3, 4, 6, 8)]
    hum: NDArray[np.float64] = np.sum(tones, axis=0) + 0.2 * grain
    return hum


def _street(grain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Traffic: rumble that swells and fades within seconds."""
    time = np.arange(grain.size) / RATE
    swell = 1.1 + np.sin(2 * np.pi * 0.31 * time) * np.sin(2 * np.pi * 0.083 * time + 1)
    return _pink(grain) * swell + 0.5 * _brown(grain)


_MAKERS = {"white": _white, "pink": _pink, "brown": _brown, "hum": _hum, "street": _street}
STATIONARY = tuple(_MAKERS)
"""Kinds of noise that need no speech."""


def piece_of(track: Sound, size: int, rng: np.random.Generator) -> Sound:
    """`size` samples from anywhere in a track, which goes round."""
    start = int(rng.integers(track.size))
    if start + size <= track.size:
        return track[start : start + size]
    return np.resize(np.roll(track, -start), size)


def rms(sound: Sound) -> float:
    """Root mean square; 0 for no samples."""
    return float(np.sqrt(np.mean(np.square(sound, dtype=np.float64)))) if sound.size else 0.0


def unit(sound: NDArray[np.floating]) -> Sound:
    """The same sound with a power of 1; silence stays silent."""
    return np.asarray(sound / (rms(sound.astype(np.float32)) or 1.0), np.float32)
