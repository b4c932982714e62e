"""What a voice measures like: pitch, effort, dynamics, rate of 8 kHz telephone speech; numpy only.

Functionals in the style of eGeMAPS over one window of 1-2 s. Everything but `level_dbfs` survives a
change of gain, because level is the strongest and the most treacherous sign of anger on a line.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from emotion.dynamics import DYNAMICS_NAMES, dynamics, loud_frames, swings
from emotion.picture import NO_PICTURE, Picture, picture
from emotion.pitch import FRAME, HOP_SECONDS, RATE, cut_frames, periodicity, power_of, track
from emotion.spectrum import CEPSTRA, MEL_BANDS, SHAPE_NAMES, cepstra, flux, mel_db, shapes

__all__ = ["HOP_SECONDS", "NAMES", "RATE", "SILENCE", "Features", "extract"]

Numbers = NDArray[np.float64]

_EPSILON = 1e-10
_FEWEST_VOICED = 3
_PITCH_NAMES = (
    "pitch", "pitch_low", "pitch_high", "pitch_sd", "pitch_rise", "pitch_fall", "pitch_slope",
    "jitter", "strength", "strength_sd",
)  # fmt: skip
NAMES: tuple[str, ...] = (
    *_PITCH_NAMES,
    *DYNAMICS_NAMES,
    *SHAPE_NAMES,
    *(f"{name}_sd" for name in SHAPE_NAMES),
    "balance_high",
    "balance_stress",
    "balance_with_level",
    "pitch_with_level",
    "slope_with_level",
    *(f"mfcc{n}" for n in range(1, CEPSTRA + 1)),
    *(f"mfcc{n}_sd" for n in range(1, CEPSTRA + 1)),
    *(f"mfcc{n}_move" for n in range(1, CEPSTRA + 1)),
    *(f"band{n}_low" for n in range(MEL_BANDS)),
    *(f"band{n}_high" for n in range(MEL_BANDS)),
    "flux",
    "flux_sd",
)
"""What the values of `Features` are, in order."""
_PLACE = {name: index for index, name in enumerate(NAMES)}


@dataclass(frozen=True, slots=True)
class Features:
    """One stretch of speech; `values` are over voiced frames, in the order of `NAMES`."""

    voiced_seconds: float
    level_dbfs: float
    clipped: float
    """Share of samples at full scale, 0-1."""
    values: tuple[float, ...]
    picture: Picture = field(default_factory=lambda: NO_PICTURE, compare=False, repr=False)
    """The same sound frame by frame, for a network that hears its course."""

    def value(self, name: str) -> float:
        """One of `NAMES`; 0 where there is no voice."""
        return self.values[_PLACE[name]]

    @property
    def pitch_hz(self) -> float:
        """Median F0."""
        return 100.0 * 2.0 ** (self.value("pitch") / 12.0) if self.voiced_seconds else 0.0

    @property
    def pitch_semitones(self) -> float:
        """Median F0 above 100 Hz."""
        return self.value("pitch")

    @property
    def balance_db(self) -> float:
        """Energy 1-3.4 kHz against 0.3-1 kHz."""
        return self.value("balance")

    @property
    def dynamics_db(self) -> float:
        """Swing of the level."""
        return self.value("swing") / 2.0

    @property
    def rate_hz(self) -> float:
        """Syllables a second of speech."""
        return self.value("rate")


SILENCE = Features(0.0, -100.0, 0.0, (0.0,) * len(NAMES))


def extract(pcm: NDArray[np.int16]) -> Features:
    """Measure mono 8 kHz speech; sound without voice gives `voiced_seconds` 0."""
    if pcm.size < FRAME:
        return SILENCE
    sound = pcm.astype(np.float64) / 32768.0
    frames = cut_frames(sound)
    power = power_of(frames)
    level = 10.0 * np.log10(np.mean(frames**2, axis=1) + _EPSILON)
    loud = loud_frames(level)
    hertz, strength = track(periodicity(sound, power), loud)
    voiced = hertz > 0.0
    if voiced.sum() < _FEWEST_VOICED:
        return SILENCE
    values = np.concatenate(
        [_pitch(hertz, strength), dynamics(level, loud, voiced), _timbre(power, level, hertz)]
    )
    return Features(
        voiced_seconds=float(voiced.sum()) * HOP_SECONDS,
        level_dbfs=float(level[voiced].mean()),
        clipped=float(np.mean(np.abs(pcm.astype(np.int32)) >= 32_000)),
        values=tuple(np.round(np.nan_to_num(values), 5).tolist()),
        picture=picture(mel_db(power), level, loud, hertz, strength),
    )


def _pitch(hertz: Numbers, strength: Numbers) -> Numbers:
    """Level, range, movement of F0 in semitones above 100 Hz, and how periodic the voice is."""
    voiced = hertz > 0.0
    semitones = 12.0 * np.log2(np.maximum(hertz, 1.0) / 100.0)
    both = voiced[1:] & voiced[:-1]
    step = np.diff(semitones)[both]
    up, down = step[step > 0.02], step[step < -0.02]
    inside = semitones[voiced]
    low, middle, high = np.percentile(inside, [15, 50, 85])
    when = np.flatnonzero(voiced) * HOP_SECONDS
    when = when - when.mean()
    ratio = 10.0 * np.log10(strength[voiced] / (1.0 - strength[voiced]))
    bend = np.abs(np.diff(step)) if step.size > 1 else np.zeros(1)
    return np.array(
        [
            middle,
            middle - low,
            high - middle,
            float(inside.std()),
            float(np.median(up)) if up.size else 0.0,
            float(np.median(down)) if down.size else 0.0,
            float(np.clip(when @ inside / (when @ when + _EPSILON), -20.0, 20.0)),
            float(np.median(bend)),
            float(ratio.mean()),
            float(ratio.std()),
        ]
    )


def _timbre(power: Numbers, level: Numbers, hertz: Numbers) -> Numbers:
    """Shape of the voiced spectrum, its spread and movement, and how it follows the syllables."""
    voiced = hertz > 0.0
    inside = power[voiced]
    shape, mel = shapes(inside), mel_db(inside)
    cepstrum = cepstra(mel)
    together = np.diff(np.flatnonzero(voiced)) == 1
    move = np.abs(np.diff(cepstrum, axis=0))[together]
    step = flux(mel)[together] if len(mel) > 1 else np.zeros(0)
    return np.concatenate(
        [
            shape.mean(axis=0),
            shape.std(axis=0),
            [float(np.percentile(shape[:, 0], 85))],
            _effort(shape, swings(level)[voiced], 12.0 * np.log2(hertz[voiced] / 100.0)),
            cepstrum.mean(axis=0),
            cepstrum.std(axis=0),
            move.mean(axis=0) if len(move) else np.zeros(CEPSTRA),
            *np.percentile(mel, [20, 80], axis=0),
            [float(step.mean()), float(step.std())] if step.size else [0.0, 0.0],
        ]
    )


def _effort(shape: Numbers, swing: Numbers, semitones: Numbers) -> Numbers:
    """How the stressed half of the syllables differs from the other: effort, not line."""
    balance = shape[:, 0]
    stressed = swing >= 0.0
    halves = [
        balance[part].mean() if part.any() else balance.mean() for part in (stressed, ~stressed)
    ]
    beside = swing - swing.mean()
    of_level = [
        float(beside @ column) / (float(beside @ beside) + 1.0)
        for column in (balance, semitones, shape[:, 3])
    ]
    return np.array([halves[0] - halves[1], *of_level])
