"""The values that go into and come out of one turn of the dialogue: no telephone, no clock.

`Memory` travels inside the call's state as JSON, so every field is a simple type.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Intent:
    """One request heard in an utterance."""

    id: str
    """One of dialogue.nlu.intents.INTENT_IDS."""
    confidence: float
    words: str
    """The part of the utterance that it rests on."""


@dataclass(frozen=True, slots=True)
class Entity:
    """One value named in an utterance."""

    kind: str
    """order_id, order_id_tail, phone, phone_tail, tracking_no, amount, date, product, address,
    quantity."""
    value: str
    """Normalised: digits, ISO date or start/end, yuan or dollars as a decimal, product as said."""
    words: str
    category: str = ""
    """Of a product: the shop's category (appliance, fresh, clothing ...)."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What one utterance asks for, in order of mention."""

    intents: tuple[Intent, ...]
    entities: tuple[Entity, ...]
    alternatives: tuple[Intent, ...] = ()
    """The likeliest readings, best first, when no intent is sure enough to act on."""


NOTHING = Understanding((), ())
"""Silence, or words that were meant for something else."""


class Understands(Protocol):
    """Whoever reads utterances."""

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        """What is asked for, in order of mention; `now` is an aware moment of the call."""

    def understand_readings(
        self, readings: Sequence[tuple[str, float]], language: str, now: datetime
    ) -> Understanding:
        """The same for (text, likelihood) of a recogniser's readings, likeliest first."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the caller said, with what the recogniser and the emotion scorer know about it."""

    text: str
    language: str
    """zh or en."""
    confidence: float = 1.0
    emotion_level: int = 0
    """0-3, 0 when the scorer abstained."""
    readings: tuple[tuple[str, float], ...] = ()
    """(text, likelihood), `text` first; empty where the recogniser gives one reading only."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is calling, as far as the number tells."""

    number: str
    """E.164, empty when withheld."""
    customer_id: str | None = None
    name: str | None = None
    member_level: str = "basic"
    call_sid: str = ""
    """The call to which the caller's pictures belong; empty where there is none (text)."""


@dataclass(frozen=True, slots=True)
class Memory:
    """All that the dialogue knows in this call."""

    language: str = "zh"
    agenda: tuple[str, ...] = ()
    """Intents still to be done, first is next."""
    done: tuple[str, ...] = ()
    """Intents solved in this call."""
    waiting_for: str | None = None
    """What the last question asked for: a bot's slot ("return_goods.confirm"), anything_else."""
    slots: dict[str, str] = field(default_factory=dict)
    failures: int = 0
    """No-matches and no-inputs in a row; three lead to a person."""
    story: tuple[str, ...] = ()
    """Short sentences for the agent: what was asked, found and done, in order."""
    temper: int = 0
    """Highest emotion level in this call that the dialogue may act on, 0-3."""
    slower: bool = False
    """The caller asked us to speak slowly."""
    analysis_refused: bool = False
    """The caller does not want the voice to be analysed."""


@dataclass(frozen=True, slots=True)
class Handover:
    """The bot gives the call to a person."""

    reason: str
    """asked, stuck, angry, needs_person."""
    intent: str
    """The request that the person takes over."""
    category: str | None = None
    """Product category of the order concerned (appliance, fresh, clothing ...), for the skill."""
    order_number: str | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What failed on our side, without anything personal: for the call's record, never said."""

    gateway: str
    """The part of the shop that was asked (aftersales.errors)."""
    failure: str
    """Kind of failure: timed_out, status_503, schema, negative_money, somebody_else ..."""
    attempt: int = 1
    """At which try it was given up."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The dialogue's move: what to say, what it now knows, and how the call goes on."""

    text: str
    """What the caller hears, in memory.language; never empty."""
    memory: Memory
    understanding: Understanding
    handover: Handover | None = None
    end: bool = False
    """The caller said goodbye or has nothing more: hang up after the text."""
    trouble: Trouble | None = None
    sent: tuple[str, ...] = ()
    """Messages to the account's telephone, for the call's record: without a code's digits."""
    unsent: tuple[str, ...] = ()
    """Messages that were not sent, for the telephone has had its most for a day; the same."""
