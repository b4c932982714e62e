"""Between the agenda and its bots: who calls, which order is meant, what was said before."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from dialogue import proofs
from dialogue.bots import which_order
from dialogue.bots.base import Bot, BotMove, Request
from dialogue.bots.caller_orders import with_slots
from dialogue.bots.faq import FaqBot
from dialogue.identity import Identity
from dialogue.kept_words import kept, taken_up
from dialogue.proofs import Level
from dialogue.turns import Caller, Memory, Understanding, Utterance
from dialogue.wording import Wording


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance with its understanding and who said it when."""

    utterance: Utterance
    understanding: Understanding
    caller: Caller
    now: datetime


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works off an agenda, and by which words."""

    bots: Mapping[str, Bot]
    identity: Identity
    wording: Wording


def move(staff: Staff, request: Request, memory: Memory, heard: Heard) -> BotMove:
    """The bot's move, once the caller has shown enough for it to speak (identity.yaml).

    Raises AfterSalesError.
    """
    caller = heard.caller
    if caller.customer_id is None:
        return _served(staff, request, memory, heard, caller)
    need = _need(staff, request, memory)
    if proofs.shown(memory) < need and staff.identity.declines(request, heard.utterance):
        return _unproven(staff, request, memory, heard)
    if need == Level.EVERYBODY and not proofs.shown(memory):
        return _served(staff, request, memory, heard, _stranger(caller))
    if request.asked is None:
        memory = kept(memory, heard.understanding, heard.utterance)
    question = staff.identity.question(need, request, memory, caller, heard.utterance, heard.now)
    return question or _ordered(staff, request, memory, heard)


def _need(staff: Staff, request: Request, memory: Memory) -> Level:
    """A bot that settles several of the requests in one is asked for the strictest of them."""
    together = staff.bots[request.intent].intents & {request.intent, *memory.agenda}
    return max(staff.identity.rules.requests[intent] for intent in together)


def _stranger(caller: Caller) -> Caller:
    """What a bot sees of a caller who has shown nothing: it cannot tell what it cannot ask for."""
    return replace(caller, customer_id=None, name=None)


def _unproven(staff: Staff, request: Request, memory: Memory, heard: Heard) -> BotMove:
    """What everybody may hear, if there is such; else that nothing was said and done."""
    if request.intent in FaqBot.intents:
        return _served(staff, request, memory, heard, _stranger(heard.caller))
    return staff.identity.declined(request, memory)


def _ordered(staff: Staff, request: Request, memory: Memory, heard: Heard) -> BotMove:
    """With the order that was chosen, if one had to be."""
    if request.asked == which_order.ASKED:
        number = which_order.chosen(memory, request, heard.utterance.text)
        if number is None:
            text = staff.wording.say("cancelled_request", memory.language)
            return BotMove(text, memory, done=(request.intent,))
        memory = with_slots(memory, **{f"{request.intent}.order": number})
    return _served(staff, request, memory, heard, heard.caller)


def _served(
    staff: Staff, request: Request, memory: Memory, heard: Heard, caller: Caller
) -> BotMove:
    """By the bot, with the words that were said before another question came between."""
    utterance, waited = heard.utterance, taken_up(memory, request.intent, heard.utterance)
    if waited is not None:
        memory, understanding, utterance = waited
        request = Request(request.intent, understanding)
    moved = staff.bots[request.intent].handle(request, memory, caller, utterance, heard.now)
    if moved.asks != which_order.ASKED:
        return moved
    return replace(moved, memory=kept(moved.memory, request.understanding, utterance))
