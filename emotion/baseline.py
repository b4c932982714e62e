"""The caller's own calm voice: what every later window is measured against, trusted by degrees."""

from dataclasses import dataclass

import numpy as np

from emotion.features import HOP_SECONDS, NAMES, Features

FULL_SECONDS = 15.0
"""Then the baseline stands still: one that goes on learning would follow a caller into anger."""
_TRUST_SECONDS = 3.0
"""Half trusted after three seconds of voice: one clip (about 1 s) is worse than none, five help."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Means over the calm speech of this caller so far; simple types, it travels as JSON."""

    frames: int = 0
    """Voiced frames seen, 20 ms each."""
    means: tuple[float, ...] = ()
    """In the order of `emotion.features.NAMES`; a state of another version counts as nothing."""

    @property
    def seconds(self) -> float:
        """Voiced seconds of calm speech that it rests on."""
        return self.frames * HOP_SECONDS if len(self.means) == len(NAMES) else 0.0

    @property
    def trust(self) -> float:
        """How much is known of this caller's calm voice, 0-1."""
        return self.seconds / (self.seconds + _TRUST_SECONDS)

    def value(self, name: str) -> float:
        """One mean; 0 where nothing was heard."""
        return self.means[NAMES.index(name)] if self.seconds else 0.0

    def after(self, features: Features) -> "Baseline":
        """The baseline that has also heard these calm words; once full it stands still."""
        heard = round(features.voiced_seconds / HOP_SECONDS)
        if heard == 0 or self.seconds >= FULL_SECONDS:
            return self
        new = np.array(features.values)
        if not self.seconds:
            return Baseline(heard, tuple(np.round(new, 3).tolist()))
        old = np.array(self.means)
        share = heard / (self.frames + heard)
        mean = np.round(old + share * (new - old), 3)
        return Baseline(self.frames + heard, tuple(mean.tolist()))
