"""A call whose last status callback was lost ends all the same; no other call is disturbed."""

from datetime import timedelta

import msgspec
import pytest

from calls.log import CallLog
from ivr import events as ev
from ivr.errors import UnknownCall
from ivr.lost_calls import LostCalls
from ivr.state import Phase
from tests.fakes.live_call import CALL, NOW, NOW_MS, in_phase
from tests.fakes.voice_client import FakeVoiceClient

OTHER = "CA" + "2" * 32


class FakeSession:
    """Holds states, and what was made of their calls."""

    def __init__(self, *states):
        self.states = {state.call_sid: state for state in states}
        self.finished = []

    def load(self, call_sid):
        if call_sid not in self.states:
            raise UnknownCall(call_sid)
        return self.states[call_sid]

    def handle(self, call_sid, event):
        assert isinstance(event, ev.CallFinished)
        self.load(call_sid)
        self.finished.append(call_sid)


@pytest.fixture
def call_log(session_factory):
    log = CallLog(session_factory, lambda _: None)
    for sid in (CALL, OTHER):
        log.open_call(
            sid,
            caller="+8613800000101",
            called="+864008000001",
            language="zh",
            customer_id=None,
            now=NOW,
        )
    return log


def state(sid, phase, touched_seconds=0):
    touched = NOW_MS + touched_seconds * 1000
    return msgspec.structs.replace(in_phase(phase), call_sid=sid, touched_at_ms=touched)


def sweep(call_log, session, client, after_seconds):
    return LostCalls(
        call_log, session, client, lambda: NOW + timedelta(seconds=after_seconds)
    ).sweep()


def test_a_waiting_caller_whose_end_was_lost_leaves_the_line(call_log):
    session = FakeSession(state(CALL, Phase.WAITING), state(OTHER, Phase.WAITING, 55))
    client = FakeVoiceClient()
    client.gone = {CALL, OTHER}
    assert sweep(call_log, session, client, after_seconds=60) == [CALL]
    assert session.finished == [CALL]


def test_a_quiet_call_that_still_lives_goes_on(call_log):
    session = FakeSession(state(CALL, Phase.TALKING), state(OTHER, Phase.TALKING))
    assert sweep(call_log, session, FakeVoiceClient(), after_seconds=60) == []
    assert session.finished == []


def test_talk_with_an_agent_is_asked_for_rarely(call_log):
    session = FakeSession(state(CALL, Phase.WITH_AGENT), state(OTHER, Phase.WITH_AGENT))
    client = FakeVoiceClient()
    sweep(call_log, session, client, after_seconds=200)
    assert client.asked == []


def test_a_call_without_live_state_gets_its_end_in_the_record(call_log):
    client = FakeVoiceClient()
    client.gone = {CALL}
    sweep(call_log, FakeSession(state(OTHER, Phase.TALKING)), client, after_seconds=60)
    assert call_log.call(CALL).outcome == "failed"
    assert call_log.call(OTHER).ended_at is None
