"""Whose voice the far channel of a recording is."""

from datetime import UTC, datetime, timedelta

from calls.models import Call
from console.calls import person_from_ms
from recordings.models import Recording

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)


def call(connected_after: float | None) -> Call:
    connected = None if connected_after is None else START + timedelta(seconds=connected_after)
    return Call(sid="CA1", ended_at=START + timedelta(seconds=40), connected_at=connected)


def test_before_the_agent_answered_the_far_voice_is_the_bots():
    # the recording begins two seconds after the ring and ends with the call
    assert person_from_ms(call(22.0), Recording(seconds=38.0)) == 20_000


def test_without_an_agent_the_far_voice_is_the_bots_throughout():
    assert person_from_ms(call(None), Recording(seconds=38.0)) is None


def test_a_recording_of_the_agent_alone_is_all_the_agents():
    assert person_from_ms(call(2.0), Recording(seconds=30.0)) == 0
