"""The sentences of tests/evaluation, and what the understanding makes of them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import yaml

from dialogue.cli_view import to_json
from dialogue.nlu.examples import load_examples, load_several
from dialogue.nlu.normalise import normalise
from dialogue.nlu.understander import Understander

SETS = Path(__file__).parents[1] / "tests" / "evaluation"
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
"""A Friday, 11:00 in Shanghai: the line's now in every set."""


@dataclass
class Score:
    """Right and all, with what was taken for what."""

    right: int = 0
    total: int = 0
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, is_right: bool) -> None:
        self.total += 1
        self.right += is_right

    @property
    def share(self) -> float:
        return self.right / max(1, self.total)


def read(language: str, name: str):
    return yaml.safe_load((SETS / language / f"{name}.yaml").read_text(encoding="utf-8"))


def half(text: str) -> str:
    """dev or test, by hash: the same for everybody, whatever is added."""
    return "dev" if sha256(str(text).encode()).digest()[0] % 2 == 0 else "test"


@cache
def trained(language: str) -> set[str]:
    texts = [e.text for e in (*load_examples(language), *load_several(language))]
    return {normalise(text, language) for text in texts}


def names(mind: Understander, text: str, language: str) -> list[str]:
    said = to_json(mind.understand(str(text), language, NOW), language)
    return [intent["name"] for intent in said["intents"]]


def singles(mind: Understander, language: str, name: str, part: str | None) -> tuple[Score, Score]:
    """(likeliest intent right, refused although in scope) of sentences not met in training."""
    seen, right, refused = trained(language), Score(), Score()
    for intent, texts in read(language, name).items():
        for text in map(str, texts):
            if normalise(text, language) in seen or (part and half(text) != part):
                continue
            found = names(mind, text, language)
            right.add(found[:1] == [intent])
            right.pairs[intent, (found or ["out_of_scope"])[0]] += 1
            refused.add("out_of_scope" in found and intent != "out_of_scope")
    return right, refused


def several(mind: Understander, language: str, name: str, part: str | None) -> Score:
    seen, score = trained(language), Score()
    for text, intents in read(language, name):
        if normalise(text, language) not in seen and (not part or half(text) == part):
            score.add(set(names(mind, text, language)) == set(intents))
    return score


def outside(mind: Understander, language: str, name: str, part: str | None) -> Score:
    seen, score = trained(language), Score()
    for text in map(str, read(language, name)):
        if normalise(text, language) not in seen and (not part or half(text) == part):
            score.add(names(mind, text, language) == ["out_of_scope"])
    return score


def values(mind: Understander, language: str, part: str | None) -> Score:
    score = Score()
    for text, expected in read(language, "entities"):
        if part and half(text) != part:
            continue
        found = mind.understand(text, language, NOW).entities
        for kind, value in expected.items():
            wanted = value if isinstance(value, list) else [value]
            score.add([e.value for e in found if e.kind == kind] == wanted)
    return score
