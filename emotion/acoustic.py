"""How it was said: arousal and anger of one window of voice against the caller's own calm voice.

Each language has a linear softmax of its own over 138 functionals, and one small network may hear
the same windows frame by frame. MODEL_CARD.md says what the numbers were fitted on, what that means
for their use, and what they reach.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.baseline import Baseline
from emotion.features import Features, extract
from emotion.labels import AcousticReading
from emotion.network import Network, network_of
from emotion.reasons import Reason, reason
from emotion.voice_model import VoiceModel
from emotion.weights import SHIPPED, Weights, load_models

SHORTEST_VOICE_SECONDS = 0.4
"""Less voice than that says nothing about a feeling (two syllables)."""
_NO_BASELINE_CONFIDENCE = 0.2
_TRUSTED_CONFIDENCE = 0.6
_CLIPPED_SHARE = 0.02
_MUCH_CLIPPED_SHARE = 0.25


class AcousticScorer:
    """Scores windows of voice; holds no caller, one serves all calls."""

    def __init__(
        self, models: Sequence[Weights] | None = None, network: Network | None = None
    ) -> None:
        """`models` None: the shipped ones; the first serves languages that none names."""
        weights = models or load_models()
        voices = [VoiceModel(one, network) for one in weights]
        self._default = voices[0]
        self._models = {
            language: voice
            for one, voice in zip(weights, voices, strict=True)
            for language in one.languages
        }

    @classmethod
    def load(cls, path: Path | None = None) -> "AcousticScorer":
        """With the models at `path` or the shipped ones, and the network that lies beside them."""
        path = path or SHIPPED
        models = load_models(path)
        return cls(models, network_of(path, models))

    def model(self, language: str) -> VoiceModel:
        """The one that judges callers of this language."""
        return self._models.get(language, self._default)

    def score(
        self, pcm: NDArray[np.int16], baseline: Baseline, language: str = ""
    ) -> AcousticReading | None:
        """Judge 8 kHz mono sound; None when `doubt` has something against it."""
        return self.score_features(extract(pcm), baseline, language)

    def score_features(
        self, features: Features, baseline: Baseline, language: str = ""
    ) -> AcousticReading | None:
        """As `score`, of sound already measured."""
        if self.doubt(features, language):
            return None
        model = self.model(language)
        chances = model.probabilities(features, baseline)
        return AcousticReading(
            arousal=model.arousal(chances),
            anger=model.anger(chances),
            confidence=_confidence(features, baseline.trust),
            reasons=_reasons(features, baseline) if baseline.trust >= 0.25 else (),
        )

    def doubt(self, features: Features, language: str = "") -> Reason | None:
        """Why this sound cannot be judged, or None."""
        if features.voiced_seconds < SHORTEST_VOICE_SECONDS:
            return reason("short_voice", seconds=SHORTEST_VOICE_SECONDS)
        if features.clipped > _MUCH_CLIPPED_SHARE:
            return reason("clipped", share=round(features.clipped, 3))
        if self.model(language).is_strange(features):
            return reason("not_one_person")
        return None

    def raised(self, anger: float, language: str = "") -> float:
        """Anger on a scale where 0.5 is the point that finds 70 % of the angry windows."""
        return self.model(language).raised(anger)


def _confidence(features: Features, trust: float) -> float:
    """Grows with the baseline's trust and with voice up to 1 s; clipped sound is believed half."""
    enough = min(features.voiced_seconds, 1.0)
    clean = 0.5 if features.clipped > _CLIPPED_SHARE else 1.0
    return (_NO_BASELINE_CONFIDENCE + _TRUSTED_CONFIDENCE * trust) * enough * clean


def _reasons(features: Features, baseline: Baseline) -> tuple[Reason, ...]:
    """What a supervisor can read; only changes that stand out of calm speech."""
    pitch = features.value("pitch") - baseline.value("pitch")
    balance = features.value("balance") - baseline.value("balance")
    calm_rate = baseline.value("rate")
    rate = features.value("rate") / calm_rate if calm_rate else 1.0
    reasons = []
    if pitch >= 2.0:
        reasons.append(reason("voice_pitch", semitones=round(pitch, 1)))
    if balance >= 2.5:
        reasons.append(reason("voice_hard", decibels=round(balance, 1)))
    if rate >= 1.25:
        reasons.append(reason("voice_fast", percent=round((rate - 1.0) * 100)))
    return tuple(reasons)
