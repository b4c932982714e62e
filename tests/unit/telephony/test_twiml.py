import xml.etree.ElementTree as ET

import pytest

from telephony.errors import VerbRefused
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

HEAD = '<?xml version="1.0" encoding="UTF-8"?><Response>'


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        (Say("您好", "zh"), '<Say language="cmn-CN" voice="Polly.Zhiyu">您好</Say>'),
        (Say("A & B", "en"), '<Say language="en-US" voice="Polly.Joanna">A &amp; B</Say>'),
        (Play("https://h/a.wav"), "<Play>https://h/a.wav</Play>"),
        (Pause(2), '<Pause length="2" />'),
        (
            Gather("/keys", 1, 5, (Say("Press 1", "en"), Pause(1))),
            '<Gather action="/keys" input="dtmf" numDigits="1" timeout="5">'
            '<Say language="en-US" voice="Polly.Joanna">Press 1</Say><Pause length="1" /></Gather>',
        ),
        (
            ConnectStream("wss://h/media/tok", {"call": "CA1"}),
            '<Connect><Stream url="wss://h/media/tok"><Parameter name="call" value="CA1" />'
            "</Stream></Connect>",
        ),
        (
            StartRecording("https://h/recorded"),
            '<Start><Recording channels="dual" recordingStatusCallback="https://h/recorded" '
            'recordingStatusCallbackEvent="completed absent" track="both" trim="do-not-trim" />'
            "</Start>",
        ),
        (
            Enqueue("billing", "/left", "/wait"),
            '<Enqueue action="/left" waitUrl="/wait">billing</Enqueue>',
        ),
        (
            DialConference("room-1", True, False, "https://h/room"),
            '<Dial><Conference beep="false" endConferenceOnExit="true" '
            'startConferenceOnEnter="false" statusCallback="https://h/room" '
            'statusCallbackEvent="start end join leave" waitUrl="">room-1</Conference></Dial>',
        ),
        (
            DialConference("room-2", False, True, "", beep=True, wait_url="https://h/music"),
            '<Dial><Conference beep="true" endConferenceOnExit="false" '
            'startConferenceOnEnter="true" waitUrl="https://h/music">room-2</Conference></Dial>',
        ),
        (Redirect("/next?a=1&b=2"), "<Redirect>/next?a=1&amp;b=2</Redirect>"),
        (Leave(), "<Leave />"),
        (Hangup(), "<Hangup />"),
        (Reject("busy"), '<Reject reason="busy" />'),
    ],
)
def test_each_verb_is_written_as_the_provider_reads_it(verb: Verb, expected: str) -> None:
    assert render([verb]) == f"{HEAD}{expected}</Response>"


def test_verbs_keep_their_order() -> None:
    document = ET.fromstring(render([StartRecording("/r"), ConnectStream("wss://h/m"), Hangup()]))
    assert [child.tag for child in document] == ["Start", "Connect", "Hangup"]


@pytest.mark.parametrize("url", ["ws://127.0.0.1:8001/m", "ws://localhost/m", "ws://[::1]:9/m"])
def test_a_stream_on_this_machine_needs_no_tls(url: str) -> None:
    assert url in render([ConnectStream(url)])


@pytest.mark.parametrize(
    ("verb", "sentence"),
    [
        (ConnectStream("ws://calls.example.com/m"), "only wss://"),
        (ConnectStream("ws://127.0.0.1.example.com/m"), "only wss://"),
        (ConnectStream("https://calls.example.com/m"), "must be wss://"),
        (ConnectStream("wss:///m"), "must be wss://"),
        (ConnectStream("wss://calls.example.com/m?token=1"), "has a query"),
        (Say("", "en"), "say of 0 characters"),
        (Say("x" * 5000, "en"), "say of 5000 characters"),
        (Say("Hallo", "de"), r"language 'de'; there are \['en', 'zh'\]"),
        (Reject("tired"), "busy or rejected"),
    ],
)
def test_what_the_provider_would_refuse_is_refused_here(verb: Verb, sentence: str) -> None:
    with pytest.raises(VerbRefused, match=sentence):
        render([verb])


def test_a_refused_stream_address_does_not_leak_its_token() -> None:
    with pytest.raises(VerbRefused) as caught:
        render([ConnectStream("wss://h/media/topsecret?x=1")])
    assert "topsecret" not in str(caught.value)
