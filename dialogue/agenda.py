"""Several requests in order: run the bots until one asks, hands over, or nothing is left."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from aftersales.errors import AfterSalesError
from dialogue import proofs, upset
from dialogue.bots import which_order
from dialogue.bots.base import Bot, BotMove, Request
from dialogue.bots.caller_orders import with_slots, with_story
from dialogue.bots.faq import FaqBot
from dialogue.bots.troubles import told
from dialogue.identity import Identity
from dialogue.kept_words import kept, taken_up
from dialogue.nlu.intents import label
from dialogue.proofs import Level, with_told
from dialogue.turns import Caller, Handover, Memory, Trouble, Understanding, Utterance
from dialogue.wording import Wording

ANYTHING_ELSE = "anything_else"
MAX_AGENDA = 4
"""More requests than this in one call are noise or a joke; the rest is dropped."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance with its understanding and who said it when."""

    utterance: Utterance
    understanding: Understanding
    caller: Caller
    now: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What the agenda's run says and where it stands."""

    text: str
    memory: Memory
    handover: Handover | None = None
    expects_number: bool = False
    trouble: Trouble | None = None
    sent: tuple[str, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works off an agenda, and by which words."""

    bots: Mapping[str, Bot]
    identity: Identity
    wording: Wording


def run(staff: Staff, memory: Memory, heard: Heard) -> Step:
    """Let the bots work off the agenda; `memory.waiting_for` is the slot that was asked, if any."""
    texts: list[str] = []
    sent: tuple[str, ...] = ()
    wording, asked = staff.wording, _slot(memory)
    while memory.agenda:
        request = Request(memory.agenda[0], heard.understanding, asked)
        move = _move(staff, request, memory, heard, first=not texts)
        memory, asked = with_told(move.memory, move.text), None
        texts.append(move.text)
        sent += move.sent
        if move.handover is not None:
            memory = _waiting(memory, None)
            text = _joined(texts, memory)
            return Step(text, memory, move.handover, trouble=move.trouble, sent=sent)
        if move.asks is not None:
            memory = _waiting(memory, f"{request.intent}.{move.asks}")
            text = _joined(texts, memory)
            return Step(text, memory, expects_number=move.expects_number, sent=sent)
        memory = _settled(memory, (request.intent, *move.done))
    texts.append(upset.say(wording, "anything_else", memory))
    return Step(_joined(texts, memory), _waiting(memory, ANYTHING_ELSE), sent=sent)


def _slot(memory: Memory) -> str | None:
    """The slot asked for, if the question belongs to the first request of the agenda."""
    if memory.waiting_for is None or not memory.agenda or "." not in memory.waiting_for:
        return None
    intent, slot = memory.waiting_for.split(".", 1)
    return slot if intent == memory.agenda[0] else None


def _move(staff: Staff, request: Request, memory: Memory, heard: Heard, *, first: bool) -> BotMove:
    """The bot's move; a stranger's number and a shop out of reach both lead to a person.

    A stranger still hears the answers that are the same for everybody.
    """
    caller = heard.caller
    if caller.customer_id is None and request.intent not in FaqBot.intents:
        return _to_person(staff.wording, "unknown_caller", request, memory)
    try:
        if first:
            memory = staff.identity.hear(request, memory, caller, heard.utterance)
        return _proven_move(staff, request, memory, heard)
    except AfterSalesError as problem:
        # Nothing half done is repeated: every deed has a key, and a person takes over from here.
        moved = _to_person(staff.wording, "shop_unavailable", request, memory)
        return replace(moved, trouble=told(problem))


def _proven_move(staff: Staff, request: Request, memory: Memory, heard: Heard) -> BotMove:
    """The move of the bot, once the caller has shown enough for it to speak (identity.yaml)."""
    bot, caller, utterance = staff.bots[request.intent], heard.caller, heard.utterance
    if caller.customer_id is None:
        return bot.handle(request, memory, caller, utterance, heard.now)
    # A bot that settles several of the requests in one is asked for the strictest of them.
    together = bot.intents & {request.intent, *memory.agenda}
    need = max(staff.identity.rules.requests[intent] for intent in together)
    stranger = replace(caller, customer_id=None, name=None)
    if need == Level.EVERYBODY and not proofs.shown(memory):
        return bot.handle(request, memory, stranger, utterance, heard.now)
    if proofs.shown(memory) < need and staff.identity.declines(request, utterance):
        if request.intent in FaqBot.intents:
            return bot.handle(request, memory, stranger, utterance, heard.now)
        return staff.identity.declined(request, memory)
    memory = kept(memory, heard.understanding, utterance) if request.asked is None else memory
    question = staff.identity.question(need, request, memory, caller, utterance, heard.now)
    if question is not None:
        return question
    if request.asked == which_order.ASKED:
        number = which_order.chosen(memory, request, utterance.text)
        if number is None:
            return _unchosen(staff.wording, request, memory)
        memory = with_slots(memory, **{f"{request.intent}.order": number})
    waited = taken_up(memory, request.intent, utterance)
    if waited is not None:
        memory, understanding, utterance = waited
        request = Request(request.intent, understanding)
    move = bot.handle(request, memory, caller, utterance, heard.now)
    if move.asks == which_order.ASKED:
        move = replace(move, memory=kept(move.memory, request.understanding, utterance))
    return move


def _unchosen(wording: Wording, request: Request, memory: Memory) -> BotMove:
    """None of the orders named: nothing is done."""
    text = wording.say("cancelled_request", memory.language)
    return BotMove(text, memory, done=(request.intent,))


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
