"""Failures of the line.

TelephonyError
|-- MalformedRequest     a webhook form we cannot read (answer 400)
|-- VerbRefused          an instruction the provider would refuse
|-- ProtocolViolation    a media stream message that breaks a rule (close the socket)
|-- CallGone             permanent: the call is over, nothing can be asked of it
|-- ProviderUnavailable  retryable: no answer, too busy, or a fault on their side
`-- Refused              permanent: the provider understood and said no
"""


class TelephonyError(Exception):
    """Something went wrong between us and the phone company."""

    retryable = False
    code = "telephony"


class MalformedRequest(TelephonyError):
    """A webhook carried a field that is missing or cannot be what it says."""

    code = "malformed_request"

    def __init__(self, field: str, value: str | None, expected: str) -> None:
        super().__init__(field, value, expected)
        self.field, self.value, self.expected = field, value, expected

    def __str__(self) -> str:
        if self.value is None:
            return f"webhook has no field {self.field!r}; expected {self.expected}"
        return f"webhook field {self.field!r} is {self.value[:80]!r}; expected {self.expected}"


class VerbRefused(TelephonyError):
    """A verb that the provider would refuse to execute."""

    code = "verb_refused"


class ProtocolViolation(TelephonyError):
    """A media stream message that breaks `rule`."""

    code = "stream_protocol"

    def __init__(self, rule: str, found: str = "") -> None:
        super().__init__(rule, found)
        self.rule, self.found = rule, found

    def __str__(self) -> str:
        return f"media stream: {self.rule}" + (f"; found {self.found}" if self.found else "")


class CallGone(TelephonyError):
    """The call is already over."""

    code = "call_gone"

    def __init__(self, call_sid: str) -> None:
        super().__init__(call_sid)
        self.call_sid = call_sid

    def __str__(self) -> str:
        return f"call {self.call_sid!r} is over; nothing more can be asked of it"


class ProviderUnavailable(TelephonyError):
    """The provider gave no usable answer; the same request may work later."""

    retryable = True
    code = "provider_unavailable"

    def __init__(self, action: str, reason: str) -> None:
        super().__init__(action, reason)
        self.action, self.reason = action, reason

    def __str__(self) -> str:
        return f"phone provider could not {self.action}: {self.reason}; try again later"


class Refused(TelephonyError):
    """The provider said no, with its own number for why."""

    code = "provider_refused"

    def __init__(self, action: str, provider_code: int, reason: str) -> None:
        super().__init__(action, provider_code, reason)
        self.action, self.provider_code, self.reason = action, provider_code, reason

    def __str__(self) -> str:
        return (
            f"phone provider refused to {self.action} (its code {self.provider_code}): "
            f"{self.reason}; look the code up in the provider's error list"
        )
