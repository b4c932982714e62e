"""Calm people in numbers, and how far one caller's own calm voice may stand in for them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Population:
    """One number for each feature."""

    mean: Numbers
    """Of calm speakers."""
    between: Numbers
    """Standard deviation between calm speakers' own means."""
    within: Numbers
    """Standard deviation between calm windows of one speaker."""
    scale: Numbers
    """Standard deviation over all moods: the unit of what the model sees."""
    limit: float
    """No feature counts for more of these units than this, up or down."""

    def reference(self, own: Numbers, seconds: float) -> Numbers:
        """What is calm for this caller: own means believed as much as their length deserves.

        The best guess of a speaker's true mean after `seconds` windows' worth of voice (shrinkage
        towards the population); a feature that wavers a lot within calm speech is believed later.
        """
        if seconds <= 0.0:
            return self.mean
        between, noise = self.between**2, self.within**2 / seconds
        guess: Numbers = self.mean + between / (between + noise) * (own - self.mean)
        return guess

    def inputs(self, values: Numbers, reference: Numbers) -> Numbers:
        """Distance from calm in units of `scale`, held within `limit`."""
        held: Numbers = np.clip((values - reference) / self.scale, -self.limit, self.limit)
        return held

    def strangeness(self, values: Numbers) -> float:
        """How unlike speech of the training it is: root mean square of the units, 1 is usual."""
        units = np.clip((values - self.mean) / self.scale, -10.0, 10.0)
        return float(np.sqrt(np.mean(units**2)))
