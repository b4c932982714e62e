"""Failures of sound at rest.

RecordingError
|-- UnknownRecording   permanent: nobody announced this recording
|-- BadRecording       the file is damaged or not what was announced; fetching again may mend it
|-- StorageFull        retryable: the disk takes no more
|-- StorageFailed      retryable: the disk or the database did not do what it should
`-- NoModel            permanent until a model is installed: nothing can hear this language
"""


class RecordingError(Exception):
    """Something about a recording went wrong."""

    retryable = False
    code = "recording"


class UnknownRecording(RecordingError):
    """No row has this sid."""

    code = "unknown_recording"

    def __init__(self, sid: str) -> None:
        super().__init__(sid)
        self.sid = sid

    def __str__(self) -> str:
        return f"recording {self.sid!r} was never announced, or has no file yet"


class BadRecording(RecordingError):
    """The file is not the recording that was promised."""

    retryable = True
    code = "bad_recording"

    def __init__(self, sid: str, found: str, expected: str) -> None:
        super().__init__(sid, found, expected)
        self.sid, self.found, self.expected = sid, found, expected

    def __str__(self) -> str:
        return f"recording {self.sid!r}: {self.found}; expected {self.expected}"


class StorageFailed(RecordingError):
    """The disk or the database refused."""

    retryable = True
    code = "storage_failed"

    def __init__(self, sid: str, reason: str) -> None:
        super().__init__(sid, reason)
        self.sid, self.reason = sid, reason

    def __str__(self) -> str:
        return f"recording {self.sid!r} could not be kept: {self.reason}; the provider still has it"


class StorageFull(StorageFailed):
    """No space left for recordings."""

    code = "storage_full"

    def __str__(self) -> str:
        return (
            f"recording {self.sid!r} could not be kept: {self.reason}; "
            "make space for the recordings folder, the work goes on by itself"
        )


class NoModel(RecordingError):
    """No speech model for the call's language."""

    code = "no_model"

    def __init__(self, language: str, there_are: list[str]) -> None:
        super().__init__(language, there_are)
        self.language, self.there_are = language, there_are

    def __str__(self) -> str:
        return f"no speech model hears {self.language!r}; there are {self.there_are}"
