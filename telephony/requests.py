"""Webhook form to event, every field checked. Pure; an unknown status is an error that names it."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from telephony.errors import MalformedRequest
from telephony.events import (
    ANONYMOUS,
    CallArrived,
    CallStatus,
    CallStatusChanged,
    DigitsGathered,
    QueueLeft,
    QueueResult,
    RecordingReported,
    RecordingStatus,
)

Form = Mapping[str, str]
Choice = TypeVar("Choice", bound=StrEnum)

_CALL_SID = re.compile(r"CA[0-9a-fA-F]{32}")
_RECORDING_SID = re.compile(r"RE[0-9a-fA-F]{32}")
_ADDRESS = re.compile(r"\+[1-9][0-9]{1,14}|client:[A-Za-z0-9_.@%+-]{1,121}|sip:[^\s<>\"]{1,250}")
_DIGITS = re.compile(r"[0-9*#A-Dw]{0,64}")
_DIRECTION = re.compile(r"inbound|outbound-api|outbound-dial")
_URL = re.compile(r"https?://[^\s/]+/\S{0,2000}")
_COUNT = re.compile(r"[0-9]{1,9}")

# How a withheld number may be written: in words, empty, or as the keypad spelling of the word
# that some carriers send (ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE).
_WITHHELD = frozenset(
    (
        *("", "anonymous", "restricted", "blocked", "unknown", "unavailable", "private"),
        *("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"),
    )
)


def parse_incoming(form: Form) -> CallArrived:
    """A leg that asks for its first verbs; a withheld caller is `anonymous`, never an error."""
    caller = form.get("From", "").strip()
    caller = ANONYMOUS if caller.lower() in _WITHHELD else _address("From", caller)
    called = form.get("To", "").strip()
    # A browser phone that calls the hotline itself dials no number.
    if called or not caller.startswith("client:"):
        called = _address("To", called)
    direction = _matching(form, "Direction", _DIRECTION, "inbound or outbound-...", "inbound")
    return CallArrived(_call_sid(form), caller, called, direction)


def parse_digits(form: Form) -> DigitsGathered:
    """The keys pressed at a menu; the key that ends the input counts where it was the only one."""
    digits = form.get("Digits") or form.get("FinishedOnKey", "")
    if not _DIGITS.fullmatch(digits):
        raise MalformedRequest("Digits", _veiled(digits), "up to 64 keys of 0-9, *, #, A-D")
    return DigitsGathered(_call_sid(form), digits)


def parse_call_status(form: Form) -> CallStatusChanged:
    """A leg's new status."""
    duration = form.get("CallDuration", "")
    return CallStatusChanged(
        call_sid=_call_sid(form),
        status=_choice(form, "CallStatus", CallStatus),
        sequence=_count(form, "SequenceNumber"),
        duration=_count(form, "CallDuration") if duration else None,
    )


def parse_recording(form: Form) -> RecordingReported:
    """News of a recording; a completed one must say where it is."""
    status = _choice(form, "RecordingStatus", RecordingStatus)
    url = form.get("RecordingUrl", "")
    if url or status is RecordingStatus.COMPLETED:
        url = _matching(form, "RecordingUrl", _URL, "an http(s) address")
    return RecordingReported(
        recording_sid=_matching(form, "RecordingSid", _RECORDING_SID, "RE and 32 hex digits"),
        call_sid=_call_sid(form),
        url=url,
        status=status,
        # Duration is -1 while the provider does not know it yet.
        seconds=0 if form.get("RecordingDuration") == "-1" else _count(form, "RecordingDuration"),
        channels=_count(form, "RecordingChannels"),
    )


def parse_queue_left(form: Form) -> QueueLeft:
    """The end of a wait in the provider's queue."""
    return QueueLeft(
        _call_sid(form), _choice(form, "QueueResult", QueueResult), _count(form, "QueueTime")
    )


def _call_sid(form: Form) -> str:
    return _matching(form, "CallSid", _CALL_SID, "CA and 32 hex digits")


def _matching(
    form: Form, field: str, pattern: re.Pattern[str], expected: str, default: str | None = None
) -> str:
    value = form.get(field, default)
    if value is None or not pattern.fullmatch(value):
        raise MalformedRequest(field, value, expected)
    return value


def _address(field: str, value: str) -> str:
    if not _ADDRESS.fullmatch(value):
        raise MalformedRequest(field, _veiled(value), "E.164, client: or sip:")
    return value


def _veiled(value: str) -> str:
    """Most of it may be a telephone or card number: an error says its length only."""
    return f"<{len(value)} characters>"


def _choice(form: Form, field: str, kind: type[Choice]) -> Choice:
    value = form.get(field)
    try:
        return kind(value)  # type: ignore[arg-type]
    except ValueError:
        raise MalformedRequest(field, value, "one of " + ", ".join(kind)) from None


def _count(form: Form, field: str) -> int:
    return int(_matching(form, field, _COUNT, "a number of 1 to 9 digits", "0"))
