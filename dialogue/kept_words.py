"""What was said about a request that has to wait for another question: taken up when its turn is.

Kept as JSON in the slot "<intent>.words", so that it travels with the memory.
"""

from dataclasses import dataclass, replace

import msgspec

from dialogue.bots.caller_orders import with_slots
from dialogue.turns import Memory, Understanding, Utterance

_SLOT = "words"


@dataclass(frozen=True, slots=True)
class _Kept:
    text: str
    understanding: Understanding


def kept(memory: Memory, understanding: Understanding, utterance: Utterance) -> Memory:
    """The memory with these words for each request of the agenda that they name; the first of the
    agenda keeps them in any case, unless it has some already.
    """
    named = {found.id for found in understanding.intents}
    words = msgspec.json.encode(_Kept(utterance.text, understanding)).decode()
    for place, intent in enumerate(memory.agenda):
        slot = f"{intent}.{_SLOT}"
        if intent in named or (place == 0 and slot not in memory.slots):
            memory = with_slots(memory, **{slot: words})
    return memory


def taken_up(
    memory: Memory, intent: str, utterance: Utterance
) -> tuple[Memory, Understanding, Utterance] | None:
    """The memory without the words kept for a request, and the words; None: none were kept."""
    slot = f"{intent}.{_SLOT}"
    if slot not in memory.slots:
        return None
    words = msgspec.json.decode(memory.slots[slot], type=_Kept)
    slots = {name: value for name, value in memory.slots.items() if name != slot}
    spoken = replace(utterance, text=words.text)
    return replace(memory, slots=slots), words.understanding, spoken
