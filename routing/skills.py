"""Skills: what an agent can do and a call can require. A language is a skill like any other."""

import re
from collections.abc import Iterable

MAX_REQUIRED = 3
"""More hard requirements than this leave callers waiting for nobody, and the subset walk of
queues/scripts/reserve.lua grows with it (stack.md 4); further wishes are preferences."""

_SKILL_ID = re.compile(r"[a-z][a-z0-9_]{0,31}")


def is_skill_id(text: object) -> bool:
    """True for ids like lang_zh: small letters, digits and underscores, starting with a letter."""
    return isinstance(text, str) and _SKILL_ID.fullmatch(text) is not None


def required(skills: Iterable[str]) -> tuple[str, ...]:
    """The skills of a plan, sorted, each once; more than three is an error."""
    chosen = tuple(sorted(set(skills)))
    if len(chosen) > MAX_REQUIRED:
        raise ValueError(f"{len(chosen)} required skills {chosen!r}; at most {MAX_REQUIRED}")
    return chosen
