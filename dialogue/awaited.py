"""When what a caller has said so far is a whole answer to a question for digits. Pure.

People say numbers in groups, so the line is patient while digits are awaited; once the answer is
whole, patience would only keep the caller waiting.
"""

from collections.abc import Callable, Sequence

from aftersales.gateways import Order
from dialogue import proofs
from dialogue.bots.caller_orders import TAIL_DIGITS
from dialogue.nlu.codes import codes
from dialogue.nlu.normalise import normalise
from dialogue.nlu.numbers import ends_in_digit
from dialogue.slots import CODE_WORD
from dialogue.turns import Caller, Entity, Memory, Understanding

IsWhole = Callable[[str], bool]
"""Told the words so far, in the language of the call."""


def whole_answer(memory: Memory, caller: Caller, orders: Sequence[Order]) -> IsWhole:
    """What answers the open question of this memory, whose caller has these orders.

    A right number is answered sooner than a wrong one. That tells no more than the answer itself
    does, and only the first number of an utterance ends it, so nobody can try one after the other.
    """
    slot = (memory.waiting_for or "").rpartition(".")[2]
    own = tuple(order.number for order in orders)
    whole = {*own, *(number[-TAIL_DIGITS:] for number in own)}

    def is_number(value: str) -> bool:
        known = value in whole or (slot == "code" and len(value) == TAIL_DIGITS)
        return known and not _may_go_on(value, (*own, caller.number))

    def is_whole(text: str) -> bool:
        clean = normalise(text, memory.language)
        numbers = _numbers(clean, memory.language)
        if len(numbers) > 1:
            return False  # put right once, it may be again
        if numbers and not is_number(numbers[0].value):
            return False
        if slot != "check":
            return bool(numbers)
        if not numbers and ends_in_digit(clean, memory.language):
            return False  # the name is said, the number has begun
        if not numbers and clean.endswith(CODE_WORD[memory.language]):
            return True  # what the question offers instead
        after = proofs.with_proofs(memory, Understanding((), numbers), text, caller, orders)
        return proofs.shown(after) >= int(memory.slots.get(proofs.NEED, proofs.Level.TWO))

    return is_whole


def _numbers(clean: str, language: str) -> tuple[Entity, ...]:
    found = codes(clean, language)
    return tuple(Entity(kind, value, clean[start:end]) for start, end, kind, value in found)


def _may_go_on(value: str, own: Sequence[str]) -> bool:
    """Whether these digits stand in one of the caller's numbers with more of it after them."""
    longer = ("".join(filter(str.isdigit, number)) for number in own)
    return any(0 <= number.find(value) < len(number) - len(value) for number in longer)
