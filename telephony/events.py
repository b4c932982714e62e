"""What the provider tells us, as checked values; `telephony.requests` makes them from forms."""

from dataclasses import dataclass
from enum import StrEnum

ANONYMOUS = "anonymous"
"""The caller's number when it is withheld."""


class CallStatus(StrEnum):
    """How far a leg has come."""

    QUEUED = "queued"
    INITIATED = "initiated"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    FAILED = "failed"
    NO_ANSWER = "no-answer"
    CANCELED = "canceled"

    @property
    def is_final(self) -> bool:
        """True when no later status can follow; one that arrives late is to be ignored."""
        return self in _FINAL


_FINAL = frozenset(
    {
        CallStatus.COMPLETED,
        CallStatus.BUSY,
        CallStatus.FAILED,
        CallStatus.NO_ANSWER,
        CallStatus.CANCELED,
    }
)


class RecordingStatus(StrEnum):
    """What became of a recording; absent: the provider has nothing for us."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    ABSENT = "absent"


class QueueResult(StrEnum):
    """Why a caller left the provider's queue."""

    BRIDGED = "bridged"
    BRIDGING = "bridging-in-process"
    ERROR = "error"
    HANGUP = "hangup"
    LEAVE = "leave"
    REDIRECTED = "redirected"
    REDIRECTED_FROM_BRIDGED = "redirected-from-bridged"
    QUEUE_FULL = "queue-full"
    SYSTEM_ERROR = "system-error"


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A leg asks what to do."""

    call_sid: str
    caller: str
    """E.164, client:name, sip:address or `anonymous`."""
    called: str
    direction: str
    """inbound, outbound-api or outbound-dial."""


@dataclass(frozen=True, slots=True)
class DigitsGathered:
    """Keys that were pressed at a menu; empty when none was."""

    call_sid: str
    digits: str


@dataclass(frozen=True, slots=True)
class CallStatusChanged:
    """A leg moved on; callbacks may come late, twice and out of order."""

    call_sid: str
    status: CallStatus
    sequence: int
    """The provider's order of events; 0 when it gave none."""
    duration: int | None
    """Seconds of the answered leg, once it is over."""


@dataclass(frozen=True, slots=True)
class RecordingReported:
    """News of a recording; `seconds` and `channels` are 0 while unknown."""

    recording_sid: str
    call_sid: str
    url: str
    """Where to fetch it; empty when absent."""
    status: RecordingStatus
    seconds: int
    channels: int


@dataclass(frozen=True, slots=True)
class QueueLeft:
    """A caller left the provider's own queue."""

    call_sid: str
    result: QueueResult
    waited_seconds: int
