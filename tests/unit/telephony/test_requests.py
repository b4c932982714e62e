from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony import requests
from telephony.errors import MalformedRequest
from telephony.events import (
    CallArrived,
    CallStatus,
    CallStatusChanged,
    DigitsGathered,
    QueueLeft,
    QueueResult,
    RecordingReported,
    RecordingStatus,
)

CALL = "CA" + "a1" * 16
RECORDING = "RE" + "b2" * 16
MEI = "+8613800138000"


def incoming(**fields: str) -> dict[str, str]:
    return {"CallSid": CALL, "From": MEI, "To": "+18005551212", "Direction": "inbound", **fields}


def test_a_ringing_call_says_who_calls_whom() -> None:
    assert requests.parse_incoming(incoming()) == CallArrived(CALL, MEI, "+18005551212", "inbound")


@pytest.mark.parametrize("number", ["", "anonymous", "Restricted", "+266696687", "+86282452253"])
def test_a_withheld_number_is_a_caller_like_any_other(number: str) -> None:
    assert requests.parse_incoming(incoming(From=number)).caller == "anonymous"


def test_a_browser_phone_may_dial_nothing() -> None:
    arrived = requests.parse_incoming(incoming(From="client:aisha", To=""))
    assert (arrived.caller, arrived.called) == ("client:aisha", "")


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"CallSid": "CA123"}, "CallSid"),
        ({"CallSid": CALL + "\n"}, "CallSid"),
        ({"From": "13800138000"}, "From"),
        ({"From": "+1415<script>"}, "From"),
        ({"To": ""}, "To"),
        ({"Direction": "sideways"}, "Direction"),
    ],
)
def test_a_field_that_cannot_be_true_is_named(fields: dict[str, str], named: str) -> None:
    with pytest.raises(MalformedRequest, match=named):
        requests.parse_incoming(incoming(**fields))


def test_a_bad_number_is_not_repeated_in_the_error() -> None:
    with pytest.raises(MalformedRequest) as caught:
        requests.parse_incoming(incoming(From="0013800138000"))
    assert "138001" not in str(caught.value)


def test_the_error_says_what_would_be_right() -> None:
    with pytest.raises(MalformedRequest) as caught:
        requests.parse_call_status({"CallSid": CALL, "CallStatus": "exploded"})
    assert str(caught.value) == (
        "webhook field 'CallStatus' is 'exploded'; expected one of queued, initiated, ringing, "
        "in-progress, completed, busy, failed, no-answer, canceled"
    )


def test_pressed_keys_arrive_and_no_key_is_empty() -> None:
    assert requests.parse_digits({"CallSid": CALL, "Digits": "12#"}) == DigitsGathered(CALL, "12#")
    assert requests.parse_digits({"CallSid": CALL}).digits == ""
    alone = {"CallSid": CALL, "Digits": "", "FinishedOnKey": "#"}
    assert requests.parse_digits(alone).digits == "#"
    with pytest.raises(MalformedRequest, match="'<16 characters>'"):
        requests.parse_digits({"CallSid": CALL, "Digits": "4111111111111x11"})


def test_a_status_carries_its_order_and_duration() -> None:
    form = {"CallSid": CALL, "CallStatus": "completed", "SequenceNumber": "3", "CallDuration": "41"}
    assert requests.parse_call_status(form) == CallStatusChanged(CALL, CallStatus.COMPLETED, 3, 41)
    ringing = requests.parse_call_status({"CallSid": CALL, "CallStatus": "ringing"})
    assert ringing == CallStatusChanged(CALL, CallStatus.RINGING, 0, None)
    assert CallStatus.NO_ANSWER.is_final and not CallStatus.IN_PROGRESS.is_final


def recording(**fields: str) -> dict[str, str]:
    return {
        "CallSid": CALL,
        "RecordingSid": RECORDING,
        "RecordingUrl": "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
        "RecordingStatus": "completed",
        "RecordingDuration": "37",
        "RecordingChannels": "2",
        **fields,
    }


def test_a_recording_says_where_it_is() -> None:
    form = recording()
    assert requests.parse_recording(form) == RecordingReported(
        RECORDING, CALL, form["RecordingUrl"], RecordingStatus.COMPLETED, 37, 2
    )


def test_an_absent_recording_needs_no_address() -> None:
    form = recording(RecordingStatus="absent", RecordingUrl="", RecordingDuration="-1")
    reported = requests.parse_recording(form)
    assert (reported.status, reported.url, reported.seconds) == (RecordingStatus.ABSENT, "", 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"RecordingStatus": "deleted"},
        {"RecordingUrl": ""},
        {"RecordingUrl": "file:///etc/passwd"},
        {"RecordingSid": "CA" + "b2" * 16},
        {"RecordingDuration": "long"},
    ],
)
def test_a_recording_report_that_cannot_be_true_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(MalformedRequest):
        requests.parse_recording(recording(**fields))


def test_leaving_the_providers_queue_says_why_and_after_how_long() -> None:
    form = {"CallSid": CALL, "QueueResult": "leave", "QueueTime": "33"}
    assert requests.parse_queue_left(form) == QueueLeft(CALL, QueueResult.LEAVE, 33)


FIELDS = "CallSid From To Direction Digits CallStatus SequenceNumber CallDuration RecordingSid"
FIELDS += " RecordingUrl RecordingStatus RecordingDuration RecordingChannels QueueResult QueueTime"
VALUES = st.sampled_from([CALL, RECORDING, MEI, "completed", "leave", "7"])
PARSERS = [
    requests.parse_incoming,
    requests.parse_digits,
    requests.parse_call_status,
    requests.parse_recording,
    requests.parse_queue_left,
]


@pytest.mark.parametrize("parse", PARSERS)
@given(form=st.dictionaries(st.sampled_from(FIELDS.split()), VALUES | st.text(max_size=20)))
@settings(max_examples=60, deadline=None)
def test_whatever_a_form_holds_it_is_an_event_or_a_clear_error(
    parse: Any, form: dict[str, str]
) -> None:
    try:
        assert parse(form).call_sid == CALL
    except MalformedRequest as refused:
        assert refused.field in FIELDS
