"""What a voice measures like: pitch, effort, dynamics, rate of 8 kHz telephone speech; numpy only.

Everything but `level_dbfs` survives a change of gain, because level is the strongest and the most
treacherous sign of anger on a telephone line.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RATE = 8000
HOP_SECONDS = 0.02
_HOP = 160
_FRAME = 320  # 40 ms: two and a half periods of a 62 Hz voice
_FFT = 1024  # frame plus longest lag without wrap-around
_SHORTEST_LAG = 16  # 500 Hz: angry women and children
_LONGEST_LAG = 133  # 60 Hz
_PERIODIC = (
    0.5  # normalised autocorrelation; Boersma 1993 uses 0.45 with a path search, we have none
)
_WITHIN_SEMITONES = 9.0  # beside 7 and 12 the fewest gross errors, same measurement as below
_BELOW_PEAK_DB = 25.0  # frames this far below the loudest ones are breath, room and line
_FLOOR_DBFS = -60.0
_EPSILON = 1e-10


@dataclass(frozen=True, slots=True)
class Features:
    """One stretch of speech in numbers; means are over voiced frames."""

    voiced_seconds: float
    level_dbfs: float
    dynamics_db: float
    """Standard deviation of the frame level."""
    pitch_hz: float
    """Median F0."""
    pitch_range_semitones: float
    """10th to 90th percentile."""
    balance_db: float
    """Energy 1-3.4 kHz against 0.3-1 kHz: vocal effort flattens the spectrum whatever the gain."""
    rate_hz: float
    """Peaks of the level envelope a second of sound: a proxy of syllables."""
    clipped: float
    """Share of samples at full scale, 0-1."""

    @property
    def pitch_semitones(self) -> float:
        """Pitch in semitones above 100 Hz."""
        return 12.0 * float(np.log2(max(self.pitch_hz, 1.0) / 100.0))


SILENCE = Features(0.0, -100.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def extract(pcm: NDArray[np.int16]) -> Features:
    """Measure mono 8 kHz speech; sound without voice gives `voiced_seconds` 0."""
    if pcm.size < _FRAME:
        return SILENCE
    sound = pcm.astype(np.float64) / 32768.0
    frames = _frames(sound)
    power = _power(frames)
    level = 10.0 * np.log10(np.mean(frames**2, axis=1) + _EPSILON)
    threshold = max(float(np.percentile(level, 95)) - _BELOW_PEAK_DB, _FLOOR_DBFS)
    loud = level > threshold
    # The telephone cuts the fundamental of most voices; the rectified sound has it again. The mean
    # of both has fewer gross errors (0.12 -> 0.10 of frames against pyin on the wide-band sound).
    correlation = 0.5 * (_correlation(power) + _correlation(_power(_frames(np.abs(sound)))))
    pitch, voiced = _pitch(correlation, loud)
    if not voiced.any():
        return SILENCE
    low, high = np.percentile(12.0 * np.log2(pitch[voiced]), [10, 90])
    return Features(
        voiced_seconds=float(voiced.sum()) * HOP_SECONDS,
        level_dbfs=float(level[voiced].mean()),
        dynamics_db=float(level[voiced].std()),
        pitch_hz=float(np.median(pitch[voiced])),
        pitch_range_semitones=float(high - low),
        balance_db=_balance(power[voiced]),
        rate_hz=_rate(level, loud),
        clipped=float(np.mean(np.abs(pcm.astype(np.int32)) >= 32_000)),
    )


_WINDOW = np.hanning(_FRAME)


def _frames(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    frames = np.lib.stride_tricks.sliding_window_view(sound, _FRAME)[::_HOP]
    centred: NDArray[np.float64] = frames - frames.mean(axis=1, keepdims=True)
    return centred


def _power(frames: NDArray[np.float64]) -> NDArray[np.float64]:
    power: NDArray[np.float64] = np.abs(np.fft.rfft(frames * _WINDOW, _FFT)) ** 2
    return power


def _correlation(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Autocorrelation of each frame, 1 at lag 0, freed of the window's taper (Boersma 1993)."""
    raw: NDArray[np.float64] = np.fft.irfft(power, axis=1)[:, : _LONGEST_LAG + 2]
    return raw / (raw[:, :1] + _EPSILON) / _TAPER


_TAPER = np.fft.irfft(_power(np.ones((1, _FRAME))))[0, : _LONGEST_LAG + 2]
_TAPER = _TAPER / _TAPER[0]
_LAG_SEMITONES = 12.0 * np.log2(RATE / np.arange(_SHORTEST_LAG, _LONGEST_LAG + 1))


def _pitch(
    correlation: NDArray[np.float64], loud: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """F0 in hertz of each frame, and which frames are voiced."""
    middle = correlation[:, _SHORTEST_LAG : _LONGEST_LAG + 1]
    before = correlation[:, _SHORTEST_LAG - 1 : _LONGEST_LAG]
    after = correlation[:, _SHORTEST_LAG + 1 : _LONGEST_LAG + 2]
    peaks = np.where((middle >= before) & (middle > after), middle, -1.0)
    best = peaks.max(axis=1)
    # two periods correlate as well as one: take the shortest lag that is nearly as good
    first = np.argmax(peaks >= 0.95 * best[:, None], axis=1)
    voiced = loud & (best > _PERIODIC)
    if not voiced.any():
        return np.zeros(len(loud)), voiced
    # nobody leaps an octave between two frames: look again near the utterance's own middle
    centre = np.median(_LAG_SEMITONES[first[voiced]])
    near = np.abs(_LAG_SEMITONES - centre) < _WITHIN_SEMITONES
    peaks = np.where(near[None, :], peaks, -1.0)
    best = peaks.max(axis=1)
    lag = np.argmax(peaks, axis=1) + _SHORTEST_LAG
    return RATE / lag, loud & (best > _PERIODIC)


def _balance(power: NDArray[np.float64]) -> float:
    bin_hz = RATE / _FFT
    low = power[:, int(300 / bin_hz) : int(1000 / bin_hz)].sum(axis=1)
    high = power[:, int(1000 / bin_hz) : int(3400 / bin_hz)].sum(axis=1)
    return float(np.mean(10.0 * np.log10((high + _EPSILON) / (low + _EPSILON))))


def _rate(level: NDArray[np.float64], loud: NDArray[np.bool_]) -> float:
    """Envelope peaks that rise and fall by 2 dB, a second of sound above the threshold."""
    smooth = np.convolve(level, np.ones(3) / 3.0, mode="same")
    peaks, high, low, rising = 0, smooth[0], smooth[0], True
    for value, is_loud in zip(smooth, loud, strict=True):
        high, low = max(high, value), min(low, value)
        if rising and value < high - 2.0:
            peaks += 1
            rising, low = False, value
        elif not rising and is_loud and value > low + 2.0:
            rising, high = True, value
    seconds = float(loud.sum()) * HOP_SECONDS
    return float(peaks + rising) / seconds if seconds else 0.0
