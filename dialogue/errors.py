"""What can go wrong in the dialogue.

DialogueError
├── DataInvalid      wording, examples or products cannot be used; every problem listed
├── PromptUnknown    no prompt with this id, or a value for it is missing
└── WeightsMissing   the classifier's weights are absent or of another shape
"""


class DialogueError(Exception):
    """Base of this folder's errors."""


class DataInvalid(DialogueError):
    """A data file is unusable."""

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        listed = "; ".join(f"{n}. {problem}" for n, problem in enumerate(self.problems, 1))
        return f"{self.path!r} cannot be used: {listed}"


class PromptUnknown(DialogueError):
    """The code asked for a sentence that the wording does not have."""

    def __init__(self, prompt_id: str, language: str, missing: str | None = None) -> None:
        self.prompt_id = prompt_id
        self.language = language
        self.missing = missing

    def __str__(self) -> str:
        if self.missing:
            return f"prompt {self.prompt_id!r} ({self.language!r}) needs a value {self.missing!r}"
        return f"no prompt {self.prompt_id!r} in {self.language!r}; see dialogue/wording"


class WeightsMissing(DialogueError):
    """The classifier cannot be loaded."""

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why

    def __str__(self) -> str:
        return f"classifier weights {self.path!r}: {self.why}; run python -m dialogue.nlu.train"
