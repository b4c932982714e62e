"""Errors of the emotion scorer.

EmotionError
├── CorpusInvalid     labelled recordings for training: every problem at once
├── DataInvalid       a data file: every problem at once
│   ├── LexiconInvalid    words
│   └── ReasonsInvalid    the wording of reasons
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


class DataInvalid(EmotionError):
    """One or more problems in a data file, all told at once."""

    what = "data"

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        return f"{self.what} {self.path.name!r} has {len(self.problems)} problem(s):\n{lines}"


class LexiconInvalid(DataInvalid):
    """A lexicon cannot be used."""

    what = "lexicon"


class ReasonsInvalid(DataInvalid):
    """The wording of reasons cannot be used."""

    what = "reasons"


class WeightsInvalid(EmotionError):
    """The file of acoustic coefficients lacks a number or holds one that is not finite."""

    def __init__(self, path: Path, problem: str) -> None:
        super().__init__(path, problem)
        self.path = path
        self.problem = problem

    def __str__(self) -> str:
        return f"acoustic weights {self.path.name!r}: {self.problem}"
