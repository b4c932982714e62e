"""Errors of the emotion scorer.

EmotionError
├── CorpusInvalid     labelled recordings for training: every problem at once
├── LexiconInvalid    words as data: every problem at once
├── ReasonsInvalid    reasons as data: every problem at once
└── WeightsInvalid    the acoustic coefficients cannot be used
"""

from pathlib import Path


class EmotionError(Exception):
    """Anything that goes wrong while an emotion scorer is built; hearing never raises."""


class CorpusInvalid(EmotionError):
    """One or more problems in a list of labelled recordings."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        shown = [f"  {number}. {text}" for number, text in enumerate(self.problems[:20], 1)]
        more = len(self.problems) - len(shown)
        if more > 0:
            shown.append(f"  and {more} more")
        return "\n".join(
            [f"recordings {self.path.name!r}: {len(self.problems)} problem(s):", *shown]
        )


class LexiconInvalid(EmotionError):
    """One or more problems in a lexicon file."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        return f"lexicon {self.path.name!r} has {len(self.problems)} problem(s):\n{lines}"


class ReasonsInvalid(EmotionError):
    """One or more problems in the wording of reasons."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        return f"reasons {self.path.name!r} have {len(self.problems)} problem(s):\n{lines}"


class WeightsInvalid(EmotionError):
    """The file of acoustic coefficients lacks a number or holds one that is not finite."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"acoustic weights {self.path.name!r}: {self.problem}"
