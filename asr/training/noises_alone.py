"""What is on a line while nobody speaks: tones, keys, ringing, clicks, music, and plain noise."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from asr.training.noises import STATIONARY, stationary_noise
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from audio.frames import RATE
from audio.pcm import saturate

_Sound = NDArray[np.floating]
_Maker = Callable[[int, np.random.Generator], _Sound]

_SECONDS = (0.4, 3.0)
_PEAK = 16000
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
"""Hz of telephone keys, ITU-T Q.23."""
_RINGING = ((425, 425), (400, 450), (440, 480), (350, 440), (480, 620))
"""Hz of ring-back, dial and busy tones in Europe and China, Britain, and North America."""
_CADENCES = ((0.5, 0.5), (1.0, 4.0), (0.25, 0.25), (2.0, 4.0), (9.0, 0.0))
"""Seconds on and off."""
_SEMITONE = 2 ** (1 / 12)


def no_speech(rng: np.random.Generator) -> AlignedSpeech:
    """One of these at random, all silence by its spans."""
    name = str(rng.choice(list(_MAKERS)))
    size = int(rng.uniform(*_SECONDS) * RATE)
    sound = _MAKERS[name](size, rng)
    samples = saturate(sound * (_PEAK / (np.abs(sound).max() + 1e-9)))
    return AlignedSpeech(samples, [Span(SILENCE_NAME, 0.0, size / RATE)], name)


def _time(size: int) -> _Sound:
    seconds: _Sound = np.arange(size) / RATE
    return seconds


def _tone(size: int, rng: np.random.Generator) -> _Sound:
    return _sine(rng.uniform(150, 3400), size)


def _sine(hertz: float, size: int) -> _Sound:
    wave: _Sound = np.sin(2 * np.pi * hertz * _time(size))
    return wave


def _keys(size: int, rng: np.random.Generator) -> _Sound:
    sound = np.zeros(size)
    at = 0
    while at < size:
        length = min(int(rng.uniform(0.05, 0.3) * RATE), size - at)
        pressed = _sine(rng.choice(_ROWS), length) + _sine(rng.choice(_COLUMNS), length)
        sound[at : at + length] = pressed
        at += length + int(rng.uniform(0.03, 0.4) * RATE)
    return sound


def _ringing(size: int, rng: np.random.Generator) -> _Sound:
    low, high = rng.choice(_RINGING)
    on, off = rng.choice(_CADENCES)
    sounding = (_time(size) + rng.uniform(0, on)) % (on + off) < on
    sound: _Sound = (_sine(low, size) + _sine(high, size)) * sounding
    return sound


def _clicks(size: int, rng: np.random.Generator) -> _Sound:
    struck = np.zeros(size)
    struck[rng.integers(0, size, int(rng.integers(2, 40)))] = rng.uniform(-1, 1)
    fading = rng.standard_normal(300) * np.exp(-np.arange(300) / rng.uniform(5, 80))
    sound: _Sound = np.convolve(struck, fading)
    return sound[:size]


def _bursts(size: int, rng: np.random.Generator) -> _Sound:
    """Breath, wind and rubbing: noise that comes and goes."""
    swing: _Sound = np.sin(2 * np.pi * rng.uniform(0.3, 4) * _time(size) + rng.uniform(0, 6))
    loud: _Sound = np.clip(swing - rng.uniform(-0.5, 0.7), 0, None)
    noise: _Sound = stationary_noise(str(rng.choice(STATIONARY)), size, rng) * loud
    return noise


def _chirp(size: int, rng: np.random.Generator) -> _Sound:
    time = _time(size)
    phase = rng.uniform(200, 1800) * time + rng.uniform(-400, 400) * time**2
    wave: _Sound = np.sin(2 * np.pi * phase)
    return wave


def _music(size: int, rng: np.random.Generator) -> _Sound:
    """Chords with overtones that are struck again and again, as while one is on hold."""
    beat = int(rng.uniform(0.2, 0.7) * RATE)
    sound = np.zeros(size)
    for at in range(0, size, beat):
        length = min(2 * beat, size - at)
        for key in rng.choice(30, int(rng.integers(1, 5)), replace=False):
            note = 130.8 * _SEMITONE ** int(key)
            tones = [_sine(n * note, length) / n for n in (1, 2, 3) if n * note < RATE / 2]
            sound[at : at + length] += np.sum(tones, axis=0)
        sound[at : at + length] *= np.exp(-rng.uniform(1, 4) * _time(length))
    return sound


def _noise(size: int, rng: np.random.Generator) -> _Sound:
    return stationary_noise(str(rng.choice(STATIONARY)), size, rng)


def _nothing(size: int, _rng: np.random.Generator) -> _Sound:
    """Digital silence."""
    return np.zeros(size)


_MAKERS: dict[str, _Maker] = {
    "tone": _tone, "keys": _keys, "ringing": _ringing, "clicks": _clicks, "bursts": _bursts,
    "chirp": _chirp, "music": _music, "noise": _noise, "nothing": _nothing,
}  # fmt: skip
