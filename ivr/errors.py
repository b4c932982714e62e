"""Errors of a live call.

IvrError
├── LiveStateUnavailable   Redis is away (retryable)
├── CallStateLost          the saved state cannot be read
├── UnknownCall            an event for a call that nobody began
└── TooBusy                another process kept winning the race for a call's state (retryable)
"""


class IvrError(Exception):
    """Base of this folder's errors."""

    retryable = False


class LiveStateUnavailable(IvrError):
    """Redis does not answer."""

    retryable = True

    def __init__(self, problem: str) -> None:
        super().__init__(f"live calls cannot be read or saved: {problem}; is Redis running?")


class CallStateLost(IvrError):
    """The saved state is not of this version's shape."""

    def __init__(self, call_sid: str, problem: str) -> None:
        super().__init__(f"state of call {call_sid!r} cannot be read: {problem}")


class UnknownCall(IvrError):
    """No state for this CallSid."""

    def __init__(self, call_sid: str) -> None:
        super().__init__(f"no live call {call_sid!r}; a call begins with the incoming webhook")


class TooBusy(IvrError):
    """The optimistic save lost too often."""

    retryable = True

    def __init__(self, call_sid: str, tries: int) -> None:
        super().__init__(f"call {call_sid!r} changed {tries} times while one event was handled")
