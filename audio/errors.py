"""What can be wrong with sound that comes from outside.

AudioError
└── SoundUnreadable    the file is damaged, empty or of a kind that is not read here
"""


class AudioError(Exception):
    """Any trouble with sound."""

    retryable = False


class SoundUnreadable(AudioError):
    """A file that cannot be read as sound; `name` says which, `reason` what would be right."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def __str__(self) -> str:
        return f"cannot read sound {self.name!r}: {self.reason}"
