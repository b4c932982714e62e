from datetime import UTC, datetime, timedelta

from flask import Flask

from console.sse import COMMENT, StreamGate, StreamRules, message, stream

START = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time


def read(news, clock, gate=None, may_go_on=lambda: True):
    with Flask(__name__).test_request_context():
        response = stream(gate or StreamGate(1), news, StreamRules("mei", clock, may_go_on))
        body = [part if isinstance(part, str) else part.decode() for part in response.response]
        response.close()
    return body


def passing(clock, seconds):
    def news():
        clock.time += timedelta(seconds=seconds)
        yield from ()

    return news


def test_a_message_of_several_lines_stays_one_message():
    assert message("<p>\nMei</p>", event="calls", id="5-0") == (
        "id: 5-0\nevent: calls\ndata: <p>\ndata: Mei</p>\n\n"
    )


def test_an_empty_message_still_arrives():
    assert message("", event="call.ended") == "event: call.ended\ndata: \n\n"


def test_a_silent_stream_beats_every_15_seconds_and_ends_after_5_minutes():
    clock = Clock()

    body = read(passing(clock, 15), clock)

    assert body[0].startswith("retry: ")
    assert body[1:] == [COMMENT] * 19  # the twentieth quarter of a minute is the end
    assert clock.time == START + timedelta(minutes=5)


def test_a_person_who_was_logged_out_gets_no_more_news():
    clock = Clock()

    body = read(passing(clock, 15), clock, may_go_on=lambda: False)

    assert COMMENT not in body
    assert clock.time == START + timedelta(seconds=15)


def opened(gate, owner, clock=None):
    clock = clock or Clock()
    with Flask(__name__).test_request_context():
        return stream(gate, passing(clock, 15), StreamRules(owner, clock, lambda: True))


def test_a_full_gate_refuses_and_a_closed_stream_gives_its_place_back():
    gate = StreamGate(1)
    first = opened(gate, "tomas")
    refused = opened(gate, "aisha")
    first.close()  # never read: the browser went away at once
    first.close()

    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "5"
    assert opened(gate, "aisha").status_code == 200
    assert opened(gate, "tomas").status_code == 503


def test_a_page_that_was_loaded_again_takes_over_its_own_place():
    gate, clock = StreamGate(2), Clock()
    other = opened(gate, "tomas", clock)
    left = opened(gate, "aisha", clock)
    again = opened(gate, "aisha", clock)
    began = clock.time
    with Flask(__name__).test_request_context():
        list(left.response)

    assert again.status_code == 200
    assert clock.time == began + timedelta(seconds=15)  # its next look was its last
    left.close()  # gives back nothing: the place is the newer page's
    assert opened(gate, "noor").status_code == 503
    other.close()
