"""Example sentences by intent: read, checked and expanded from examples/<language>.yaml."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from math import prod
from pathlib import Path
from random import Random

import yaml

from dialogue.errors import DataInvalid
from dialogue.nlu.concepts import CONCEPTS_FILE
from dialogue.nlu.intents import INTENT_IDS

EXAMPLES = Path(__file__).with_name("examples")
MAX_VARIANTS = 16
"""Of one line, picked by chance: a line with many alternatives must not outweigh the others."""
_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence; `line` groups the variants that one line stands for."""

    text: str
    intent: str
    line: int


def load_examples(language: str, folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """All sentences of a language; raises DataInvalid with every problem found."""
    examples: list[Example] = []
    line = 0
    for path in sorted(folder.glob(f"*{language}.yaml")):
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(data, dict):
            raise DataInvalid(path.name, ("the file is no mapping of intent to sentences",))
        # The language's own file has every intent; files beside it add to some.
        problems = _problems(data, INTENT_IDS if path.stem == language else tuple(data))
        if problems:
            raise DataInvalid(path.name, tuple(problems))
        for intent in (i for i in INTENT_IDS if i in data):
            for pattern in data[intent]:
                line += 1
                examples += [Example(text, intent, line) for text in expand(pattern)]
    return tuple(examples)


def examples_digest(folder: Path = EXAMPLES) -> str:
    """SHA-256 of examples and concepts; the weights carry it, so that stale ones are noticed."""
    digest = sha256()
    for path in (*sorted(folder.glob("*.yaml")), CONCEPTS_FILE):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def expand(pattern: str) -> tuple[str, ...]:
    """Every reading of `(a|b|)`, at most MAX_VARIANTS of them."""
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    if prod(len(choice) for choice in choices) <= MAX_VARIANTS:
        picked = ["".join(reading) for reading in product(*choices)]
    else:
        chance = Random(pattern)  # the same pick on every machine
        picked = ["".join(chance.choice(c) for c in choices) for _ in range(MAX_VARIANTS)]
    return tuple(text for text in dict.fromkeys(" ".join(p.split()) for p in picked) if text)


def _problems(data: dict[object, object], needed: Sequence[object]) -> list[str]:
    problems = [f"intent {name!r} is unknown" for name in data if name not in INTENT_IDS]
    for intent in needed:
        lines = data.get(intent)
        if not isinstance(lines, list) or not lines:
            problems.append(f"intent {intent!r} has no list of sentences")
            continue
        problems += [
            f"intent {intent!r}: {line!r} is no sentence, or its brackets do not close"
            for line in lines
            if not isinstance(line, str) or re.search(r"[()]", _CHOICE.sub("", line))
        ]
    return problems
