"""What can go wrong in the console.

ConsoleError
├── TextsInvalid        the text files of the languages do not agree
└── AudioUnreadable     a recording's file is missing or no PCM WAV
"""

from pathlib import Path


class ConsoleError(Exception):
    """Root of this folder's errors."""

    retryable = False


class TextsInvalid(ConsoleError):
    """The languages' text files differ in their keys or placeholders."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        listed = "; ".join(problems)
        super().__init__(f"console/texts has {len(problems)} problem(s): {listed}")


class AudioUnreadable(ConsoleError):
    """A recording cannot be drawn."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path = path
        super().__init__(
            f"recording {path.name!r} is unreadable ({reason}); expected 16-bit PCM WAV"
        )
