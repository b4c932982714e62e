"""How it was said: arousal and anger of one window of voice against the caller's own calm voice.

A linear softmax over some 140 functionals; its numbers lie in `acoustic_weights.json`, and
MODEL_CARD.md says what they were fitted on, what that means for their use, and what they reach.
"""

import numpy as np
from numpy.typing import NDArray

from emotion.baseline import Baseline
from emotion.features import NAMES, Features, extract
from emotion.labels import AcousticReading
from emotion.weights import Weights

__all__ = ["AcousticScorer", "Weights"]

Numbers = NDArray[np.float64]

SHORTEST_VOICE_SECONDS = 0.4
"""Less voice than that says nothing about a feeling (two syllables)."""
_NO_BASELINE_CONFIDENCE = 0.2
_TRUSTED_CONFIDENCE = 0.6
_CLIPPED_SHARE = 0.02
_MUCH_CLIPPED_SHARE = 0.25


class AcousticScorer:
    """Scores windows of voice; holds no caller, one serves all calls."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights.load()
        self._population = self._weights.population()
        self._coefficients = np.array(self._weights.coefficients)
        self._bias = np.array(self._weights.bias)
        self._arousal = np.array(self._weights.arousal)
        self._places = [NAMES.index(name) for name in self._weights.features]
        self._angry = self._weights.classes.index("angry")

    @property
    def classes(self) -> tuple[str, ...]:
        """What `probabilities` tells apart."""
        return self._weights.classes

    def score(self, pcm: NDArray[np.int16], baseline: Baseline) -> AcousticReading | None:
        """Judge 8 kHz mono sound; None when `doubt` has something against it."""
        return self.score_features(extract(pcm), baseline)

    def score_features(self, features: Features, baseline: Baseline) -> AcousticReading | None:
        """As `score`, of sound already measured."""
        if self.doubt(features):
            return None
        chances = self.probabilities(features, baseline)
        return AcousticReading(
            arousal=float(np.clip(chances @ self._arousal, 0.0, 1.0)),
            anger=self._calibrated(float(chances[self._angry])),
            confidence=_confidence(features, baseline.trust),
            reasons=_reasons(features, baseline) if baseline.trust >= 0.25 else (),
        )

    def doubt(self, features: Features) -> str | None:
        """Why this sound cannot be judged, or None."""
        if features.voiced_seconds < SHORTEST_VOICE_SECONDS:
            return f"less than {SHORTEST_VOICE_SECONDS:g} s of voice"
        if features.clipped > _MUCH_CLIPPED_SHARE:
            return f"the sound is clipped ({features.clipped:.0%} of it at full scale)"
        values = np.array(features.values)[self._places]
        if self._population.strangeness(values) > self._weights.strange:
            return "it does not sound like one person speaking"
        return None

    def probabilities(self, features: Features, baseline: Baseline) -> Numbers:
        """Of `classes`, before calibration."""
        population = self._population
        reference = population.mean
        if baseline.seconds:
            own = np.array(baseline.means)[self._places]
            reference = population.reference(own, baseline.seconds * self._calmness(own))
        return self._softmax(np.array(features.values)[self._places], reference)

    def anger(self, features: Features, baseline: Baseline) -> float:
        """Calibrated probability of anger, whatever `doubt` has against the sound."""
        return self._calibrated(float(self.probabilities(features, baseline)[self._angry]))

    def raised(self, anger: float) -> float:
        """The probability on a scale where the alarm point is 0.5: odds against its odds."""
        odds = anger / max(1.0 - anger, 1e-9)
        alarm = self._weights.alarm / (1.0 - self._weights.alarm)
        return odds / (odds + alarm)

    def _calmness(self, own: Numbers) -> float:
        """How much of a baseline counts: one that sounds angry itself would hide the anger."""
        anger = self._softmax(own, self._population.mean)[self._angry]
        raised = self.raised(self._calibrated(float(anger)))
        return float(np.clip(2.0 * (1.0 - raised), 0.05, 1.0))

    def _softmax(self, values: Numbers, reference: Numbers) -> Numbers:
        logits = self._coefficients @ self._population.inputs(values, reference) + self._bias
        powers = np.exp(logits - logits.max())
        chances: Numbers = powers / powers.sum()
        return chances

    def _calibrated(self, chance: float) -> float:
        held = min(max(chance, 1e-9), 1.0 - 1e-9)
        logit = float(np.log(held / (1.0 - held)))
        stretched = self._weights.anger_scale * logit + self._weights.anger_shift
        return float(1.0 / (1.0 + np.exp(-np.clip(stretched, -30.0, 30.0))))


def _confidence(features: Features, trust: float) -> float:
    """Grows with the baseline's trust and with voice up to 1 s; clipped sound is believed half."""
    enough = min(features.voiced_seconds, 1.0)
    clean = 0.5 if features.clipped > _CLIPPED_SHARE else 1.0
    return (_NO_BASELINE_CONFIDENCE + _TRUSTED_CONFIDENCE * trust) * enough * clean


def _reasons(features: Features, baseline: Baseline) -> tuple[str, ...]:
    """What a supervisor can read; only changes that stand out of calm speech."""
    pitch = features.value("pitch") - baseline.value("pitch")
    balance = features.value("balance") - baseline.value("balance")
    calm_rate = baseline.value("rate")
    rate = features.value("rate") / calm_rate if calm_rate else 1.0
    reasons = []
    if pitch >= 2.0:
        reasons.append(f"voice {pitch:.1f} semitones above own baseline")
    if balance >= 2.5:
        reasons.append(f"voice harder: {balance:.1f} dB more energy above 1 kHz than at first")
    if rate >= 1.25:
        reasons.append(f"speaks {round((rate - 1.0) * 100)} % faster than at first")
    return tuple(reasons)
