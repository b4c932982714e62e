"""The question between the two likeliest readings: what was offered, which one the answer takes."""

import re
from dataclasses import replace

from dialogue.turns import Memory, Understanding

WAITING = "clarify"
"""`Memory.waiting_for` while that question is open."""
_SLOT = "clarify"
_SECOND = {
    "zh": re.compile("第二|后一个|后面那个|后者|另一个"),
    "en": re.compile(r"\b(?:second|latter|other one|last one)\b"),
}
_FIRST = {
    "zh": re.compile("第一|前一个|前面那个|前者"),
    "en": re.compile(r"\b(?:first|former)\b"),
}


def asked(memory: Memory, first: str, second: str) -> Memory:
    """The memory with both readings, waiting for the answer."""
    slots = {**memory.slots, _SLOT: f"{first} {second}"}
    return replace(memory, waiting_for=WAITING, slots=slots)


def forgotten(memory: Memory) -> Memory:
    """The memory without the question."""
    slots = {name: value for name, value in memory.slots.items() if name != _SLOT}
    return replace(memory, waiting_for=None, slots=slots)


def chosen(memory: Memory, text: str, understanding: Understanding) -> str | None:
    """The reading that an answer without a request of its own takes; None for neither.

    A plain yes takes the likelier one: it is confirmed again before anything is done.
    """
    first, second = memory.slots[_SLOT].split()
    if _SECOND[memory.language].search(text):
        return second
    said = {intent.id for intent in understanding.intents}
    if _FIRST[memory.language].search(text) or "affirm" in said:
        return first
    near = [i.id for i in understanding.alternatives if i.id in (first, second)]
    return near[0] if near else None
