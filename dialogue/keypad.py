"""Keys: the way out that needs no recogniser. 0 person, 1 order or parcel, 2 return, 9 language,
* no analysis of the voice, # a code by message where the question is who calls.
"""

from dataclasses import replace

from dialogue.bots.caller_orders import TAIL_DIGITS
from dialogue.slots import KEYED
from dialogue.turns import Memory

PERSON, OTHER_LANGUAGE, NO_ANALYSIS, CODE = "0", "9", "*", "#"
_MENU = {
    PERSON: ("human_agent",),
    "1": ("track_package",),
    "2": ("return_goods", "refund_request"),
}
_ANSWERS = {PERSON: ("human_agent",), "1": ("affirm",), "2": ("deny",)}


def meaning(digit: str, memory: Memory) -> tuple[str, ...]:
    """The intents that a key stands for now; none for a key without meaning."""
    return (_ANSWERS if awaits_yes_or_no(memory) else _MENU).get(digit, ())


def awaits_yes_or_no(memory: Memory) -> bool:
    """Whether the last question is answered by one for yes, two for no."""
    return (memory.waiting_for or "").endswith((".confirm", ".goods"))


def awaits_digits(memory: Memory) -> bool:
    """Whether the last question asked for the digits of an order."""
    return (memory.waiting_for or "").endswith(KEYED)


def wants_code(digit: str, memory: Memory) -> bool:
    """Whether the key asks for a code by message."""
    return digit == CODE and (memory.waiting_for or "").endswith((".check", ".code"))


def chooses(digit: str, memory: Memory) -> bool:
    """Whether the key takes one of the orders that were named."""
    return digit in "123" and (memory.waiting_for or "").endswith(".which")


def digits_missing(memory: Memory) -> int:
    """How many digits are still awaited; 0: none was asked for."""
    return TAIL_DIGITS - len(memory.slots.get("digits", "")) if awaits_digits(memory) else 0


def collected(digit: str, memory: Memory) -> tuple[Memory, str | None]:
    """The memory with one more digit, and the whole tail once it is complete."""
    memory, before = given_up(memory)
    digits = before + digit
    if len(digits) < TAIL_DIGITS:
        return replace(memory, slots={**memory.slots, "digits": digits}), None
    return memory, digits


def given_up(memory: Memory) -> tuple[Memory, str]:
    """The memory without digits that no more came after, and these digits."""
    slots = {k: v for k, v in memory.slots.items() if k != "digits"}
    return replace(memory, slots=slots), memory.slots.get("digits", "")
