"""Values of a live call: Mei's call in any phase, and the dialogue's replies to it."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from dialogue.turns import Caller, Entity, Handover, Intent, Memory, Reply, Understanding
from emotion.fusion import EmotionState
from emotion.labels import EmotionReading
from emotion.reasons import reason
from ivr.state import CallState, Phase
from ivr.transitions import Policy
from routing.plan import Priority, PriorityTerm, RoutePlan
from routing.rules import load_rules

CALL = "CA" + "1" * 32
NOW_MS = 1_795_000_000_000
NOW = datetime.fromtimestamp(NOW_MS / 1000, UTC)
MEI = Caller(number="+8613800000001", customer_id="C1", name="Mei", member_level="gold")
POLICY = Policy(rules=load_rules(), emotion_active=True, announce_ms=30_000)
PLAN = RoutePlan("general", ("lang_zh",), Priority((PriorityTerm("vip", 60, "gold"),), 60), "asked")

CALM = EmotionReading(score=0.1, level=0, confidence=0.8)
FURIOUS = EmotionReading(
    score=0.95, level=3, confidence=0.9, reasons=(reason("said", words={"投诉": 1}),)
)
UNSURE = EmotionReading(score=0.7, level=2, confidence=0.1, abstained=True)


def in_phase(phase: Phase, **changes: Any) -> CallState:
    """Mei's call as it stands in this phase."""
    state = CallState(call_sid=CALL, caller=MEI, called="+864008000001", started_at_ms=NOW_MS)
    usual: dict[str, Any] = {"phase": phase, "stream_nonce": "first"}
    if phase in (Phase.WAITING, Phase.WITH_AGENT):
        usual |= {"plan": PLAN, "queued_at_ms": NOW_MS, "handover": Handover("asked", "person")}
    if phase is Phase.WITH_AGENT:
        usual |= {"reservation_id": "RV1", "agent_id": "aisha", "agent_name": "Aisha"}
        usual |= {"connected_at_ms": NOW_MS + 5000}
    return msgspec.structs.replace(state, **(usual | changes))


def reply(text: str = "您的包裹在路上。", **changes: Any) -> Reply:
    """What the dialogue answered."""
    understanding = Understanding(
        (Intent("logistics", 0.93, "快递到哪了"),), (Entity("order_number", "7", "七号"),)
    )
    return Reply(**{"text": text, "memory": Memory(), "understanding": understanding, **changes})


TO_PERSON = reply("这就为您转人工。", handover=Handover("asked", "human_agent"))
GOODBYE = reply("再见。", end=True)
SOLVED = reply(memory=Memory(done=("logistics",)))
TEMPER = EmotionState(score=0.5, level=1)
