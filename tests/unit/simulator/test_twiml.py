import pytest
from twilio.twiml.voice_response import Connect, Dial, Gather, Start, VoiceResponse

from simulator.errors import TwimlRefused
from simulator.twiml import parse


@pytest.mark.parametrize(
    ("body", "code", "rule"),
    [
        ("<Response><Say>", 12100, "not XML"),
        ("<Answer/>", 12100, "root must be <Response>"),
        ('<!DOCTYPE x [<!ENTITY a "b">]><Response/>', 12100, "no DOCTYPE"),
        ('<Response version="1"/>', 12200, "no attributes"),
        ("<Response><Speak>x</Speak></Response>", 12200, "<Speak> is not a TwiML element"),
        ("<Response><Pay/></Response>", 12200, "does not play it"),
        ("<Response><Stream url='wss://x'/></Response>", 12200, "may not stand inside <Response>"),
        ("<Response><Gather><Dial>1</Dial></Gather></Response>", 12200, "<Gather> may hold"),
        ("<Response><Say speed='2'>x</Say></Response>", 12200, "no attribute 'speed'"),
        ("<Response><Say/></Response>", 12200, "needs text"),
        ("<Response><Hangup>now</Hangup></Response>", 12200, "holds no text"),
        ("<Response><Gather numDigits='0'/></Response>", 12200, "whole number from 1 to 100"),
        ("<Response><Gather timeout='auto'/></Response>", 12200, "whole number"),
        ("<Response><Gather input='voice'/></Response>", 12200, "words from 'dtmf', 'speech'"),
        ("<Response><Dial record='yes'>1</Dial></Response>", 12200, "'record-from-answer-dual'"),
        (
            "<Response><Dial><Conference endConferenceOnExit='1'>r</Conference></Dial></Response>",
            12200,
            "'true' or 'false'",
        ),
        (
            "<Response><Connect><Stream url='wss://x'><Parameter name='a'/></Stream></Connect>"
            "</Response>",
            12200,
            "needs the attribute 'value'",
        ),
    ],
)
def test_a_document_is_refused_with_the_rule_it_breaks(body, code, rule):
    with pytest.raises(TwimlRefused) as caught:
        parse(body)
    assert caught.value.code == code
    assert rule in caught.value.sentence


def test_the_refusal_reads_as_a_sentence_with_its_number():
    with pytest.raises(TwimlRefused, match=r"^12200: <Say> has no attribute 'speed'; it has: "):
        parse("<Response><Say speed='2'>x</Say></Response>")


def test_a_waiting_room_holds_only_what_waits():
    parse("<Response><Say>x</Say><Leave/></Response>", within="Wait")
    with pytest.raises(TwimlRefused, match="<Dial> may not stand inside <Response>"):
        parse("<Response><Dial>1</Dial></Response>", within="Wait")


def test_a_document_has_at_most_64_kilobytes():
    with pytest.raises(TwimlRefused, match="64 kB"):
        parse(f"<Response><Say>{'x' * 70_000}</Say></Response>")


def test_what_twilios_own_library_writes_is_understood():
    response = VoiceResponse()
    gather = Gather(input="dtmf speech", num_digits=1, action="/keys", barge_in=True)
    gather.say("Press one", language="en-GB")
    response.append(gather)
    start = Start()
    start.recording(channels="dual", recording_status_callback="https://x/rec")
    response.append(start)
    connect = Connect(action="/after")
    connect.stream(url="wss://x/media").parameter(name="token", value="t")
    response.append(connect)
    dial = Dial(timeout=20, record="record-from-answer-dual")
    dial.conference("r1", start_conference_on_enter=True, status_callback_event="start end join")
    response.append(dial)
    response.enqueue("billing", wait_url="/wait", action="/left")
    document = parse(str(response), url="https://x/voice")
    assert [verb.name for verb in document.verbs] == [
        *("Gather", "Start", "Connect", "Dial", "Enqueue")
    ]
    assert document.verbs[2].children[0].children[0].get("value") == "t"
    assert document.resolve("/keys") == "https://x/keys"
    assert document.resolve("") == "https://x/voice"


def test_speech_marks_inside_say_are_read_as_text():
    (say,) = parse('<Response><Say>One <break time="1s"/>two</Say></Response>').verbs
    assert say.text == "One two"
