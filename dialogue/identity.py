"""Who calls: one rule for all bots (identity.yaml), asked for at one place and by one wording.

The agenda asks before a bot works on a request, an acting bot before a deed that needs more.
"""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from aftersales.deeds import SendText
from aftersales.errors import AfterSalesError
from aftersales.shop import Shop
from dialogue import proofs
from dialogue.awaited import IsWhole, whole_answer
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import TAIL_DIGITS, CallerOrders, with_slots, with_story
from dialogue.limits import UNLIMITED, Limits, Texting
from dialogue.proofs import Level, Rules
from dialogue.slots import names_caller, wants_code
from dialogue.turns import Caller, Handover, Memory, Utterance
from dialogue.wording import Wording

ANSWERED = ("check", "code")
"""Slots that ask who calls."""
_OPENING = "check_opening"
"""Slot of what the last answer to that question is met with."""
_REFUSED = "code_refused"
"""Slot of a code that was not sent, for the telephone has had its messages for the day."""


def four_digits() -> str:
    """A code by chance; with two tries in a call it is guessed once in five thousand calls."""
    return f"{secrets.randbelow(10**TAIL_DIGITS):0{TAIL_DIGITS}}"


class Identity:
    """Asks for what is missing; holds no call."""

    def __init__(
        self,
        shop: Shop,
        wording: Wording,
        rules: Rules,
        *,
        draw: Callable[[], str] = four_digits,
        limits: Limits = UNLIMITED,
    ) -> None:
        self.rules = rules
        self._may_guess = limits.may_guess
        self._texting = Texting(shop, limits)
        self._orders = CallerOrders(shop)
        self._wording = wording
        self._draw = draw

    def hear(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance
    ) -> Memory:
        """The memory with what these words prove, or with one wrong answer more."""
        if caller.customer_id is None:
            return memory
        understanding, before = request.understanding, proofs.shown(memory)
        digits = proofs.has_digits(understanding)
        orders = self._orders.all(caller) if digits else ()
        memory = proofs.with_proofs(memory, understanding, utterance.text, caller, orders)
        memory = self._noted(memory)
        answers = request.asked in ANSWERED and not self._is_no_try(request, utterance)
        # Digits in a request are a guess, too, until an order has been shown.
        guesses = digits and not {proofs.ORDER, proofs.CODE} & memory.slots.keys()
        if not (answers or guesses):
            return memory
        if proofs.shown(memory) > before or names_caller(utterance.text, caller.name):
            return with_slots(memory, **{_OPENING: "check.thanks"})
        tries = int(memory.slots.get(proofs.TRIES, "0")) + 1
        # Whoever calls again and again has no more guesses than whoever calls once.
        if not self._may_guess(caller.customer_id):
            tries = self.rules.tries
        return with_slots(memory, **{proofs.TRIES: str(tries), _OPENING: "check.wrong"})

    def _noted(self, memory: Memory) -> Memory:
        """The memory that tells an agent how much was shown, so that nobody asks again."""
        level = proofs.shown(memory)
        if level < Level.ONE:
            return memory
        note = "story.proven_two" if level >= Level.TWO else "story.proven_one"
        return with_story(memory, self._say(note, memory))

    def declines(self, request: Request, utterance: Utterance) -> bool:
        """Whether the caller does not want to show who calls."""
        return (
            request.asked in ANSWERED
            and request.says("deny")
            and self._is_no_try(request, utterance)
            and not wants_code(utterance.text, utterance.language)
        )

    def awaited(self, memory: Memory, caller: Caller) -> IsWhole:
        """What answers the open question for digits; a shop out of reach knows no own numbers."""
        try:
            orders = self._orders.all(caller)
        except AfterSalesError:
            orders = ()
        return whole_answer(memory, caller, orders)

    def question(
        self,
        need: Level,
        request: Request,
        memory: Memory,
        caller: Caller,
        utterance: Utterance,
        now: datetime,
    ) -> BotMove | None:
        """What is still to be shown before `need`; None: enough is. Raises AfterSalesError."""
        if proofs.shown(memory) >= need:
            return None
        if int(memory.slots.get(proofs.TRIES, "0")) >= self.rules.tries:
            return self._to_person("check.person", request, memory)
        memory = with_slots(memory, **{proofs.NEED: str(int(need))})
        asked = request.asked in ANSWERED
        if asked and wants_code(utterance.text, utterance.language):
            return self._send_code(request, memory, caller, now)
        text = self._say(self._prompt(need, memory), memory)
        if asked and not self._is_no_try(request, utterance) and request.asked == "check":
            text = self._joined(self._say(memory.slots[_OPENING], memory), text, memory)
        if request.asked == "code":
            text = self._say("check.code_wrong", memory)
            return BotMove(text, memory, asks="code")
        return BotMove(text, memory, asks="check")

    def declined(self, request: Request, memory: Memory) -> BotMove:
        """Nothing personal is said and nothing done."""
        memory = with_story(memory, self._say("story.unproven", memory))
        return BotMove(self._say("check.declined", memory), memory, done=(request.intent,))

    def _is_no_try(self, request: Request, utterance: Utterance) -> bool:
        """A no, or the wish for a code, is no wrong answer; digits always are an answer."""
        if proofs.has_digits(request.understanding):
            return False
        return request.says("deny") or wants_code(utterance.text, utterance.language)

    def _prompt(self, need: Level, memory: Memory) -> str:
        if need == Level.ONE:
            return "check.one"
        if proofs.NAME in memory.slots:
            return "check.order"
        return "check.name" if proofs.ORDER in memory.slots else "check.both"

    def _send_code(
        self, request: Request, memory: Memory, caller: Caller, now: datetime
    ) -> BotMove:
        """Four digits to the account's own telephone; the same ones when asked again.

        Beyond the day's messages the other proofs are asked for; who wants a code still, a person.
        """
        orders = self._orders.all(caller)
        if not orders:  # the shop writes about orders only
            return self._to_person("check.person", request, memory)
        code = memory.slots.get(proofs.SENT) or self._draw()
        text = self._wording.say("check.sms", memory.language, code=code)
        deed = SendText(orders[0].number, text)
        hidden = self._wording.say("check.sms", memory.language, code="*" * TAIL_DIGITS)
        key = f"{deed.order_number}:code:{now.isoformat()}:{code}"
        if self._texting.send(deed, key, caller.customer_id or "", now):
            memory = with_slots(memory, **{proofs.SENT: code})
            return BotMove(self._say("check.code", memory), memory, asks="code", sent=(hidden,))
        if _REFUSED in memory.slots:
            return replace(self._to_person("check.person", request, memory), unsent=(hidden,))
        memory = with_slots(memory, **{_REFUSED: "yes"})
        text = self._say("check.no_code", memory)
        return BotMove(text, memory, asks="check", unsent=(hidden,))

    def _to_person(self, prompt: str, request: Request, memory: Memory) -> BotMove:
        memory = with_story(memory, self._say("story.unproven", memory))
        handover = Handover("needs_person", request.intent)
        return BotMove(self._say(prompt, memory), memory, handover=handover)

    def _say(self, prompt: str, memory: Memory) -> str:
        return self._wording.say(prompt, memory.language)

    def _joined(self, first: str, second: str, memory: Memory) -> str:
        return f"{first}{'' if memory.language == 'zh' else ' '}{second}"
