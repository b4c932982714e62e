"""TwiML's grammar as data: which element may hold what, and what each attribute may say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Check = Callable[[str], str]
"""Empty when the value is good, else what it must be."""


def anything(_value: str) -> str:
    """Text without a rule."""
    return ""


def flag(value: str) -> str:
    """true or false."""
    return "" if value.lower() in ("true", "false") else "'true' or 'false'"


def whole(low: int, high: int) -> Check:
    """A whole number in a range."""

    def check(value: str) -> str:
        good = value.isascii() and value.isdigit() and low <= int(value) <= high
        return "" if good else f"a whole number from {low} to {high}"

    return check


def one_of(*choices: str) -> Check:
    """One of fixed words."""
    return lambda value: "" if value in choices else "one of " + ", ".join(map(repr, choices))


def words_of(*choices: str) -> Check:
    """Fixed words, separated by spaces."""

    def check(value: str) -> str:
        good = value.split() and set(value.split()) <= set(choices)
        return "" if good else "words from " + ", ".join(map(repr, choices))

    return check


def keys(value: str) -> str:
    """Keys of a telephone; empty switches off."""
    return "" if set(value) <= set("0123456789*#") else "keys from 0123456789*#"


def played_digits(value: str) -> str:
    """Keys and `w` for half a second."""
    return "" if set(value) <= set("0123456789*#wWABCD") else "keys from 0123456789*# and w"


@dataclass(frozen=True, slots=True)
class Rule:
    """What one element may hold."""

    attributes: Mapping[str, Check] = field(default_factory=dict)
    children: frozenset[str] = frozenset()
    text: bool = False
    needs_text: bool = False
    required: tuple[str, ...] = ()


METHOD = one_of("GET", "POST", "get", "post")
_CALL_EVENTS = words_of("initiated", "ringing", "answered", "completed")
_ROOM_EVENTS = words_of("start", "end", "join", "leave", "mute", "hold", "modify", "speaker")
_RECORDING_EVENTS = words_of("in-progress", "completed", "absent")
_RECORDING: Mapping[str, Check] = {
    "recordingStatusCallback": anything,
    "recordingStatusCallbackMethod": METHOD,
    "recordingStatusCallbackEvent": _RECORDING_EVENTS,
}
_STATUS: Mapping[str, Check] = {"statusCallback": anything, "statusCallbackMethod": METHOD}
_ACTION: Mapping[str, Check] = {"action": anything, "method": METHOD}
_DIAL_RECORD = one_of(
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
)
_CALLED: Mapping[str, Check] = {
    "url": anything,
    "method": METHOD,
    **_STATUS,
    "statusCallbackEvent": _CALL_EVENTS,
}
_PROMPTS = frozenset({"Say", "Play", "Pause"})
_VERBS = _PROMPTS | {
    *("Gather", "Record", "Dial", "Enqueue", "Leave", "Redirect", "Reject", "Hangup"),
    *("Connect", "Start", "Stop"),
}

SUPPORTED_BY_TWILIO = frozenset({"Sms", "Pay", "Refer", "Prompt", "Echo", "Siprec", "Sip", "Sim"})
"""Elements that Twilio knows and this exchange does not play."""

_SSML = frozenset({"break", "emphasis", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})
_SSML_RULE = Rule(
    dict.fromkeys(
        (
            *("strength", "time", "level", "alphabet", "ph", "volume", "rate", "pitch"),
            *("interpret-as", "role", "format", "alias"),
        ),
        anything,
    ),
    _SSML,
    text=True,
)

RULES: Mapping[str, Rule] = {
    **dict.fromkeys(_SSML, _SSML_RULE),
    "Response": Rule(children=frozenset(_VERBS)),
    "Wait": Rule(
        children=_PROMPTS | {"Gather", "Redirect", "Hangup", "Leave"},
    ),
    "Say": Rule(
        {"voice": anything, "language": anything, "loop": whole(0, 1000)},
        _SSML,
        text=True,
        needs_text=True,
    ),
    "Play": Rule({"loop": whole(0, 1000), "digits": played_digits}, text=True),
    "Pause": Rule({"length": whole(0, 180)}),
    "Gather": Rule(
        {
            **_ACTION,
            "input": words_of("dtmf", "speech"),
            "timeout": whole(0, 600),
            "speechTimeout": lambda v: "" if v == "auto" else whole(0, 600)(v),
            "maxSpeechTime": whole(1, 600),
            "profanityFilter": flag,
            "finishOnKey": keys,
            "numDigits": whole(1, 100),
            "partialResultCallback": anything,
            "partialResultCallbackMethod": METHOD,
            "language": anything,
            "hints": anything,
            "bargeIn": flag,
            "actionOnEmptyResult": flag,
            "speechModel": anything,
            "enhanced": flag,
            "dtmfDetection": anything,
            "debug": flag,
        },
        _PROMPTS,
    ),
    "Record": Rule(
        {
            **_ACTION,
            **_RECORDING,
            "timeout": whole(0, 600),
            "maxLength": whole(1, 14400),
            "finishOnKey": keys,
            "playBeep": flag,
            "trim": one_of("trim-silence", "do-not-trim"),
            "transcribe": flag,
            "transcribeCallback": anything,
        }
    ),
    "Enqueue": Rule(
        {
            **_ACTION,
            "maxQueueSize": whole(1, 5000),
            "waitUrl": anything,
            "waitUrlMethod": METHOD,
        },
        text=True,
        needs_text=True,
    ),
    "Dial": Rule(
        {
            **_ACTION,
            **_RECORDING,
            "timeout": whole(1, 600),
            "hangupOnStar": flag,
            "timeLimit": whole(1, 86400),
            "callerId": anything,
            "record": _DIAL_RECORD,
            "recordingTrack": one_of("inbound", "outbound", "both"),
            "trim": one_of("trim-silence", "do-not-trim"),
            "answerOnBridge": flag,
            "ringTone": anything,
            "sequential": flag,
        },
        frozenset({"Number", "Client", "Queue", "Conference"}),
        text=True,
        needs_text=True,
    ),
    "Number": Rule(
        {**_CALLED, "sendDigits": played_digits, "byoc": anything}, text=True, needs_text=True
    ),
    "Client": Rule(_CALLED, frozenset({"Identity", "Parameter"}), text=True, needs_text=True),
    "Identity": Rule(text=True, needs_text=True),
    "Queue": Rule(
        {
            "url": anything,
            "method": METHOD,
            "reservationSid": anything,
            "postWorkActivitySid": anything,
        },
        text=True,
        needs_text=True,
    ),
    "Conference": Rule(
        {
            **_STATUS,
            **_RECORDING,
            "statusCallbackEvent": _ROOM_EVENTS,
            "muted": flag,
            "beep": one_of("true", "false", "onEnter", "onExit"),
            "startConferenceOnEnter": flag,
            "endConferenceOnExit": flag,
            "waitUrl": anything,
            "waitMethod": METHOD,
            "maxParticipants": whole(2, 250),
            "record": one_of("do-not-record", "false"),  # record legs: <Start><Recording>
            "region": anything,
            "coach": anything,
            "trim": one_of("trim-silence", "do-not-trim"),
            "jitterBufferSize": one_of("off", "small", "medium", "large"),
            "participantLabel": anything,
            "eventCallbackUrl": anything,
        },
        text=True,
        needs_text=True,
    ),
    "Leave": Rule(),
    "Hangup": Rule(),
    "Redirect": Rule({"method": METHOD}, text=True),
    "Reject": Rule({"reason": one_of("rejected", "busy")}),
    "Connect": Rule(_ACTION, frozenset({"Stream"})),
    "Start": Rule(_ACTION, frozenset({"Stream", "Recording"})),
    "Stop": Rule({}, frozenset({"Stream"})),
    "Stream": Rule(
        {
            **_STATUS,
            "url": anything,
            "name": anything,
            "track": one_of("inbound_track", "outbound_track", "both_tracks"),
            "connectorName": anything,
        },
        frozenset({"Parameter"}),
    ),
    "Parameter": Rule({"name": anything, "value": anything}, required=("name", "value")),
    "Recording": Rule(
        {
            **_RECORDING,
            "channels": one_of("mono", "dual"),
            "track": one_of("inbound", "outbound", "both"),
            "trim": one_of("trim-silence", "do-not-trim"),
        }
    ),
}
