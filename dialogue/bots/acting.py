"""What all bots that do something share: the order, who calls, reading back, doing it once.

A bot gives a `Case`: what it would do with an order now. Nothing is done before a yes to exactly
what was read back.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, tzinfo
from typing import Protocol

import msgspec

from aftersales.deeds import Deed, Details, Receipt, SendText, kind_of
from aftersales.errors import AlreadyRequested, DeedRefused
from aftersales.gateways import Order
from aftersales.shop import Shop
from dialogue.bots import which_order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import (
    CallerOrders,
    item_name,
    spoken_tail,
    with_slots,
    with_story,
)
from dialogue.identity import ANSWERED, Identity
from dialogue.limits import Texting
from dialogue.nlu.intents import label
from dialogue.turns import NOTHING, Caller, Handover, Memory, Utterance
from dialogue.wording import Wording
from tts.wording import spoken_day, spoken_money, spoken_number


@dataclass(frozen=True, slots=True)
class Matter:
    """One order under one request, now."""

    intent: str
    order: Order
    details: Details
    memory: Memory
    now: datetime
    zone: tzinfo
    confirming: bool
    """The caller answers what was read back: what is done already may be this very deed."""
    said: str
    """This turn's words; empty when they were meant for another request."""
    call_sid: str = ""
    """Empty where there is no call (text)."""
    customer_id: str = ""

    def slot(self, name: str) -> str | None:
        """A value that the caller gave for this request."""
        return self.memory.slots.get(f"{self.intent}.{name}")

    @property
    def day_slot(self) -> date | None:
        """The day that the caller named; of a range its first."""
        value = (self.slot("date") or "").partition("/")[0]
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None

    @property
    def today(self) -> date:
        """In the shop's zone."""
        return self.now.astimezone(self.zone).date()

    def did(self, kind: str) -> bool:
        """Whether the shop has done it before this answer."""
        return kind in self.details.done and not self.confirming

    def money(self, minor: int) -> str:
        """An amount for the ear."""
        return spoken_money(minor, self.order.currency, self.memory.language)

    def number(self, value: int) -> str:
        """A number for the ear."""
        return spoken_number(value, self.memory.language)

    def day(self, moment: datetime | date) -> str:
        """A day for the ear."""
        if not isinstance(moment, datetime):
            moment = datetime(moment.year, moment.month, moment.day, 12, tzinfo=self.zone)
        return spoken_day(moment, self.now, self.zone, self.memory.language)


@dataclass(frozen=True, slots=True)
class Tell:
    """Say it; the request is settled."""

    prompt: str
    values: Mapping[str, str] = field(default_factory=dict)
    refused: bool = False
    """By the rules: noted for an agent."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A value is missing."""

    slot: str
    """One of dialogue.slots.FREE, or goods: any words."""
    prompt: str
    values: Mapping[str, str] = field(default_factory=dict)
    keep: Mapping[str, str] = field(default_factory=dict)
    """For the next turn's Matter.slot."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Read it back; after a yes do it."""

    deed: Deed
    confirm: str
    """Prompt that asks whether this is right."""
    done: str
    """Prompt for afterwards."""
    values: Mapping[str, str] = field(default_factory=dict)
    also: SendText | None = None
    """A message that goes with it."""
    unsent: str = ""
    """Prompt instead of `done` where that message may not be sent today."""
    keep: Mapping[str, str] = field(default_factory=dict)
    """For the next turn's Matter.slot."""


@dataclass(frozen=True, slots=True)
class Person:
    """The rules leave it to a person."""

    prompt: str = "transferring_needs_person"
    note: str = ""
    """For the agent's story."""
    also: SendText | None = None
    """A message sent before; it moves nothing."""
    unsent: str = ""
    """Prompt instead of `prompt` where that message may not be sent today."""


Plan = Tell | Ask | Offer | Person


class Case(Protocol):
    """What one bot knows: its intents, its orders, its rules."""

    @property
    def intents(self) -> frozenset[str]:
        """What it takes from the agenda."""

    def concerns(self, order: Order, intent: str) -> bool:
        """Whether the request is likely about this order, when none was named."""

    def plan(self, matter: Matter) -> Plan:
        """What to do now; no side effect."""


class ActingBot:
    """Runs a case: order, proof, read-back, deed. Holds no call."""

    def __init__(
        self,
        case: Case,
        shop: Shop,
        wording: Wording,
        zone: tzinfo,
        identity: Identity,
        texting: Texting,
    ) -> None:
        self._case = case
        self._shop = shop
        self._identity = identity
        self._texting = texting
        self._orders = CallerOrders(shop)
        self._wording = wording
        self._zone = zone

    @property
    def intents(self) -> frozenset[str]:
        """Those of its case."""
        return self._case.intents

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """One step further; a resumed request does not read words that were meant for another."""
        said = utterance.text
        if request.asked is None and not request.says(request.intent):
            request, said = Request(request.intent, NOTHING), ""
        if caller.customer_id is None:
            text = self._wording.say(f"faq.{request.intent}", memory.language)
            return BotMove(text, memory, done=(request.intent,))

        def likely(order: Order) -> bool:
            return self._case.concerns(order, request.intent)

        if doubtful := self._orders.doubtful(caller, request, memory, likely):
            return which_order.question(self._wording, doubtful, memory, now, self._zone)
        # Digits that show who calls choose no order.
        naming = request if request.asked not in ANSWERED else Request(request.intent, NOTHING)
        order = self._orders.pick(caller, naming, memory, likely)
        if order is None:
            return self._settled("no_orders", {}, request, memory)
        memory, changed = self._kept(order, request, memory)
        if request.says("deny") and request.asked is not None and not changed:
            return self._declined(request, memory)
        matter = Matter(
            request.intent,
            order,
            self._shop.details_of(order.number),
            memory,
            now,
            self._zone,
            confirming=request.asked == "confirm",
            said=said,
            call_sid=caller.call_sid,
            customer_id=caller.customer_id,
        )
        plan = self._case.plan(matter)
        if isinstance(plan, Offer):
            need = self._identity.rules.deeds[kind_of(plan.deed)]
            question = self._identity.question(need, request, memory, caller, utterance, now)
            if question is not None:
                return question
        return self._follow(plan, matter, request)

    def _kept(self, order: Order, request: Request, memory: Memory) -> tuple[Memory, bool]:
        """The memory with the order and the values just named; whether any is new."""
        values = {"order": order.number}
        for kind in ("address", "date"):
            if said := request.values(kind):
                values[kind] = said[-1]
        slots = {f"{request.intent}.{name}": value for name, value in values.items()}
        changed = any(memory.slots.get(name, value) != value for name, value in slots.items())
        return with_slots(memory, **slots), changed

    def _follow(self, plan: Plan, matter: Matter, request: Request) -> BotMove:
        match plan:
            case Tell():
                return self._told(plan, matter, request)
            case Ask():
                text = self._say(plan.prompt, plan.values, matter)
                return BotMove(text, _keeping(plan, matter), asks=plan.slot)
            case Person():
                sent, unsent = self._texted(plan.also, matter)
                prompt = plan.unsent if unsent else plan.prompt
                move = self._to_person(prompt, matter, plan.note)
                return replace(move, sent=sent, unsent=unsent)
            case Offer():
                return self._offered(plan, matter, request)

    def _offered(self, plan: Offer, matter: Matter, request: Request) -> BotMove:
        memory, offered = matter.memory, f"{matter.intent}.offered"
        mark = _mark(plan.deed)
        agreed = matter.confirming and not request.says("deny")
        if agreed and memory.slots.get(offered) == mark:
            return self._done(plan, matter, request)
        text = self._say(plan.confirm, plan.values, matter)
        return BotMove(text, with_slots(_keeping(plan, matter), **{offered: mark}), asks="confirm")

    def _done(self, plan: Offer, matter: Matter, request: Request) -> BotMove:
        try:
            receipt = self._perform(plan.deed, matter)
            sent, unsent = self._texted(plan.also, matter)
        except AlreadyRequested:
            return self._settled("deed.already", {}, request, matter.memory)
        except DeedRefused:  # it changed between question and answer
            return self._settled("deed.refused", {}, request, matter.memory)
        values = {**plan.values, **({"courier": receipt.courier} if receipt.courier else {})}
        text = self._say(plan.unsent if unsent else plan.done, values, matter)
        note = self._wording.say(
            "story.done",
            matter.memory.language,
            request=label(matter.intent, matter.memory.language),
            **self._names(matter),
        )
        memory = with_story(matter.memory, note)
        return BotMove(text, memory, done=(matter.intent,), sent=sent, unsent=unsent)

    def _perform(self, deed: Deed, matter: Matter) -> Receipt:
        return self._shop.perform(deed, _key(deed), matter.now)

    def _texted(
        self, deed: SendText | None, matter: Matter
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What was sent and what was not, if there was anything to send."""
        if deed is None:
            return (), ()
        went = self._texting.send(deed, _key(deed), matter.customer_id, matter.now)
        return ((deed.text,), ()) if went else ((), (deed.text,))

    def _told(self, plan: Tell, matter: Matter, request: Request) -> BotMove:
        memory = matter.memory
        if plan.refused:
            wanted = label(matter.intent, memory.language)
            note = self._wording.say("story.refused", memory.language, request=wanted)
            memory = with_story(memory, note)
        text = self._say(plan.prompt, plan.values, matter)
        return BotMove(text, memory, done=(request.intent,))

    def _to_person(self, prompt: str, matter: Matter, more: str = "") -> BotMove:
        order, language = matter.order, matter.memory.language
        note = self._wording.say("story.found", language, **self._names(matter))
        handover = Handover("needs_person", matter.intent, order.category, order.number)
        text = self._say(prompt, {}, matter)
        notes = (note, more) if more else (note,)
        return BotMove(text, with_story(matter.memory, *notes), handover=handover)

    def _declined(self, request: Request, memory: Memory) -> BotMove:
        memory = with_story(memory, self._wording.say("story.declined", memory.language))
        return self._settled("cancelled_request", {}, request, memory)

    def _settled(
        self, prompt: str, values: Mapping[str, str], request: Request, memory: Memory
    ) -> BotMove:
        text = self._wording.say(prompt, memory.language, **values)
        return BotMove(text, memory, done=(request.intent,))

    def _say(self, prompt: str, values: Mapping[str, str], matter: Matter) -> str:
        language = matter.memory.language
        return self._wording.say(prompt, language, **{**self._names(matter), **values})

    def _names(self, matter: Matter) -> dict[str, str]:
        language = matter.memory.language
        return {
            "item": item_name(matter.order, language),
            "tail": spoken_tail(matter.order.number, language),
        }


def _key(deed: Deed) -> str:
    """The order and all of the deed: a replayed turn acts once."""
    return f"{deed.order_number}:{_mark(deed)}"


def _keeping(plan: Ask | Offer, matter: Matter) -> Memory:
    kept = {f"{matter.intent}.{name}": value for name, value in plan.keep.items()}
    return with_slots(matter.memory, **kept)


def _mark(deed: Deed) -> str:
    """What exactly would be done, short enough for a slot and a key."""
    body = msgspec.json.encode(deed)
    return f"{kind_of(deed)}:{hashlib.sha256(body).hexdigest()[:16]}"
