"""Failures of the call record.

CallRecordError
|-- RecordFailed     the SQL database did not take or give a row
|-- FeedUnavailable  retryable: the live feed's Redis does not answer; the record itself is whole
`-- NoPicture        what a caller sent is no picture that may be kept
"""


class CallRecordError(Exception):
    """Something about the record of a call went wrong."""

    retryable = True
    code = "call_record"


class RecordFailed(CallRecordError):
    """A row could not be written or read; `reason` is the database's own word for it."""

    code = "record_failed"

    def __init__(self, action: str, call_sid: str, reason: str, *, retryable: bool = True) -> None:
        super().__init__(action, call_sid, reason)
        self.action, self.call_sid, self.reason = action, call_sid, reason
        self.retryable = retryable

    def __str__(self) -> str:
        return (
            f"could not {self.action} of call {self.call_sid!r}: {self.reason}; "
            "check the database's disk space, locks and migrations (hotline doctor)"
        )


class FeedUnavailable(CallRecordError):
    """The live feed cannot be reached."""

    code = "feed_unavailable"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(action, reason)
        self.action, self.reason = action, reason

    def __str__(self) -> str:
        return f"could not {self.action} the live feed: {self.reason}; is Redis up?"


class NoPicture(CallRecordError):
    """Bytes that are not kept; `why` is too_large, other_kind, broken or wrong_size."""

    retryable = False
    code = "no_picture"

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"this is no picture that is kept ({self.why}); a JPEG or PNG of at most 8 MB is"
