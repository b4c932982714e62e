"""The caller's own calm voice: what every later window is measured against, trusted by degrees."""

from dataclasses import dataclass

from emotion.features import HOP_SECONDS, Features

FULL_SECONDS = 15.0
"""Then the baseline stands still: one that goes on learning would follow a caller into anger."""
_TRUST_SECONDS = 3.0
"""Half trusted after three seconds of voice: one clip (about 1 s) is worse than none, five help."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Means over the calm speech of this caller so far; simple types, it travels as JSON."""

    frames: int = 0
    """Voiced frames seen, 20 ms each."""
    pitch_semitones: float = 0.0
    """Above 100 Hz."""
    balance_db: float = 0.0
    dynamics_db: float = 0.0
    rate_hz: float = 0.0
    level_dbfs: float = 0.0

    @property
    def seconds(self) -> float:
        """Voiced seconds of calm speech that it rests on."""
        return self.frames * HOP_SECONDS

    @property
    def trust(self) -> float:
        """How much the means count against the population's, 0-1."""
        return self.seconds / (self.seconds + _TRUST_SECONDS)

    def after(self, features: Features) -> "Baseline":
        """The baseline that has also heard these calm words; once full it stands still."""
        heard = round(features.voiced_seconds / HOP_SECONDS)
        if heard == 0 or self.seconds >= FULL_SECONDS:
            return self
        share = heard / (self.frames + heard)

        def mean(old: float, new: float) -> float:
            return old + share * (new - old)

        return Baseline(
            frames=self.frames + heard,
            pitch_semitones=mean(self.pitch_semitones, features.pitch_semitones),
            balance_db=mean(self.balance_db, features.balance_db),
            dynamics_db=mean(self.dynamics_db, features.dynamics_db),
            rate_hz=mean(self.rate_hz, features.rate_hz),
            level_dbfs=mean(self.level_dbfs, features.level_dbfs),
        )
