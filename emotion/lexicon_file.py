"""Reads a lexicon of upset words and checks all of it before anyone is judged by it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from emotion.errors import LexiconInvalid

LANGUAGES = ("zh", "en")
_GROUP_KEYS = {"name", "points", "ceiling", "words", "patterns"}
_FILE_KEYS = {
    "language", "version", "groups", "sarcasm", "contrasts", "degrees", "negations", "fillers",
    "neutral", "neutral_patterns", "shopping", "personal",
}  # fmt: skip
_SARCASM_KEYS = {"points", "ceiling", "praise", "grievance", "turn"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to look for."""

    group: str
    points: float
    """Negative soothes."""
    ceiling: int
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Sarcasm:
    """Praise, then what nobody would praise: "well done, you lost it twice"."""

    points: float
    ceiling: int
    praise: tuple[re.Pattern[str], ...]
    grievance: tuple[re.Pattern[str], ...]
    turn: tuple[re.Pattern[str], ...]
    """Words between or after that make the praise sincere or the contrast open."""


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
    sarcasm: Sarcasm | None = None
    contrasts: tuple[re.Pattern[str], ...] = ()
    """But, though: the thanks before it was politeness, and soothes nothing."""
    shopping: tuple[re.Pattern[str], ...] = ()
    """A question about goods: what sounds angry in it is a name on a box,"""
    personal: tuple[re.Pattern[str], ...] = ()
    """unless it turns to a person."""


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
        ceiling = self._ceiling(place, raw.get("ceiling"))
        words = self.texts(place + ".words", raw.get("words"))
        patterns = [self._word(place, word) for word in words]
        patterns += self.patterns(place + ".patterns", raw.get("patterns"))
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

    def patterns(self, place: str, raw: object) -> list[re.Pattern[str]]:
        """The usable regular expressions of a list."""
        found = []
        for text in self.texts(place, raw):
            try:
                found.append(re.compile(text))
            except re.error as problem:
                self.problems.append(f"{place}: {text!r} is not a pattern: {problem}")
        return found

    def words(self, place: str, raw: object) -> list[re.Pattern[str]]:
        """The usable words of a list, compiled."""
        return [compile_word(word, self.language) for word in self.texts(place, raw)]

    def sarcasm(self, raw: object) -> Sarcasm | None:
        """The part that hears mock praise; it may be left out."""
        if raw is None:
            return None
        if not isinstance(raw, dict):
            self.problems.append("sarcasm: a mapping with praise and grievance is needed")
            return None
        for key in sorted(str(k) for k in set(raw) - _SARCASM_KEYS):
            self.problems.append(f"sarcasm: unknown key {key!r}")
        praise, grievance, turn = (
            tuple(self.words(f"sarcasm.{key}", raw.get(key)))
            for key in ("praise", "grievance", "turn")
        )
        points = self._number("sarcasm.points", raw.get("points"), 0.0, 3.0)
        return Sarcasm(
            points, self._ceiling("sarcasm", raw.get("ceiling")), praise, grievance, turn
        )

    def _ceiling(self, place: str, raw: object) -> int:
        if isinstance(raw, int) and not isinstance(raw, bool) and raw in (0, 1, 2, 3):
            return raw
        self.problems.append(f"{place}.ceiling: {raw!r} is not 0, 1, 2 or 3")
        return 0

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
    neutral = reader.words("neutral", raw.get("neutral"))
    neutral += reader.patterns("neutral_patterns", raw.get("neutral_patterns"))
    contrasts = reader.words("contrasts", raw.get("contrasts"))
    personal = reader.words("personal", raw.get("personal"))
    shopping = reader.patterns("shopping", raw.get("shopping"))
    sarcasm = reader.sarcasm(raw.get("sarcasm"))
    if reader.problems:
        raise LexiconInvalid(path, reader.problems)
    return Lexicon(
        language=reader.language,
        version=int(raw["version"]),
        entries=tuple(entries),
        degrees=tuple(sorted(degrees, key=lambda pair: -len(pair[0]))),
        negations=tuple(sorted(negations, key=len, reverse=True)),
        fillers=tuple(sorted(fillers, key=len, reverse=True)),
        neutral=tuple(neutral),
        sarcasm=sarcasm,
        contrasts=tuple(contrasts),
        shopping=tuple(shopping),
        personal=tuple(personal),
    )


def compile_word(word: str, language: str) -> re.Pattern[str]:
    """Mandarin matches anywhere, English whole words with any space between."""
    if language == "zh":
        return re.compile(re.escape(word.casefold()))
    return re.compile(r"\b" + r"\s+".join(map(re.escape, word.casefold().split())) + r"\b")
