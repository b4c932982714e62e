"""A caller who does not want to be judged by the voice says so on a real line."""

import pytest

from calls.kinds import Kind
from tests.calls.conftest import Crowd
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(240)


def test_a_caller_who_refuses_is_told_so_and_leaves_no_reading(house: House, crowd: Crowd) -> None:
    sid = crowd.refuser.call_sid("Ning")
    crowd.refuser.succeeded(120)

    events = house.log.events(sid)
    kinds = [event.kind for event in events]
    said = [event.data["text"] for event in events if event.kind == Kind.REPLIED]
    call = house.row(sid)
    assert Kind.ANALYSIS_REFUSED in kinds
    assert any("不再分析语气" in text for text in said)
    assert Kind.EMOTION not in kinds
    assert (call.emotion_score, call.emotion_level) == (None, None)
    assert all(turn.emotion is None for turn in house.log.turns(sid))
