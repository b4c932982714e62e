"""Why a reading is as it is: codes with values, worded in the reader's language when shown."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from emotion.errors import ReasonsInvalid

LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that a reading rests on; simple types, it is stored as JSON."""

    code: str
    """One of reasons.yaml."""
    values: dict[str, Any] = field(default_factory=dict)
    """Numbers and words for the placeholders of its wording."""

    def __str__(self) -> str:
        return in_words(self, "en")


def reason(code: str, **values: Any) -> Reason:
    """A reason with its values by name; numpy's numbers become plain ones, JSON knows no others."""
    plain = {k: float(v) if isinstance(v, float) else v for k, v in values.items()}
    return Reason(code, plain)


class ReasonWords:
    """The wordings of one file: each code in every language, with the same placeholders."""

    def __init__(self, path: Path) -> None:
        """The file is read when the first reason is worded; then raises ReasonsInvalid."""
        self._path = path

    def say(self, given: Reason | Mapping[str, Any] | str, language: str) -> str:
        """A reason for a reader; as stored in JSON it is a mapping, and of old records a sentence.

        A code that this version does not know is shown as it is.
        """
        if isinstance(given, str):
            return given
        code, values = _parts(given)
        wording = _wordings(self._path).get(code, {}).get(language)
        if wording is None:
            return code
        shown = _Shown(values)
        for name in _SHOWN.keys() & values.keys():
            shown[name] = _SHOWN[name](values[name], language)
        return _READER.vformat(wording, (), shown)


in_words = ReasonWords(Path(__file__).with_name("reasons.yaml")).say
"""A reading's reason, in the words of zh or en."""


def _parts(given: Reason | Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    if isinstance(given, Reason):
        return given.code, given.values
    values = given.get("values")
    return str(given.get("code", "")), values if isinstance(values, Mapping) else {}


class _Reader(Formatter):
    """A value that is missing or of another kind than its wording expects is shown as it is."""

    def format_field(self, value: Any, spec: str) -> str:
        try:
            return str(super().format_field(value, spec))
        except (TypeError, ValueError):
            return str(value)


class _Shown(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "–"


_READER = _Reader()


def _times(value: Any, language: str) -> str:
    """How often: once, twice, 3 times."""
    if language == "zh":
        return f"{value}次"
    return {1: "once", 2: "twice"}.get(value, f"{value} times")


def _ordinal(value: Any, language: str) -> str:
    """Which one: third."""
    if language == "zh":
        return f"第{value}次"
    return {2: "second", 3: "third", 4: "fourth", 5: "fifth"}.get(value, f"number {value}")


def _words(value: Any, language: str) -> str:
    """What was said, and how often where more than once."""
    if not isinstance(value, Mapping):
        return str(value)
    gap, join = ("", "、") if language == "zh" else (" ", ", ")
    said = (word if n == 1 else f"{word}{gap}{_times(n, language)}" for word, n in value.items())
    return join.join(said)


_SHOWN: Mapping[str, Callable[[Any, str], str]] = {
    "times": _times,
    "ordinal": _ordinal,
    "words": _words,
}


@cache
def _wordings(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Every code in every language; raises ReasonsInvalid with all that is wrong."""
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    problems = [
        f"{code} has no wording in {language}"
        for code, wording in data.items()
        for language in LANGUAGES
        if not str((wording or {}).get(language) or "").strip()
    ]
    if not problems:
        problems = [
            f"{code} has other placeholders in zh and en"
            for code, wording in data.items()
            if _places(wording["zh"]) != _places(wording["en"])
        ]
    if problems:
        raise ReasonsInvalid(path, problems)
    found: Mapping[str, Mapping[str, str]] = data
    return found


def _places(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name}
