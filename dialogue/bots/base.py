"""What every bot answers to, and the move it answers with."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from dialogue.turns import Caller, Entity, Handover, Memory, Trouble, Understanding, Utterance

CARRIED = frozenset({"product", "order_id", "order_id_tail", "phone_tail"})
"""Kinds of values that say which order is meant; they hold for what is asked after them."""


@dataclass(frozen=True, slots=True)
class Request:
    """One thing to be done, and what the caller has just said about it."""

    intent: str
    understanding: Understanding
    asked: str | None = None
    """The slot of this bot's own last question, when the utterance may answer it."""

    def says(self, intent: str) -> bool:
        """Whether the utterance holds this intent (affirm, deny, ...)."""
        return any(found.id == intent for found in self.understanding.intents)

    def values(self, *kinds: str) -> tuple[str, ...]:
        """Values of these kinds; of several requests in one breath, only what this one names."""
        return tuple(entity.value for entity in self._named(*kinds))

    def categories(self) -> tuple[str, ...]:
        """Categories of the products that this request names."""
        return tuple(entity.category for entity in self._named("product") if entity.category)

    def _named(self, *kinds: str) -> tuple[Entity, ...]:
        entities = [e for e in self.understanding.entities if e.kind in kinds]
        stretches: list[str] = []
        for intent in self.understanding.intents:
            stretches.insert(0, intent.words)
            if intent.id == self.intent:
                break
        else:
            return tuple(entities)
        # "When do my clothes come? And can I exchange them?": what was named before is meant still.
        reach = stretches if CARRIED.issuperset(kinds) else stretches[:1]
        found = (tuple(e for e in entities if e.words in stretch) for stretch in reach)
        return next((named for named in found if named), ())


@dataclass(frozen=True, slots=True)
class BotMove:
    """What a bot says and how its request stands."""

    text: str
    memory: Memory
    """With the bot's slots and story; the manager alone changes agenda, done and waiting_for."""
    done: tuple[str, ...] = ()
    """Intents that this move settled; empty when it asks."""
    asks: str | None = None
    """The slot that the text asks for."""
    handover: Handover | None = None
    trouble: Trouble | None = None
    sent: tuple[str, ...] = ()
    """Messages to the account's telephone, for the call's record: without a code's digits."""
    unsent: tuple[str, ...] = ()
    """Messages that were not sent, for the telephone has had its most for a day; the same."""


class Bot(Protocol):
    """Handles some intents; holds no call (all of it is in the memory)."""

    @property
    def intents(self) -> frozenset[str]:
        """What it takes from the agenda."""

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """The next move for a request; raises aftersales.errors.AfterSalesError."""
