"""A shop that failed is in the call's record, beside what the caller heard."""

from dataclasses import replace

from calls.kinds import Kind
from dialogue.turns import Trouble
from ivr import effects as fx
from ivr import events as ev
from ivr.state import Phase
from ivr.transitions import transition
from tests.fakes.live_call import NOW_MS, POLICY, TO_PERSON, in_phase, reply


def test_what_failed_is_an_event_and_never_said() -> None:
    taken = ev.TurnTaken(
        replace(TO_PERSON, trouble=Trouble("orders", "status_503", 3)), heard="快递到哪了"
    )

    state, effects = transition(in_phase(Phase.TALKING), taken, NOW_MS, POLICY)

    logged = [e for e in effects if isinstance(e, fx.Log) and e.kind == Kind.SHOP_FAILED]
    assert [event.data for event in logged] == [
        {"gateway": "orders", "failure": "status_503", "attempt": 3}
    ]
    assert "503" not in state.last_said and state.phase is Phase.WAITING


def test_a_message_that_was_sent_is_an_event() -> None:
    taken = ev.TurnTaken(replace(reply(), sent=("open this link",)))

    _, effects = transition(in_phase(Phase.TALKING), taken, NOW_MS, POLICY)

    sent = [e.data for e in effects if isinstance(e, fx.Log) and e.kind == Kind.TEXTED]
    assert sent == [{"text": "open this link"}]


def test_a_message_that_was_not_sent_is_an_event_too() -> None:
    taken = ev.TurnTaken(replace(reply(), unsent=("**** is the code",)))

    _, effects = transition(in_phase(Phase.TALKING), taken, NOW_MS, POLICY)

    unsent = [e.data for e in effects if isinstance(e, fx.Log) and e.kind == Kind.UNTEXTED]
    assert unsent == [{"text": "**** is the code"}]


def test_a_turn_without_trouble_leaves_no_such_event() -> None:
    _, effects = transition(in_phase(Phase.TALKING), ev.TurnTaken(reply()), NOW_MS, POLICY)

    assert all(e.kind != Kind.SHOP_FAILED for e in effects if isinstance(e, fx.Log))
