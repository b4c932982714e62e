"""The acoustic model as numbers in a file: read, checked, and made ready for use."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from emotion.errors import WeightsInvalid
from emotion.features import NAMES
from emotion.population import Population

SHIPPED = Path(__file__).with_name("acoustic_weights.json")
"""Fitted on corpora that are not free for commerce: see MODEL_CARD.md."""
FREE = Path(__file__).with_name("acoustic_weights_free.json")
"""Set by hand from freely licensed speech: weaker, and without strings."""


@dataclass(frozen=True, slots=True)
class Weights:
    """A linear softmax over distances from calm; rows by class, columns by feature."""

    version: str
    about: str
    """Corpora and licences, in a sentence."""
    features: tuple[str, ...]
    mean: tuple[float, ...]
    between: tuple[float, ...]
    within: tuple[float, ...]
    scale: tuple[float, ...]
    limit: float
    classes: tuple[str, ...]
    """One is `angry`."""
    arousal: tuple[float, ...]
    """How aroused each class is, 0-1."""
    coefficients: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    anger_scale: float
    """Calibration: the logit of anger is stretched by this,"""
    anger_shift: float
    """and moved by this."""
    alarm: float
    """Calibrated probability at which 70 % of the angry windows are found."""
    strange: float
    """Sound less like speech than this is not judged; see `Population.strangeness`."""
    languages: tuple[str, ...] = ()
    """Whose callers it judges; none: everybody's."""

    def problem(self) -> str | None:
        """What is wrong with them, or None."""
        unknown = sorted(set(self.features) - set(NAMES))
        if unknown:
            return f"{unknown[0]!r} is no feature of this version"
        if "angry" not in self.classes or len(self.classes) < 2:
            return f"classes {', '.join(self.classes)} do not hold 'angry' and another"
        for name, value, length in self._lengths():
            if len(value) != length:
                return f"{name} has {len(value)} numbers, {length} needed"
        if not all(map(math.isfinite, self._numbers())):
            return "a number is not finite"
        if min(*self.scale, *self.between, *self.within, self.limit, self.strange) <= 0.0:
            return "a standard deviation or a limit is not above 0"
        if not 0.0 < self.alarm < 1.0:
            return f"alarm {self.alarm} is not between 0 and 1"
        return None

    def population(self) -> Population:
        """The part that knows what calm is."""
        return Population(
            mean=np.array(self.mean),
            between=np.array(self.between),
            within=np.array(self.within),
            scale=np.array(self.scale),
            limit=self.limit,
        )

    def _lengths(self) -> Iterable[tuple[str, tuple[float, ...], int]]:
        for name in ("mean", "between", "within", "scale"):
            yield name, getattr(self, name), len(self.features)
        yield "arousal", self.arousal, len(self.classes)
        yield "bias", self.bias, len(self.classes)
        yield "coefficients", tuple(0.0 for _ in self.coefficients), len(self.classes)
        for name, row in zip(self.classes, self.coefficients, strict=False):
            yield f"coefficients of {name}", row, len(self.features)

    def _numbers(self) -> Iterable[float]:
        for name, value, _ in self._lengths():
            if not name.startswith("coefficients"):
                yield from value
        for row in self.coefficients:
            yield from row
        yield from (self.limit, self.anger_scale, self.anger_shift, self.alarm, self.strange)


def load_models(path: Path | None = None) -> tuple[Weights, ...]:
    """Read and check the models beside this file or at `path`; raises WeightsInvalid."""
    path = path or SHIPPED
    try:
        models = msgspec.json.decode(path.read_bytes(), type=tuple[Weights, ...])
    except (OSError, msgspec.DecodeError) as error:
        raise WeightsInvalid(path, str(error)) from error
    if not models:
        raise WeightsInvalid(path, "it holds no model")
    for weights in models:
        problem = weights.problem()
        if problem:
            raise WeightsInvalid(path, problem)
    return models


def save_models(path: Path, models: Iterable[Weights]) -> None:
    """Write models as JSON, one key a line."""
    written = []
    for weights in models:
        fields = msgspec.to_builtins(weights)
        lines = [
            f'  "{key}": {msgspec.json.encode(value).decode()}' for key, value in fields.items()
        ]
        written.append(" {\n" + ",\n".join(lines) + "\n }")
    path.write_text("[\n" + ",\n".join(written) + "\n]\n", encoding="utf-8")
