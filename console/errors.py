"""What can go wrong in the console.

ConsoleError
└── TextsInvalid        the text files of the languages do not agree
"""


class ConsoleError(Exception):
    """Root of this folder's errors."""

    retryable = False


class TextsInvalid(ConsoleError):
    """The languages' text files differ in their keys or placeholders."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        listed = "; ".join(problems)
        super().__init__(f"console/texts has {len(problems)} problem(s): {listed}")
