"""Errors of judging.

QaError
├── ScorecardInvalid   every problem of the file at once, each with its place
├── UnknownCall        nothing is recorded under this sid
└── ScoreNotKept       the database refused the row; retryable
"""

from pathlib import Path


class QaError(Exception):
    """Anything that keeps a call from being judged."""

    retryable = False


class ScorecardInvalid(QaError):
    """One or more problems in a scorecard file."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        lines = "\n".join(f"  {number}. {text}" for number, text in enumerate(self.problems, 1))
        return f"scorecard {self.path.name!r} has {len(self.problems)} problem(s):\n{lines}"


class UnknownCall(QaError):
    """A call that has no row cannot be scored."""

    def __init__(self, call_sid: str) -> None:
        super().__init__(call_sid)
        self.call_sid = call_sid

    def __str__(self) -> str:
        return f"no call {self.call_sid!r} is recorded; score a call after it has ended"


class ScoreNotKept(QaError):
    """The score was worked out but could not be written."""

    retryable = True

    def __init__(self, call_sid: str, reason: str) -> None:
        super().__init__(call_sid, reason)
        self.call_sid = call_sid
        self.reason = reason

    def __str__(self) -> str:
        return f"score of call {self.call_sid!r} not kept ({self.reason}); run the job again"
