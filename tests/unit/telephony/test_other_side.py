"""Our half of the provider's language against the box's half, which was written apart from it."""

import pytest

from simulator import signing, twiml
from telephony.requests import parse_call_status
from telephony.signature import RequestSignature
from telephony.twiml import render
from telephony.verbs import (
    ConnectStream,
    DialConference,
    Enqueue,
    Gather,
    Hangup,
    Leave,
    Pause,
    Play,
    Redirect,
    Reject,
    Say,
    StartRecording,
    Verb,
)

WEB = "https://calls.example.com"
VERBS: list[Verb] = [
    Say("请按一", "zh"),
    Say("Press 1", "en"),
    Play(f"{WEB}/a.wav"),
    Pause(1),
    Gather(f"{WEB}/keys", 1, 5, (Say("Press 1", "en"), Play(f"{WEB}/a.wav"), Pause(1))),
    ConnectStream("wss://calls.example.com/media/abc", {"call": "CA1"}),
    StartRecording(f"{WEB}/recorded"),
    Enqueue("billing", f"{WEB}/left", f"{WEB}/wait"),
    DialConference("room", True, True, f"{WEB}/room"),
    DialConference("room", False, True, ""),
    Redirect(f"{WEB}/next?a=1&b=2"),
    Hangup(),
    Reject("busy"),
]


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: type(verb).__name__)
def test_the_box_takes_every_verb_as_we_write_it(verb: Verb) -> None:
    assert len(twiml.parse(render([verb]), url=f"{WEB}/voice").verbs) == 1


def test_the_box_takes_leave_in_its_waiting_room() -> None:
    assert len(twiml.parse(render([Leave()]), url=f"{WEB}/wait", within="Wait").verbs) == 1


def test_what_the_box_signs_we_believe() -> None:
    form = {"CallSid": signing.new_sid("CA"), "CallStatus": "ringing", "From": "+8613800138000"}
    header = signing.sign(f"{WEB}/voice/status?step=1#rc=2", form, "s3cret")
    check = RequestSignature("s3cret", WEB, "wss://calls.example.com")
    kind = "application/x-www-form-urlencoded"
    assert check.valid_http("/voice/status?step=1", form, b"", kind, header)
    assert not check.valid_http("/voice/status?step=2", form, b"", kind, header)
    assert parse_call_status(form).call_sid == form["CallSid"]


def test_an_upgrade_that_the_box_signs_we_believe() -> None:
    header = signing.sign("wss://calls.example.com/media/abc", {}, "s3cret")
    check = RequestSignature("s3cret", WEB, "wss://calls.example.com:443")
    assert check.valid_upgrade("/media/abc", header)
