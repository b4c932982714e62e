"""What can go wrong in the dialogue.

DialogueError
├── DataInvalid      wording, examples or products cannot be used; every problem listed
├── PromptUnknown    no prompt with this id, or a value for it is missing
├── WeightsMissing   the classifier's weights are absent or of another shape
└── LlmError         no second opinion could be had
    ├── LlmUnavailable   a language model does not answer (in time)
    └── LlmLied          it answered something else than was asked
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


class LlmError(DialogueError):
    """Base of what goes wrong with a language model; the offline result stands."""


class LlmUnavailable(LlmError):
    """No answer, or none in time."""

    def __init__(self, name: str, why: str) -> None:
        self.name = name
        self.why = why

    def __str__(self) -> str:
        return f"no answer from {self.name!r} ({self.why}); the offline understanding is used"


class LlmLied(LlmError):
    """The answer breaks the schema or names what was not offered; none of it is used."""

    def __init__(self, why: str) -> None:
        self.why = why

    def __str__(self) -> str:
        return f"the answer cannot be used ({self.why}); a list of offered intents would be right"
