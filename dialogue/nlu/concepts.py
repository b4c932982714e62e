"""Words of nearly the same meaning under one name, read from concepts.yaml: features that carry
over to sentences in other words than the examples.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid

CONCEPTS_FILE = Path(__file__).with_name("concepts.yaml")
_LONGEST = {"zh": 8, "en": 5}
"""Characters, words: no entry is longer."""

Lexicon = Mapping[str, str]
"""Word -> concept."""


def lexicon(language: str) -> Lexicon:
    """The shipped words of one language; read once, raises DataInvalid."""
    return shipped()[language]


@cache
def shipped() -> dict[str, Lexicon]:
    """The shipped words of all languages."""
    return load_concepts()


def load_concepts(path: Path = CONCEPTS_FILE) -> dict[str, Lexicon]:
    """Word -> concept by language; raises DataInvalid with every problem found."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems: list[str] = []
    read: dict[str, Lexicon] = {}
    for language in ("zh", "en"):
        groups = data.get(language) if isinstance(data, dict) else None
        if not isinstance(groups, dict):
            problems.append(f"{language!r} is no mapping of concept to words")
            continue
        read[language] = _words(language, groups, problems)
    if problems:
        raise DataInvalid(path.name, tuple(problems))
    return read


def _words(language: str, groups: Mapping[str, object], problems: list[str]) -> Lexicon:
    words: dict[str, str] = {}
    for concept, listed in groups.items():
        if not isinstance(listed, list):
            problems.append(f"{language}.{concept} needs a list of words")
            continue
        for word in listed:
            size = len(word if language == "zh" else str(word).split())
            if not isinstance(word, str) or not 1 <= size <= _LONGEST[language]:
                problems.append(f"{language}.{concept}: {word!r} is no word, or too long")
            else:
                words.setdefault(word, concept)
    return words


def concepts(text: str, language: str) -> list[str]:
    """The concepts named in a normalised text, in order, longest words first."""
    known = lexicon(language)
    if language == "zh":
        return _scan(list(text.replace(",", " ")), "", known, _LONGEST["zh"])
    return _scan(text.replace(",", " ").split(), " ", known, _LONGEST["en"])


def _scan(units: list[str], gap: str, known: Lexicon, longest: int) -> list[str]:
    found: list[str] = []
    at = 0
    while at < len(units):
        for size in range(min(longest, len(units) - at), 0, -1):
            word = gap.join(units[at : at + size])
            concept = known.get(word) or (known.get(word.removesuffix("s")) if gap else None)
            if concept is not None:
                found.append(concept)
                at += size
                break
        else:
            at += 1
    return found
