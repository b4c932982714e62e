"""A clean utterance as a telephone may deliver it: another speed, room, noise, line and level."""

from collections.abc import Callable, Sequence
from functools import cache, partial

import numpy as np
import soxr
from numpy.typing import NDArray
from scipy.signal import butter, fftconvolve, firwin, firwin2, lfilter, sosfilt

from asr.training.espeak_spans import joined
from asr.training.noises import STATIONARY, Babble, Sound, rms, stationary_noise, unit
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from audio import mulaw
from audio.frames import RATE
from audio.pcm import Pcm, saturate

__all__ = ["Babble", "augment"]

_SPEED_SHARE, _SLOWEST, _FASTEST = 0.6, 0.85, 1.17
_PAUSE_SECONDS = (0.05, 0.6)
"""Of silence before and after."""
_TILT_SHARE, _STEEPEST = 0.5, 0.5
_COLOUR_SHARE, _COLOUR_DB, _COLOUR_POINTS, _COLOUR_TAPS = 0.5, 6.0, 7, 33
"""Of a microphone: so many decibels up and down, at points between which it runs straight."""
_ROOM_SHARE, _ROOM_SECONDS, _ROOM_LEVELS = 0.25, (0.05, 0.35), (0.03, 0.25)
_NOISE_SHARE, _SNR_DB = 0.65, (3.0, 40.0)
_SNR_SHAPE = (2.0, 3.0)
"""Of the beta distribution between the two limits: most utterances have 8 to 25 dB."""
_BABBLE_SHARE, _WHITE_SHARE = 0.3, 0.25
_NOISE_STOPS_SHARE = 0.3
"""Of noisy utterances: noise only while somebody speaks, as lines that save on silence have it."""
_SOFT_SHARE, _LOW_HZ, _HIGH_HZ = 0.3, range(100, 351, 25), range(2900, 3801, 75)
_SOFT_ORDERS = (1, 2, 3)
_STEEP_SHARE, _STEEP_LOW_HZ, _STEEP_HIGH_HZ = 0.45, range(200, 351, 25), range(3200, 3701, 100)
_STEEP_TAPS = (101, 201, 301)
"""A digital exchange lets nearly nothing through outside 300 to 3400 Hz (ITU-T G.712)."""
_LINE_NOISE_SHARE = 0.3
"""Of utterances: noise joins behind the filter."""
_LOSS_SHARE, _LOST_FRAMES = 0.08, (0.01, 0.05)
_CLIP_SHARE, _OVERDRIVE = 0.06, (1.3, 4.0)
_PEAKS = (700.0, 30000.0)
_HISS_SHARE, _HISS = 0.3, (0.3, 8.0)
"""Of the converter, in steps of 16 bits, whatever the level of the voice."""
_MULAW_SHARE = 0.5
_FRAME = RATE // 50


def augment(speech: AlignedSpeech, rng: np.random.Generator, babble: Babble) -> AlignedSpeech:
    """The utterance changed at random, its spans in step; the same for the same state of `rng`."""
    sound, speed = _at_another_speed(speech.samples.astype(np.float32), rng)
    lead, tail = (int(seconds * RATE) for seconds in rng.uniform(*_PAUSE_SECONDS, 2))
    spans = _moved(speech.spans, speed, lead / RATE, tail / RATE)
    sound = _coloured(_tilted(sound, rng), rng)
    sound /= _speech_level(sound, spans, lead) or 1.0
    sound = _in_a_room(np.pad(sound, (lead, tail)), rng)
    sound = _over_a_line(sound, _noise(sound.size, (lead, tail), rng, babble), rng)
    return AlignedSpeech(_delivered(sound, rng), spans, speech.voice)


def _happens(share: float, rng: np.random.Generator) -> bool:
    return bool(rng.random() < share)


def _at_another_speed(sound: Sound, rng: np.random.Generator) -> tuple[Sound, float]:
    """Pitch and formants move along, as between people of other sizes."""
    if not _happens(_SPEED_SHARE, rng):
        return sound, 1.0
    speed = float(np.exp(rng.uniform(np.log(_SLOWEST), np.log(_FASTEST))))
    return np.asarray(soxr.resample(sound, RATE * speed, RATE, quality="MQ"), np.float32), speed


def _moved(spans: Sequence[Span], speed: float, lead: float, tail: float) -> list[Span]:
    found = [Span(one.phone, one.start / speed + lead, one.end / speed + lead) for one in spans]
    end = found[-1].end
    return joined(
        [Span(SILENCE_NAME, 0.0, found[0].start), *found, Span(SILENCE_NAME, end, end + tail)]
    )


def _tilted(sound: Sound, rng: np.random.Generator) -> Sound:
    if not _happens(_TILT_SHARE, rng):
        return sound
    slope = rng.uniform(-_STEEPEST, _STEEPEST)
    return np.asarray(lfilter([1.0, -slope], [1.0], sound), np.float32)


def _coloured(sound: Sound, rng: np.random.Generator) -> Sound:
    """Some frequencies louder, others fainter, as microphones and voices differ."""
    if not _happens(_COLOUR_SHARE, rng):
        return sound
    gains = 10.0 ** (rng.uniform(-_COLOUR_DB, _COLOUR_DB, _COLOUR_POINTS) / 20)
    taps = firwin2(_COLOUR_TAPS, np.linspace(0, 1, _COLOUR_POINTS), gains)
    return np.asarray(fftconvolve(sound, taps, mode="same"), np.float32)


def _speech_level(sound: Sound, spans: Sequence[Span], lead: int) -> float:
    """Root mean square where a phone is spoken, or of all where none is."""
    spoken = np.zeros(sound.size, bool)
    for span in spans:
        if span.phone != SILENCE_NAME:
            first = max(0, int(span.start * RATE) - lead)
            spoken[first : int(span.end * RATE) - lead] = True
    return rms(sound[spoken]) or rms(sound)


def _in_a_room(sound: Sound, rng: np.random.Generator) -> Sound:
    """Echoes that fade by 60 dB within the room's time."""
    if not _happens(_ROOM_SHARE, rng):
        return sound
    size = int(rng.uniform(*_ROOM_SECONDS) * RATE)
    echoes = rng.standard_normal(size) * 10.0 ** (-3.0 * np.arange(size) / size)
    echoes *= rng.uniform(*_ROOM_LEVELS)
    echoes[0] = 1.0
    return np.asarray(fftconvolve(sound, echoes)[: sound.size], np.float32)


def _noise(
    size: int, pauses: tuple[int, int], rng: np.random.Generator, babble: Babble
) -> Sound | None:
    """To be added to speech of unit power."""
    if not _happens(_NOISE_SHARE, rng):
        return None
    noise = np.array(_noise_of_a_kind(size, rng, babble))
    quietest, loudest = _SNR_DB
    snr = quietest + (loudest - quietest) * rng.beta(*_SNR_SHAPE)
    noise *= 10.0 ** (-snr / 20)
    if _happens(_NOISE_STOPS_SHARE, rng):
        lead, tail = pauses
        noise[:lead] = 0
        noise[size - tail :] = 0
    return noise


def _noise_of_a_kind(size: int, rng: np.random.Generator, babble: Babble) -> Sound:
    kind = rng.random()
    if kind < _BABBLE_SHARE:
        return babble.piece(size, rng)
    if kind < _BABBLE_SHARE + _WHITE_SHARE:
        return stationary_noise("white", size, rng)
    first, second = rng.choice(STATIONARY, 2)
    mixed = stationary_noise(first, size, rng)
    return unit(mixed + rng.uniform(0, 1) * stationary_noise(second, size, rng))


def _over_a_line(sound: Sound, noise: Sound | None, rng: np.random.Generator) -> Sound:
    """Telephone band and noise, in either order."""
    noise = np.zeros_like(sound) if noise is None else noise
    banded = _band_of_a_kind(rng)
    if _happens(_LINE_NOISE_SHARE, rng):
        return np.asarray(banded(sound) + noise, np.float32)
    return np.asarray(banded(sound + noise), np.float32)


def _band_of_a_kind(rng: np.random.Generator) -> Callable[[Sound], Sound]:
    """What the line lets through: all, less and less towards the edges, or nothing beyond them."""
    kind = rng.random()
    if kind < _STEEP_SHARE:
        taps = _steep(
            *(int(rng.choice(some)) for some in (_STEEP_LOW_HZ, _STEEP_HIGH_HZ, _STEEP_TAPS))
        )
        return lambda sound: fftconvolve(sound, taps, mode="same")
    if kind < _STEEP_SHARE + _SOFT_SHARE:
        sections = _soft(*(int(rng.choice(some)) for some in (_LOW_HZ, _HIGH_HZ, _SOFT_ORDERS)))
        return partial(sosfilt, sections)
    return lambda sound: sound


@cache
def _soft(low: int, high: int, order: int) -> NDArray[np.float64]:
    """A Butterworth filter in sections of second order; few hundred exist."""
    sections: NDArray[np.float64] = butter(order, [low, high], "bandpass", fs=RATE, output="sos")
    return sections


@cache
def _steep(low: int, high: int, taps: int) -> NDArray[np.float64]:
    """A filter whose edges are some hundred Hz wide."""
    found: NDArray[np.float64] = firwin(taps, [low, high], pass_zero=False, fs=RATE)
    return found


def _delivered(sound: Sound, rng: np.random.Generator) -> Pcm:
    """At the line's level, with what the line loses."""
    peak = np.exp(rng.uniform(*np.log(_PEAKS)))
    sound = sound * np.float32(peak / (np.abs(sound).max() + 1e-6))
    if _happens(_CLIP_SHARE, rng):
        sound = np.clip(sound * np.float32(rng.uniform(*_OVERDRIVE)), -peak, peak)
    if _happens(_LOSS_SHARE, rng):
        lost = rng.random(-(-sound.size // _FRAME)) < rng.uniform(*_LOST_FRAMES)
        sound = np.where(np.repeat(lost, _FRAME)[: sound.size], np.float32(0), sound)
    if _happens(_HISS_SHARE, rng):
        sound = sound + stationary_noise("white", sound.size, rng) * rng.uniform(*_HISS)
    samples = saturate(sound)
    return mulaw.decode(mulaw.encode(samples)) if _happens(_MULAW_SHARE, rng) else samples
