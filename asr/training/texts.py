"""What the bundled models' vocabulary is made of: text/<language>.yaml, patterns and plain text.

A pattern is a sentence with `(a|b|)` for one of these and `<name>` for a word of a list. It is
expanded into a fixed number of readings at most, picked by a generator seeded with the pattern.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

TEXTS = Path(__file__).with_name("text")
MOST_READINGS = 240
"""Of one pattern."""
_PART = re.compile(r"\(([^()]*)\)|<(\w+)>")
_CLAUSE_END = re.compile(r"[.,;:?!()…。,、;:?!()《》“”\"\n]|\{[^}]*\}|\d+|--+")
_ENGLISH_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_CHINESE = re.compile(r"[\u4e00-\u9fff]+")


@dataclass(frozen=True, slots=True)
class WeightedText:
    """A sentence as people write it, and how often it is said."""

    text: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingText:
    """One language's own text."""

    words: tuple[str, ...]
    """Known even if no sentence has them."""
    spelled: Mapping[str, tuple[str, ...]]
    """Words with phones that espeak-ng would not give."""
    sentences: tuple[WeightedText, ...]
    also_said: Mapping[str, tuple[str, ...]]
    """Phones that people say where espeak-ng has another reading, or none."""


def load_text(language: str, more_items: Sequence[str] = (), folder: Path = TEXTS) -> TrainingText:
    """The file of a language, expanded; `more_items` join the list of things that are sold."""
    data = yaml.safe_load((folder / f"{language}.yaml").read_text(encoding="utf-8"))
    lists: dict[str, list[str]] = data["lists"]
    lists["item"] = [*lists["item"], *more_items]
    spelled, also_said = (_phones(data.get(name, {})) for name in ("spelled", "also_said"))
    named = [word for name in data["words_of"] for entry in lists[name] for word in entry.split()]
    words = tuple(dict.fromkeys([*data["words"].split(), *named, *spelled]))
    return TrainingText(words, spelled, tuple(_sentences(data["sentences"], lists)), also_said)


def _phones(written: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    return {word: tuple(phones.split()) for word, phones in written.items()}


def _sentences(
    groups: Sequence[Mapping[str, Any]], lists: Mapping[str, Sequence[str]]
) -> Iterator[WeightedText]:
    for group in groups:
        for pattern in group["lines"]:
            readings = expand(pattern, lists)
            weight = group["weight"] * len(readings) ** -0.5
            yield from (WeightedText(text, weight) for text in readings)


def expand(pattern: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    """Readings of a pattern: all where they are few, else MOST_READINGS at random."""
    parts = _parts(pattern, lists)
    count = 1
    for part in parts:
        count *= len(part)
    if count <= MOST_READINGS:
        texts = [""]
        for part in parts:
            texts = [before + choice for before in texts for choice in part]
    else:
        dice = random.Random(pattern)
        drawn = range(4 * MOST_READINGS)
        texts = ["".join(dice.choice(part) for part in parts) for _ in drawn]
    texts = [" ".join(text.split()) for text in texts]
    return list(dict.fromkeys(filter(None, texts)))[:MOST_READINGS]


def _parts(pattern: str, lists: Mapping[str, Sequence[str]]) -> list[Sequence[str]]:
    """A pattern as a row of choices; a choice may itself name a list."""
    parts: list[Sequence[str]] = []
    at = 0
    for found in _PART.finditer(pattern):
        parts.append([pattern[at : found.start()]])
        at = found.end()
        if found[2]:
            parts.append(lists[found[2]])
        else:
            choices = [found_in for c in found[1].split("|") for found_in in _choice(c, lists)]
            parts.append(choices)
    parts.append([pattern[at:]])
    return parts


def _choice(text: str, lists: Mapping[str, Sequence[str]]) -> list[str]:
    if "<" not in text:
        return [text]
    texts = [""]
    for part in _parts(text, lists):
        texts = [before + choice for before in texts for choice in part]
    return texts


def clauses(text: str, language: str) -> list[str]:
    """A written text as spoken pieces: no punctuation, digits or {values}, lower case."""
    pieces = _CLAUSE_END.split(text.lower().replace("\u2019", "'"))
    if language == "zh":
        spoken = ["".join(_CHINESE.findall(piece)) for piece in pieces]
    else:
        spoken = [" ".join(_ENGLISH_WORD.findall(piece)) for piece in pieces]
    return [piece for piece in spoken if piece]
