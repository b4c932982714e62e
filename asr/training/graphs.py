"""A weighted graph as plain lists: what every step of the build passes to the next."""

import math
from dataclasses import dataclass, field
from typing import NamedTuple

EPSILON = 0
"""The label that stands for nothing."""

INFINITE = math.inf
"""Final cost of a state that no path may end in."""


class Arc(NamedTuple):
    """From a state to `target`, reading `ilabel`, writing `olabel`, at a cost (-ln p)."""

    ilabel: int
    olabel: int
    cost: float
    target: int


@dataclass(slots=True)
class Graph:
    """States are numbered from 0; `arcs[s]` leave state s, `final[s]` is the cost to end there."""

    start: int = 0
    arcs: list[list[Arc]] = field(default_factory=list)
    final: list[float] = field(default_factory=list)

    def add_state(self, final: float = INFINITE) -> int:
        """A new state without arcs."""
        self.arcs.append([])
        self.final.append(final)
        return len(self.arcs) - 1

    @property
    def size(self) -> tuple[int, int]:
        """Number of states and of arcs."""
        return len(self.arcs), sum(map(len, self.arcs))
