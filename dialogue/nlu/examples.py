"""Example sentences by intent: read, checked and expanded from examples/<language>.yaml."""

import re
from dataclasses import dataclass
from hashlib import sha256
from itertools import product
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid
from dialogue.nlu.intents import INTENT_IDS

EXAMPLES = Path(__file__).with_name("examples")
MAX_VARIANTS = 24
"""Of one line, evenly picked: a line with many alternatives must not outweigh the others."""
_CHOICE = re.compile(r"\(([^()]*)\)")


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence; `line` groups the variants that one line stands for."""

    text: str
    intent: str
    line: int


def load_examples(language: str, folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """All sentences of a language; raises DataInvalid with every problem found."""
    path = folder / f"{language}.yaml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(data, dict):
        raise DataInvalid(path.name, ("the file is no mapping of intent to sentences",))
    problems = _problems(data)
    if problems:
        raise DataInvalid(path.name, tuple(problems))
    examples: list[Example] = []
    line = 0
    for intent in INTENT_IDS:
        for pattern in data[intent]:
            line += 1
            examples += [Example(text, intent, line) for text in expand(pattern)]
    return tuple(examples)


def examples_digest(folder: Path = EXAMPLES) -> str:
    """SHA-256 of all data files; the weights carry it, so that stale ones are noticed."""
    digest = sha256()
    for path in sorted(folder.glob("*.yaml")):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def expand(pattern: str) -> tuple[str, ...]:
    """Every reading of `(a|b|)`, at most MAX_VARIANTS of them."""
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if i % 2 else [part] for i, part in enumerate(parts)]
    texts = list(dict.fromkeys(" ".join("".join(c).split()) for c in product(*choices)))
    step = max(1, -(-len(texts) // MAX_VARIANTS))
    return tuple(text for text in texts[::step] if text)


def _problems(data: dict[object, object]) -> list[str]:
    problems = [f"intent {name!r} is unknown" for name in data if name not in INTENT_IDS]
    for intent in INTENT_IDS:
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
