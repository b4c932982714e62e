import base64
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from telephony.errors import ProtocolViolation
from telephony.media_stream import (
    MESSAGE_LIMIT,
    AudioArrived,
    DigitPressed,
    MarkReached,
    MediaStreamProtocol,
    StreamStarted,
    StreamStopped,
)

STREAM, CALL, ACCOUNT = "MZ" + "1" * 32, "CA" + "2" * 32, "AC" + "3" * 32
FRAME = bytes(range(160))


def start(**changes: Any) -> str:
    body = {
        "accountSid": ACCOUNT,
        "callSid": CALL,
        "tracks": ["inbound"],
        "customParameters": {"token": "abc"},
        "mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1},
        **changes,
    }
    message = {"event": "start", "sequenceNumber": "1", "start": body, "streamSid": STREAM}
    return json.dumps(message)


def media(payload: str = base64.b64encode(FRAME).decode(), **changes: Any) -> str:
    body = {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": payload, **changes}
    message = {"event": "media", "sequenceNumber": "2", "media": body, "streamSid": STREAM}
    return json.dumps(message)


def begun() -> MediaStreamProtocol:
    protocol = MediaStreamProtocol()
    assert protocol.receive('{"event":"connected","protocol":"Call","version":"1.0.0"}') == ()
    protocol.receive(start())
    return protocol


def test_the_start_says_whose_stream_it_is() -> None:
    assert MediaStreamProtocol().receive(start()) == (
        StreamStarted(STREAM, CALL, ACCOUNT, {"token": "abc"}),
    )


def test_each_message_becomes_its_event() -> None:
    protocol = begun()
    assert protocol.receive(media()) == (AudioArrived(FRAME, 20),)
    dtmf = {"event": "dtmf", "streamSid": STREAM, "dtmf": {"track": "inbound_track", "digit": "5"}}
    assert protocol.receive(json.dumps(dtmf)) == (DigitPressed("5"),)
    mark = {"event": "mark", "sequenceNumber": "4", "streamSid": STREAM, "mark": {"name": "g1:7"}}
    assert protocol.receive(json.dumps(mark)) == (MarkReached("g1:7"),)
    stop = {"event": "stop", "streamSid": STREAM, "stop": {"accountSid": ACCOUNT, "callSid": CALL}}
    assert protocol.receive(json.dumps(stop)) == (StreamStopped(CALL),)


def test_a_kind_of_message_we_do_not_know_is_counted_and_ignored() -> None:
    protocol = begun()
    assert protocol.receive('{"event":"weather","sun":[1,2]}') == ()
    assert protocol.receive('{"event":"weather","media":"cloudy"}') == ()
    assert protocol.ignored == 2


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        (media(track="outbound"), "track inbound"),
        (media(payload="not base64!"), "base64"),
        (media(payload="abc"), "base64"),
        (media(timestamp="-20"), "milliseconds"),
        (media(timestamp="9" * 5000), "milliseconds"),
        (start(), "starts once"),
        (b"\x00\x01", "messages are text; found 2 binary bytes"),
        ('{"event":"media"}', "a media message carries 'media'"),
        ('{"event":"dtmf","dtmf":{"digit":"55"}}', "a digit is"),
        ('{"event":"dtmf"}', "a dtmf message carries 'dtmf'"),
        ('{"event":"mark"}', "a mark message carries 'mark'"),
        ('{"event":7}', "documented shape"),
        ("", "documented shape"),
        ("[]", "documented shape"),
        ('{"event":"x","y":' + "[" * 60_000, "documented shape"),
        ("\ud800", "documented shape"),
        ("x" * (MESSAGE_LIMIT + 1), "at most 65536 bytes"),
        ("快" * (MESSAGE_LIMIT // 2), "at most 65536 bytes"),
    ],
)
def test_a_broken_rule_is_named(message: str | bytes, rule: str) -> None:
    with pytest.raises(ProtocolViolation, match=rule):
        begun().receive(message)


@pytest.mark.parametrize(
    "message",
    [media(), '{"event":"mark","mark":{"name":"a"}}', '{"event":"stop"}'],
)
def test_nothing_but_connected_comes_before_start(message: str) -> None:
    with pytest.raises(ProtocolViolation, match="start comes first"):
        MediaStreamProtocol().receive(message)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"mediaFormat": {"encoding": "audio/l16", "sampleRate": 8000, "channels": 1}}, "x-mulaw"),
        (
            {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 16000, "channels": 1}},
            "found 'audio/x-mulaw', 16000 Hz, 1",
        ),
        (
            {"mediaFormat": {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 2}},
            "1 channel",
        ),
        ({"tracks": ["inbound", "outbound"]}, "track inbound"),
        ({"callSid": "CA1"}, "names its stream"),
    ],
)
def test_a_start_of_the_wrong_kind_is_refused(changes: dict[str, Any], rule: str) -> None:
    with pytest.raises(ProtocolViolation, match=rule):
        MediaStreamProtocol().receive(start(**changes))


def test_nothing_follows_stop() -> None:
    protocol = begun()
    protocol.receive('{"event":"stop"}')
    with pytest.raises(ProtocolViolation, match="nothing follows stop"):
        protocol.receive(media())


@pytest.mark.parametrize("sound", [b"", b"\xff", FRAME, FRAME * 25])
def test_what_we_say_is_what_the_provider_reads(sound: bytes) -> None:
    said = json.loads(begun().media(sound))
    assert said["event"] == "media" and said["streamSid"] == STREAM
    assert base64.b64decode(said["media"]["payload"], validate=True) == sound


def test_mark_and_clear_name_their_stream() -> None:
    protocol = begun()
    assert json.loads(protocol.mark("g2:14")) == {
        "event": "mark",
        "streamSid": STREAM,
        "mark": {"name": "g2:14"},
    }
    assert json.loads(protocol.clear()) == {"event": "clear", "streamSid": STREAM}
    with pytest.raises(ValueError, match="mark name"):
        protocol.mark('a"}')


def test_nothing_is_said_before_the_start() -> None:
    for say in (lambda p: p.media(FRAME), lambda p: p.mark("a"), lambda p: p.clear()):
        with pytest.raises(ProtocolViolation, match="start comes first"):
            say(MediaStreamProtocol())


@given(st.one_of(st.text(), st.binary()))
@settings(max_examples=200, deadline=None)
def test_arbitrary_input_is_a_violation_or_nothing(text: str | bytes) -> None:
    _survives(begun(), text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)
KINDS = st.sampled_from(["connected", "start", "media", "dtmf", "mark", "stop", "new"])
SHAPED = st.fixed_dictionaries(
    {"event": KINDS},
    optional={
        "streamSid": st.just(STREAM) | JSON,
        "start": JSON,
        "media": st.fixed_dictionaries({"payload": JSON, "timestamp": JSON, "track": JSON}) | JSON,
        "dtmf": st.fixed_dictionaries({"digit": JSON}) | JSON,
        "mark": st.fixed_dictionaries({"name": JSON}) | JSON,
    },
)


@given(st.lists(SHAPED, max_size=4))
@settings(max_examples=200, deadline=None)
def test_nearly_right_messages_are_a_violation_or_an_event(messages: list[Any]) -> None:
    protocol = MediaStreamProtocol()
    for message in messages:
        _survives(protocol, json.dumps(message))


def _survives(protocol: MediaStreamProtocol, text: str | bytes) -> None:
    try:
        assert isinstance(protocol.receive(text), tuple)
    except ProtocolViolation as violation:
        assert violation.rule
