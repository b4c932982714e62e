"""What we may ask of the line, as values; `telephony.twiml` writes them for the provider."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Say:
    """Speak with the provider's voice: only where our own cannot be heard."""

    text: str
    language: str
    """zh or en."""


@dataclass(frozen=True, slots=True)
class Play:
    """Play a sound file."""

    url: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence."""

    seconds: int


Prompt = Say | Play | Pause


@dataclass(frozen=True, slots=True)
class Gather:
    """Collect keys while the prompts play; without a key the line goes on to the next verb."""

    action: str
    num_digits: int
    timeout_seconds: int
    prompts: tuple[Prompt, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectStream:
    """Two-way sound over a WebSocket; the verbs after it wait until the socket closes."""

    url: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record both directions from now on, a channel each; `callback` hears of the file."""

    callback: str


@dataclass(frozen=True, slots=True)
class Enqueue:
    """Wait in the provider's own queue: the way out when our stream is not available."""

    queue: str
    action: str
    wait_url: str


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave the provider's queue."""


@dataclass(frozen=True, slots=True)
class DialConference:
    """Join a conference room; the room's name must hold no personal data."""

    room: str
    end_on_exit: bool
    start_on_enter: bool
    status_callback: str
    """Hears who joins and leaves; empty: nobody does."""
    beep: bool = False
    wait_url: str = ""
    """What the first one in hears; empty is silence."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """Fetch the next verbs from this address."""

    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    """End the call."""


@dataclass(frozen=True, slots=True)
class Reject:
    """Do not answer: the caller hears `busy` or `rejected`, and nothing is billed."""

    reason: str = "rejected"


Verb = (
    Say
    | Play
    | Pause
    | Gather
    | ConnectStream
    | StartRecording
    | Enqueue
    | Leave
    | DialConference
    | Redirect
    | Hangup
    | Reject
)
