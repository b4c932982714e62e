"""A scorecard as values: what is asked of a call, and how much each answer weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SHORTEST_SECONDS = 15.0
"""The greeting, and a moment to answer it."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question about a call."""

    id: str
    title: Mapping[str, str]
    """By language, zh and en."""
    check: str
    """One of qa.checks.CHECKS."""
    weight: float
    kill: bool = False
    """Failed: the whole score is 0."""
    critical: bool = False
    """Failed: the call is flagged whatever its score."""
    params: Mapping[str, Any] = field(default_factory=dict)

    def words(self, language: str, name: str = "words") -> tuple[str, ...]:
        """The words of a language in a parameter."""
        return tuple(self.params[name].get(language, ()))


@dataclass(frozen=True, slots=True)
class HintRule:
    """From which emotion level of the caller a reviewer should look, 1-3; moves no score."""

    caller_level: int = 3
    """Reached at any moment."""
    unsettled_level: int = 2
    """Reached, and the caller had not calmed down at the end."""


@dataclass(frozen=True, slots=True)
class Scorecard:
    """A named and numbered list of criteria; change the words or weights, raise the version."""

    name: str
    version: int
    criteria: tuple[Criterion, ...]
    hint: HintRule = HintRule()
    shortest_seconds: float = SHORTEST_SECONDS
    """A caller who hung up sooner without having said a word gives nothing to judge."""

    @property
    def key(self) -> str:
        """As kept beside a score, e.g. hotline-basic@1."""
        return f"{self.name}@{self.version}"
