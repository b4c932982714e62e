"""What a caller has shown of who calls, and how much of it a request or a deed needs.

Pure: proofs are slots of the memory, the rules are identity.yaml.
"""

from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path
from typing import Annotated, get_args

import msgspec
import yaml
from msgspec import Meta

from aftersales.deeds import Deed
from aftersales.gateways import Order
from dialogue.bots.caller_orders import ORDER_KINDS, TAIL_DIGITS, spoken_tail, with_slots
from dialogue.errors import DataInvalid
from dialogue.slots import names_caller
from dialogue.turns import NOTHING, Caller, Memory, Understanding

RULES_FILE = Path(__file__).with_name("identity.yaml")
NAME, ORDER, CODE = "proven_name", "proven_order", "proven_code"
"""Slots of what was shown; they last for the call."""
TOLD = "told"
"""Slot of the orders whose digits we read out ourselves: they prove nothing any more."""
TRIES = "checks"
"""Slot of the wrong answers so far."""
NEED = "check_need"
"""Slot of how much the question for proofs asks for, as a Level's number."""
SENT = "code"
"""Slot of the code that was sent."""


MOST_SAID = 2
"""Numbers in one breath that still prove something: the second one puts the first right. More are
guesses, and an utterance has room for seven.
"""


class Level(IntEnum):
    """How much is to be shown beside the calling number."""

    EVERYBODY = 0
    PERSON = -1
    ONE = 1
    TWO = 2


class Rules(msgspec.Struct, frozen=True):
    """identity.yaml, read."""

    requests: dict[str, Level]
    deeds: dict[str, Level]
    tries: int


class _File(msgspec.Struct, forbid_unknown_fields=True):
    requests: dict[str, Annotated[str, Meta(pattern="^(everybody|person|one|two)$")]]
    deeds: dict[str, Annotated[str, Meta(pattern="^(one|two)$")]]
    tries: Annotated[int, Meta(ge=1, le=5)]


def load_identity(intents: Iterable[str], path: Path = RULES_FILE) -> Rules:
    """Read and check; raises DataInvalid naming every request and deed without a line."""
    try:
        file = msgspec.convert(yaml.safe_load(path.read_text(encoding="utf-8")), _File)
    except msgspec.ValidationError as problem:
        raise DataInvalid(path.name, (str(problem),)) from problem
    deeds = {str(kind.__struct_config__.tag) for kind in get_args(Deed)}
    wanted = {"request": (set(intents), file.requests), "deed": (deeds, file.deeds)}
    problems: list[str] = []
    for what, (known, given) in wanted.items():
        problems += [f"{what} {name!r} has no line" for name in sorted(known - given.keys())]
        problems += [f"{what} {name!r} is not known" for name in sorted(given.keys() - known)]
    if problems:
        raise DataInvalid(path.name, tuple(problems))
    return Rules(
        {name: Level[level.upper()] for name, level in file.requests.items()},
        {name: Level[level.upper()] for name, level in file.deeds.items()},
        file.tries,
    )


def shown(memory: Memory) -> int:
    """How many proofs the caller has given; a code counts for two."""
    if CODE in memory.slots:
        return Level.TWO
    return sum(name in memory.slots for name in (NAME, ORDER))


def has_digits(understanding: Understanding) -> bool:
    """Whether digits were said that an order could end in."""
    return bool(_tails(understanding))


def with_proofs(
    memory: Memory,
    understanding: Understanding,
    text: str,
    caller: Caller,
    orders: Iterable[Order],
) -> Memory:
    """The memory with what these words prove: the code, the name, digits of an own order."""
    if len(_tails(understanding)) > MOST_SAID:
        understanding = NOTHING
    if memory.slots.get(SENT, "") in _tails(understanding):
        memory = with_slots(memory, **{CODE: "yes"})
    if names_caller(text, caller.name):
        memory = with_slots(memory, **{NAME: "yes"})
    if any(_proves(order, understanding, caller, memory) for order in orders):
        memory = with_slots(memory, **{ORDER: "yes"})
    return memory


def with_told(memory: Memory, text: str) -> Memory:
    """The memory that knows which orders' digits we have just read out."""
    told = memory.slots.get(TOLD, "").split()
    said = {
        number
        for name, number in memory.slots.items()
        if name.rpartition(".")[2] == "order"
        and number not in told
        and spoken_tail(number, memory.language) in text
    }
    return with_slots(memory, **{TOLD: " ".join([*told, *sorted(said)])}) if said else memory


def _tails(understanding: Understanding) -> set[str]:
    values = (e.value for e in understanding.entities if e.kind in ORDER_KINDS)
    return {value[-TAIL_DIGITS:] for value in values if len(value) >= TAIL_DIGITS}


def _proves(order: Order, understanding: Understanding, caller: Caller, memory: Memory) -> bool:
    if order.number in memory.slots.get(TOLD, "").split():
        return False
    whole = any(e.value == order.number for e in understanding.entities if e.kind == "order_id")
    tail = order.number[-TAIL_DIGITS:]
    # Who knows the telephone number knows its last digits: they show nothing more.
    return whole or (tail in _tails(understanding) and not caller.number.endswith(tail))
