"""The moment in which an agent answers: twice, too late, or as the caller goes."""

from types import SimpleNamespace
from typing import Any

from ivr import events as ev
from ivr.agent_webhooks import AgentParts, _AgentViews
from ivr.state import Phase
from ivr.webhooks import _CallerViews
from telephony.verbs import Redirect
from tests.fakes.call_house import BASE, House
from tests.fakes.live_call import CALL, in_phase


def agent_views(house: House) -> _AgentViews:
    unused: Any = None
    return _AgentViews(
        AgentParts(
            session=house.session,
            turns=unused,
            reservations=house.reservations,
            offers=unused,
            call_log=house.log,
            signature=unused,
            public_base_url=BASE,
            now=house.now,
            on_rejected=lambda: None,
        )
    )


def test_an_agent_who_answers_waits_in_the_room_also_when_it_is_asked_twice(house: House) -> None:
    offer = house.offered()
    views = agent_views(house)

    first, second = (views.answered(offer.id).get_data(as_text=True) for _ in range(2))

    assert "<Conference" in first and first == second
    assert house.session.load(CALL).reservation_id == offer.id
    assert len(house.client.asked) == 1


def test_an_agent_who_accepts_a_caller_who_hangs_up_in_that_moment_is_free_again(
    house: House,
) -> None:
    offer = house.offered()
    house.reservations.accept(offer.id, house.clock.ms)  # leaving finds the caller accepted
    house.session.handle(CALL, ev.CallFinished())

    answer = agent_views(house).answered(offer.id).get_data(as_text=True)

    assert "<Conference" not in answer and "<Hangup" in answer
    assert house.agent_state() == "idle"


def test_an_agent_who_answers_too_late_is_told_so(house: House) -> None:
    offer = house.offered()
    house.clock.ms += 31_000

    assert "<Hangup" in agent_views(house).answered(offer.id).get_data(as_text=True)
    assert "<Hangup" in agent_views(house).answered("RVunknown").get_data(as_text=True)
    assert house.session.load(CALL).phase is Phase.WAITING


def test_a_stream_that_breaks_as_an_agent_answers_leads_into_the_room() -> None:
    """The order to move the caller may still be on its way: hanging up would lose both."""
    parts: Any = SimpleNamespace(public_base_url=BASE)

    (redirect,) = _CallerViews(parts)._after_stream(in_phase(Phase.WITH_AGENT))

    assert redirect == Redirect(f"{BASE}/voice/connect/RV1")
