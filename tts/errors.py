"""What can go wrong while speaking.

TtsError
├── VoiceMissing       no voice of the engine speaks this language
└── SynthesisFailed    the engine gave no usable sound (retryable)
"""


class TtsError(Exception):
    """Any trouble with synthesis."""

    retryable = False


class VoiceMissing(TtsError):
    """A language without a voice here, or a voice that the engine does not have."""

    def __init__(self, asked: str, known: tuple[str, ...]) -> None:
        super().__init__(asked, known)
        self.asked = asked
        self.known = known

    def __str__(self) -> str:
        return f"no voice for {self.asked!r}; there are {', '.join(self.known)}"


class SynthesisFailed(TtsError):
    """The engine gave no sound, or less than the text needs; the text is kept out of logs."""

    retryable = True

    def __init__(self, characters: int, reason: str) -> None:
        super().__init__(characters, reason)
        self.characters = characters
        self.reason = reason

    def __str__(self) -> str:
        return f"could not speak a text of {self.characters} characters: {self.reason}"
