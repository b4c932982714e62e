"""Several requests in order: run the bots until one asks, hands over, or nothing is left."""

from dataclasses import dataclass, replace

from aftersales.errors import AfterSalesError
from dialogue import gate, upset
from dialogue.bots import which_order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import with_story
from dialogue.bots.faq import FaqBot
from dialogue.bots.troubles import told
from dialogue.gate import Heard, Staff
from dialogue.nlu.intents import label
from dialogue.proofs import with_told
from dialogue.turns import Handover, Memory, Trouble
from dialogue.wording import Wording

ANYTHING_ELSE = "anything_else"
MAX_AGENDA = 4
"""More requests than this in one call are noise or a joke; the rest is dropped."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the agenda's run says and where it stands."""

    text: str
    memory: Memory
    handover: Handover | None = None
    trouble: Trouble | None = None
    sent: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()


def added(memory: Memory, intents: tuple[str, ...], wording: Wording) -> Memory:
    """New requests before the parked ones: what was said last is wanted first."""
    fresh = tuple(dict.fromkeys(intents))
    parked = tuple(i for i in memory.agenda if i not in fresh)
    notes = [
        wording.say("story.asked", memory.language, request=label(i, memory.language))
        for i in fresh
    ]
    memory = replace(memory, agenda=(fresh + parked)[:MAX_AGENDA], waiting_for=None)
    return with_story(memory, *notes)


def run(staff: Staff, memory: Memory, heard: Heard) -> Step:
    """Let the bots work off the agenda, which is not empty; `memory.waiting_for` is the slot that
    was asked, if any.
    """
    texts: list[str] = []
    sent: tuple[str, ...] = ()
    unsent: tuple[str, ...] = ()
    wording, asked = staff.wording, _slot(memory)
    first = Request(memory.agenda[0], heard.understanding, asked)
    memory, trouble = _shown(staff, first, memory, heard)
    if trouble is not None:
        moved = _to_person(wording, "shop_unavailable", first, memory)
        return Step(moved.text, _waiting(memory, None), moved.handover, trouble=trouble)
    while memory.agenda:
        request = Request(memory.agenda[0], heard.understanding, asked)
        move = _move(staff, request, memory, heard)
        memory, asked = with_told(move.memory, move.text), None
        texts.append(move.text)
        sent, unsent = sent + move.sent, unsent + move.unsent
        if move.handover is not None:
            memory = _waiting(memory, None)
            text = _joined(texts, memory)
            return Step(text, memory, move.handover, move.trouble, sent, unsent)
        if move.asks is not None:
            memory = _waiting(memory, f"{request.intent}.{move.asks}")
            text = _joined(texts, memory)
            return Step(text, memory, sent=sent, unsent=unsent)
        memory = _settled(memory, (request.intent, *move.done))
    texts.append(upset.say(wording, "anything_else", memory))
    text = _joined(texts, memory)
    return Step(text, _waiting(memory, ANYTHING_ELSE), sent=sent, unsent=unsent)


def _slot(memory: Memory) -> str | None:
    """The slot asked for, if the question belongs to the first request of the agenda."""
    if memory.waiting_for is None or not memory.agenda or "." not in memory.waiting_for:
        return None
    intent, slot = memory.waiting_for.split(".", 1)
    return slot if intent == memory.agenda[0] else None


def _shown(
    staff: Staff, request: Request, memory: Memory, heard: Heard
) -> tuple[Memory, Trouble | None]:
    """The memory with what these words show of who calls; a shop out of reach is told."""
    try:
        return staff.identity.hear(request, memory, heard.caller, heard.utterance), None
    except AfterSalesError as problem:
        return memory, told(problem)


def _move(staff: Staff, request: Request, memory: Memory, heard: Heard) -> BotMove:
    """The bot's move; a stranger's number and a shop out of reach both lead to a person.

    A stranger still hears the answers that are the same for everybody.
    """
    if heard.caller.customer_id is None and request.intent not in FaqBot.intents:
        return _to_person(staff.wording, "unknown_caller", request, memory)
    try:
        return gate.move(staff, request, memory, heard)
    except AfterSalesError as problem:
        # Nothing half done is repeated: every deed has a key, and a person takes over from here.
        moved = _to_person(staff.wording, "shop_unavailable", request, memory)
        return replace(moved, trouble=told(problem))


def _to_person(wording: Wording, prompt: str, request: Request, memory: Memory) -> BotMove:
    texts = [
        wording.say(prompt, memory.language),
        wording.say("transferring", memory.language),
    ]
    handover = Handover("needs_person", request.intent)
    return BotMove(_joined(texts, memory), memory, handover=handover)


def _settled(memory: Memory, intents: tuple[str, ...]) -> Memory:
    done = memory.done + tuple(i for i in dict.fromkeys(intents) if i not in memory.done)
    agenda = tuple(i for i in memory.agenda if i not in intents)
    # A bot's own slots are named "<intent>.<slot>" and go with the request.
    used = ("plan", "asked_order", which_order.ASKED, *(f"{intent}." for intent in intents))
    slots = {k: v for k, v in memory.slots.items() if not k.startswith(used)}
    return replace(memory, agenda=agenda, done=done, slots=slots, waiting_for=None)


def _waiting(memory: Memory, slot: str | None) -> Memory:
    return replace(memory, waiting_for=slot)


def _joined(texts: list[str], memory: Memory) -> str:
    return ("" if memory.language == "zh" else " ").join(texts)
