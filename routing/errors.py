"""Errors of routing.

RoutingError
└── RulesInvalid    queues as data: every problem at once
"""

from pathlib import Path


class RoutingError(Exception):
    """Anything that goes wrong while rules are loaded; deciding never raises."""


class RulesInvalid(RoutingError):
    """One or more problems in a file of queues."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        return f"queues file {self.path.name!r} has {len(self.problems)} problem(s):\n{lines}"
