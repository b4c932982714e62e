"""How it was said: arousal and anger of one window of voice against the caller's own calm voice.

A logistic combination of z-scores whose few numbers lie in `acoustic_weights.json`; MODEL_CARD.md
says how they were set and what they reach.
"""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from emotion.baseline import Baseline
from emotion.errors import WeightsInvalid
from emotion.features import Features, extract
from emotion.labels import AcousticReading

SHORTEST_VOICE_SECONDS = 0.4
"""Less voice than that says nothing about a feeling (two syllables)."""
CUES = ("pitch", "balance", "dynamics", "rate", "level")
_NO_BASELINE_CONFIDENCE = 0.2
_TRUSTED_CONFIDENCE = 0.6
_CLIPPED_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Weights:
    """The coefficients; every tuple is in the order of `CUES`."""

    version: str
    population_mean: tuple[float, ...]
    population_sd: tuple[float, ...]
    """Between calm speakers and lines: wide, so that a stranger's pitch says little."""
    own_sd: tuple[float, ...]
    """Between calm windows of one speaker."""
    limit: tuple[float, ...]
    """No cue counts for more z than this; level least."""
    arousal_weights: tuple[float, ...]
    arousal_bias: float
    anger_weights: tuple[float, ...]
    anger_bias: float

    @classmethod
    def load(cls, path: Path | None = None) -> "Weights":
        """Read and check the coefficients beside this file or at `path`; raises WeightsInvalid."""
        path = path or Path(__file__).with_name("acoustic_weights.json")
        try:
            weights = msgspec.json.decode(path.read_bytes(), type=cls)
        except (OSError, msgspec.DecodeError) as problem:
            raise WeightsInvalid(path, str(problem)) from problem
        for name in cls.__slots__:
            value = getattr(weights, name)
            if isinstance(value, tuple) and len(value) != len(CUES):
                raise WeightsInvalid(path, f"{name} has {len(value)} numbers, {len(CUES)} needed")
        if min(*weights.population_sd, *weights.own_sd) <= 0.0:
            raise WeightsInvalid(path, "a standard deviation is not above 0")
        return weights


class AcousticScorer:
    """Scores windows of voice; holds no caller, one serves all calls."""

    def __init__(self, weights: Weights | None = None) -> None:
        self._weights = weights or Weights.load()

    def score(self, pcm: NDArray[np.int16], baseline: Baseline) -> AcousticReading | None:
        """Judge 8 kHz mono sound; None when it holds less than 0.4 s of voice."""
        return self.score_features(extract(pcm), baseline)

    def score_features(self, features: Features, baseline: Baseline) -> AcousticReading | None:
        """As `score`, of sound already measured."""
        if features.voiced_seconds < SHORTEST_VOICE_SECONDS:
            return None
        weights, trust = self._weights, baseline.trust
        values = np.array(_values(features))
        own = (values - np.array(_means(baseline))) / np.array(weights.own_sd)
        strangers = (values - np.array(weights.population_mean)) / np.array(weights.population_sd)
        strangers[CUES.index("level")] = 0.0  # a line's loudness without a baseline says nothing
        limit = np.array(weights.limit)
        z = trust * np.clip(own, -limit, limit) + (1.0 - trust) * np.clip(strangers, -limit, limit)
        return AcousticReading(
            arousal=_logistic(float(z @ np.array(weights.arousal_weights)) + weights.arousal_bias),
            anger=_logistic(float(z @ np.array(weights.anger_weights)) + weights.anger_bias),
            confidence=_confidence(features, trust),
            reasons=_reasons(features, baseline) if trust >= 0.25 else (),
        )


def _values(features: Features) -> tuple[float, ...]:
    return (
        features.pitch_semitones,
        features.balance_db,
        features.dynamics_db,
        features.rate_hz,
        features.level_dbfs,
    )


def _means(baseline: Baseline) -> tuple[float, ...]:
    return (
        baseline.pitch_semitones,
        baseline.balance_db,
        baseline.dynamics_db,
        baseline.rate_hz,
        baseline.level_dbfs,
    )


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-value)))


def _confidence(features: Features, trust: float) -> float:
    """Grows with the baseline's trust and with voice up to 1 s; clipped sound is believed half."""
    enough = min(features.voiced_seconds, 1.0)
    clean = 0.5 if features.clipped > _CLIPPED_SHARE else 1.0
    return (_NO_BASELINE_CONFIDENCE + _TRUSTED_CONFIDENCE * trust) * enough * clean


def _reasons(features: Features, baseline: Baseline) -> tuple[str, ...]:
    """What a supervisor can read; only changes that stand out of calm speech."""
    pitch = features.pitch_semitones - baseline.pitch_semitones
    balance = features.balance_db - baseline.balance_db
    rate = features.rate_hz / baseline.rate_hz if baseline.rate_hz else 1.0
    reasons = []
    if pitch >= 2.0:
        reasons.append(f"voice {pitch:.1f} semitones above own baseline")
    if balance >= 2.5:
        reasons.append(f"voice harder: {balance:.1f} dB more energy above 1 kHz than at first")
    if rate >= 1.25:
        reasons.append(f"speaks {round((rate - 1.0) * 100)} % faster than at first")
    return tuple(reasons)
