"""Reads a lexicon of upset words and checks all of it before anyone is judged by it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from emotion.errors import LexiconInvalid

LANGUAGES = ("zh", "en")
_GROUP_KEYS = {"name", "points", "ceiling", "words", "patterns"}
_FILE_KEYS = {"language", "version", "groups", "degrees", "negations", "fillers", "neutral"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look for."""

    group: str
    points: float
    """Negative soothes."""
    ceiling: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """One language's words, compiled."""

    language: str
    version: int
    entries: tuple[Entry, ...]
    degrees: tuple[tuple[str, float], ...]
    """Longest first."""
    negations: tuple[str, ...]
    """Longest first."""
    fillers: tuple[str, ...]
    """What may stand between a negation and what it denies; longest first."""
    neutral: tuple[re.Pattern[str], ...]


@dataclass(slots=True)
class _Reader:
    language: str
    problems: list[str] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def groups(self, raw: object) -> list[Entry]:
        if not isinstance(raw, list) or not raw:
            self.problems.append("groups: a list of groups is needed")
            return []
        return [entry for number, group in enumerate(raw) for entry in self._group(number, group)]

    def _group(self, number: int, raw: object) -> list[Entry]:
        if not isinstance(raw, dict) or not isinstance(raw.get("name"), str):
            self.problems.append(f"groups[{number}]: a mapping with a name is needed, not {raw!r}")
            return []
        place = f"groups.{raw['name']}"
        for key in sorted(set(raw) - _GROUP_KEYS):
            self.problems.append(f"{place}: unknown key {key!r}")
        points = self._number(place + ".points", raw.get("points"), -3.0, 3.0)
        ceiling = raw.get("ceiling")
        if not isinstance(ceiling, int) or ceiling not in (0, 1, 2, 3):
            self.problems.append(f"{place}.ceiling: {ceiling!r} is not 0, 1, 2 or 3")
            ceiling = 0
        words = self.texts(place + ".words", raw.get("words"))
        patterns = [self._word(place, word) for word in words]
        for text in self.texts(place + ".patterns", raw.get("patterns")):
            patterns += self._pattern(place, text)
        if not patterns:
            self.problems.append(f"{place}: neither words nor patterns")
        return [Entry(raw["name"], points, ceiling, pattern) for pattern in patterns]

    def _number(self, place: str, raw: object, low: float, high: float) -> float:
        if isinstance(raw, int | float) and not isinstance(raw, bool) and low <= raw <= high:
            return float(raw)
        self.problems.append(f"{place}: {raw!r} is not a number from {low:g} to {high:g}")
        return 0.0

    def texts(self, place: str, raw: object) -> list[str]:
        """The usable texts of a list; the others become problems."""
        if raw is None:
            return []
        if not isinstance(raw, list):
            self.problems.append(f"{place}: a list is needed, not {raw!r}")
            return []
        for item in raw:
            if not isinstance(item, str | int) or isinstance(item, bool) or not str(item).strip():
                self.problems.append(f"{place}: {item!r} is not a word (quote yes and no)")
        return [
            str(t) for t in raw if isinstance(t, str | int) and not isinstance(t, bool) and str(t)
        ]

    def _word(self, place: str, word: str) -> re.Pattern[str]:
        if word in self.seen:
            self.problems.append(f"{place}: {word!r} is already in {self.seen[word]}")
        self.seen[word] = place
        return compile_word(word, self.language)

    def _pattern(self, place: str, text: str) -> list[re.Pattern[str]]:
        try:
            return [re.compile(text)]
        except re.error as problem:
            self.problems.append(f"{place}.patterns: {text!r} is not a pattern: {problem}")
            return []

    def degrees(self, raw: object) -> list[tuple[str, float]]:
        if not isinstance(raw, dict):
            self.problems.append("degrees: a mapping of word to factor is needed")
            return []
        return [
            (str(word), self._number(f"degrees.{word}", factor, 0.1, 2.0))
            for word, factor in raw.items()
        ]


def read_lexicon(path: Path) -> Lexicon:
    """Load one language; raises LexiconInvalid with every problem at once."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise LexiconInvalid(path, [str(problem)]) from problem
    if not isinstance(raw, dict):
        raise LexiconInvalid(path, ["a mapping with language, groups, degrees is needed"])
    reader = _Reader(str(raw.get("language")))
    if reader.language not in LANGUAGES:
        reader.problems.append(f"language: {raw.get('language')!r} is not one of {LANGUAGES}")
    if not isinstance(raw.get("version"), int):
        reader.problems.append(f"version: {raw.get('version')!r} is not a whole number")
    for key in sorted(str(k) for k in set(raw) - _FILE_KEYS):
        reader.problems.append(f"unknown key {key!r}")
    entries = reader.groups(raw.get("groups"))
    degrees = reader.degrees(raw.get("degrees"))
    negations = reader.texts("negations", raw.get("negations"))
    fillers = reader.texts("fillers", raw.get("fillers")) + [word for word, _ in degrees]
    neutral = reader.texts("neutral", raw.get("neutral"))
    if reader.problems:
        raise LexiconInvalid(path, reader.problems)
    return Lexicon(
        language=reader.language,
        version=int(raw["version"]),
        entries=tuple(entries),
        degrees=tuple(sorted(degrees, key=lambda pair: -len(pair[0]))),
        negations=tuple(sorted(negations, key=len, reverse=True)),
        fillers=tuple(sorted(fillers, key=len, reverse=True)),
        neutral=tuple(compile_word(word, reader.language) for word in neutral),
    )


def compile_word(word: str, language: str) -> re.Pattern[str]:
    """Mandarin matches anywhere, English whole words with any space between."""
    if language == "zh":
        return re.compile(re.escape(word.casefold()))
    return re.compile(r"\b" + r"\s+".join(map(re.escape, word.casefold().split())) + r"\b")
