"""One language's model of the voice: calm reference, softmax, network, calibration.

Holds no caller.
"""

import numpy as np
from numpy.typing import NDArray

from emotion.baseline import Baseline
from emotion.features import NAMES, Features
from emotion.network import Network
from emotion.picture import beside
from emotion.weights import Weights

Numbers = NDArray[np.float64]

_LEAST_CHANCE = 1e-4
"""Neither witness may rule out what the other hears."""


class VoiceModel:
    """Weights made ready for arithmetic."""

    def __init__(self, weights: Weights, network: Network | None = None) -> None:
        """`network` hears the same windows frame by frame; its classes hold those of `weights`."""
        self._weights = weights
        self._network = network
        if network is not None:
            self._heard = [network.classes.index(name) for name in weights.classes]
            self._pitch = weights.features.index("pitch")
        self._population = weights.population()
        self._coefficients = np.array(weights.coefficients)
        self._bias = np.array(weights.bias)
        self._arousal = np.array(weights.arousal)
        self._places = [NAMES.index(name) for name in weights.features]
        self._angry = weights.classes.index("angry")

    @property
    def classes(self) -> tuple[str, ...]:
        """What `probabilities` tells apart."""
        return self._weights.classes

    def probabilities(self, features: Features, baseline: Baseline) -> Numbers:
        """Of `classes`, before calibration."""
        population = self._population
        reference = population.mean
        if baseline.seconds:
            own = np.array(baseline.means)[self._places]
            reference = population.reference(own, baseline.seconds * self._calmness(own))
        chances = self._softmax(np.array(features.values)[self._places], reference)
        if self._network is None:
            return chances
        heard = self._network.chances(beside(features.picture, float(reference[self._pitch])))
        return _together(chances, heard[self._heard])

    def anger(self, chances: Numbers) -> float:
        """Calibrated probability of anger."""
        return self._calibrated(float(chances[self._angry]))

    def arousal(self, chances: Numbers) -> float:
        """Mean arousal of the classes, 0-1."""
        return float(np.clip(chances @ self._arousal, 0.0, 1.0))

    def raised(self, anger: float) -> float:
        """The probability on a scale where the alarm point is 0.5: odds against its odds."""
        odds = anger / max(1.0 - anger, 1e-9)
        alarm = self._weights.alarm / (1.0 - self._weights.alarm)
        return odds / (odds + alarm)

    def is_strange(self, features: Features) -> bool:
        """Is this unlike any speech of the training?"""
        values = np.array(features.values)[self._places]
        return self._population.strangeness(values) > self._weights.strange

    def _calmness(self, own: Numbers) -> float:
        """How much of a baseline counts: one that sounds angry itself would hide the anger."""
        anger = self.anger(self._softmax(own, self._population.mean))
        return float(np.clip(2.0 * (1.0 - self.raised(anger)), 0.05, 1.0))

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


def _together(one: Numbers, other: Numbers) -> Numbers:
    """Geometric mean of two witnesses' chances: each may doubt what the other is sure of."""
    both = np.sqrt(np.maximum(one, _LEAST_CHANCE) * np.maximum(other, _LEAST_CHANCE))
    shares: Numbers = both / both.sum()
    return shares
