"""Example sentences, read, checked and expanded from the files of examples/.

A file's name says what is in it. Its language (`zh`, `en`) stands somewhere between underscores;
with `several` it lists utterances that hold several requests, with `outside` sentences that are
none of ours, else it maps intents to sentences. All other words of the name tell whose hand it is.
"""

import re
from collections.abc import Iterator, Sequence
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
_SEVERAL, _OUTSIDE = "several", "outside"


@dataclass(frozen=True, slots=True)
class Example:
    """One sentence; `line` groups the variants that one line stands for."""

    text: str
    intent: str
    line: int
    source: str = ""
    """The file's name without its ending: whose sentences these are."""


@dataclass(frozen=True, slots=True)
class SeveralExample:
    """An utterance that holds several requests, named in order of mention."""

    text: str
    intents: tuple[str, ...]
    source: str = ""


def load_examples(language: str, folder: Path = EXAMPLES) -> tuple[Example, ...]:
    """All sentences with one request, or with none; raises DataInvalid with every problem found."""
    examples: list[Example] = []
    line = 0
    for path in _files(language, folder):
        for intent, pattern in _lines(path, language):
            line += 1
            examples += [Example(text, intent, line, path.stem) for text in expand(pattern)]
    return tuple(examples)


def load_several(language: str, folder: Path = EXAMPLES) -> tuple[SeveralExample, ...]:
    """All utterances with several requests; raises DataInvalid with every problem found."""
    found: list[SeveralExample] = []
    for path in _files(language, folder):
        if _SEVERAL in _words(path):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            _check(path, _several_problems(data))
            found += [SeveralExample(e["text"], tuple(e["intents"]), path.stem) for e in data]
    return tuple(found)


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


def _files(language: str, folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.yaml")) if language in _words(path)]


def _words(path: Path) -> list[str]:
    return path.stem.split("_")


def _lines(path: Path, language: str) -> Iterator[tuple[str, str]]:
    """(intent, line with its alternatives) of one file."""
    if _SEVERAL in _words(path):
        return
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    if _OUTSIDE in _words(path):
        data = {"out_of_scope": data}
    elif not isinstance(data, dict):
        raise DataInvalid(path.name, ("the file is no mapping of intent to sentences",))
    # The language's own file has every intent; files beside it add to some.
    _check(path, _problems(data, INTENT_IDS if path.stem == language else tuple(data)))
    for intent in (i for i in INTENT_IDS if i in data):
        for pattern in data[intent]:
            yield intent, pattern


def _check(path: Path, problems: Sequence[str]) -> None:
    if problems:
        raise DataInvalid(path.name, tuple(problems))


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


def _several_problems(data: object) -> list[str]:
    if not isinstance(data, list):
        return ["the file is no list of {text, intents}"]
    return [problem for entry in data for problem in _entry_problems(entry)]


def _entry_problems(entry: object) -> Iterator[str]:
    if not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
        yield f"{entry!r} has no text"
        return
    intents = entry.get("intents")
    if not isinstance(intents, list) or len(set(map(str, intents))) < 2:
        yield f"{entry['text']!r} needs a list of two intents or more"
        return
    yield from (
        f"{entry['text']!r}: intent {i!r} is unknown" for i in intents if i not in INTENT_IDS
    )
