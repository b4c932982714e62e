"""Scores made into probabilities that hold, and the point of alarm; never imported live."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from emotion.weights import Weights

RECALL = 0.7
"""Share of the angry windows that the alarm point finds."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Platt's two numbers for the logit of anger, and the probability that is an alarm."""

    stretch: float
    shift: float
    alarm: float

    def of(self, weights: Weights) -> Weights:
        """The same weights, calibrated so."""
        return replace(
            weights,
            anger_scale=round(self.stretch, 4),
            anger_shift=round(self.shift, 4),
            alarm=round(self.alarm, 4),
        )


def calibrate(logits: NDArray[np.float64], angry: NDArray[np.bool_]) -> Calibration:
    """From logits of anger by models that had not heard the speakers."""
    from sklearn.linear_model import LogisticRegression

    platt = LogisticRegression(C=1e3).fit(logits[:, None], angry)
    stretch, shift = max(float(platt.coef_[0, 0]), 0.1), float(platt.intercept_[0])
    found = 1.0 / (1.0 + np.exp(-(stretch * logits[angry] + shift)))
    alarm = float(np.quantile(found, 1.0 - RECALL))
    return Calibration(stretch, shift, min(max(alarm, 0.01), 0.99))
