"""What the course of a call tells of the caller's patience, counted turn by turn. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from dialogue.nlu.intents import NOT_REQUESTS
from dialogue.turns import Memory
from emotion.signs import Signs
from ivr import events as ev
from ivr.state import CallState

_FAMILIES = (
    ("delivery", {"order_status", "track_package", "delivery_delay", "lost_package"}),
    ("return", {"return_goods", "exchange_goods", "courier_pickup", "fake_pickup"}),
    ("refund", {"refund_request", "refund_status"}),
    ("quality", {"damaged_goods", "fresh_spoiled", "repair_warranty", "installation"}),
    ("freight", {"shipping_bill", "weight_dispute"}),
)
"""Requests that callers make one after the other about one and the same trouble."""
_NO_MATTER = NOT_REQUESTS | {"human_agent", "complaint"}
"""Said about any trouble: they tell no matter from another."""


def matters(intents: Iterable[str]) -> frozenset[str]:
    """What these requests are about."""
    return frozenset(_matter(intent) for intent in intents if intent not in _NO_MATTER)


def earlier_matters(calls: Iterable[Iterable[str]]) -> dict[str, int]:
    """How many earlier calls were about each matter; each call is given by its intents."""
    return dict(Counter(matter for intents in calls for matter in matters(intents)))


def earlier_calls(state: CallState) -> int:
    """How often this caller has called before about what this call is about."""
    memory = state.memory
    asked = (*memory.agenda, *memory.done, *((state.handover.intent,) if state.handover else ()))
    return max((state.earlier.get(matter, 0) for matter in matters(asked)), default=0)


def signs_now(state: CallState, now_ms: int) -> Signs:
    """The signs for the words that are heard now."""
    held = (now_ms - state.queued_at_ms) // 1000 if state.queued_at_ms else 0
    return replace(state.signs, hold_seconds=max(0, held), earlier_calls=earlier_calls(state))


def after_turn(signs: Signs, before: Memory, event: ev.TurnTaken) -> Signs:
    """The counts after one more turn: repeated wishes, turns in vain, wishes for a person."""
    asked = {intent.id for intent in event.reply.understanding.intents}
    spoke = event.emotion is not None
    missed = spoke and event.reply.memory.failures > before.failures
    return replace(
        signs,
        repeated_requests=signs.repeated_requests + _repeats(asked, before),
        no_match=signs.no_match + missed,
        asked_for_person=signs.asked_for_person + ("human_agent" in asked),
    )


def _repeats(asked: set[str], before: Memory) -> bool:
    """A wish that was heard before, unless it answers our own question about it."""
    in_question = (before.waiting_for or "").partition(".")[0]
    known = {*before.agenda, *before.done} - {in_question}
    return bool((asked - NOT_REQUESTS - {"human_agent"}) & known)


def _matter(intent: str) -> str:
    return next((name for name, family in _FAMILIES if intent in family), intent)
