"""Reads a scorecard and checks all of it before anyone is judged by it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import inf
from pathlib import Path
from typing import Any, TypeGuard

import yaml

from qa.checks import CHECKS
from qa.criteria import SHORTEST_SECONDS, Criterion, HintRule, Scorecard
from qa.errors import ScorecardInvalid

LANGUAGES = ("zh", "en")
_KEYS = {"id", "title", "check", "weight", "kill", "critical", "params"}
_LONGEST_KEY = 48  # qa_scores.scorecard


def load_scorecard(path: Path | None = None) -> Scorecard:
    """Read the scorecard at `path`, or the one beside this file; raises ScorecardInvalid."""
    path = path or Path(__file__).parent / "scorecards" / "hotline_basic.yaml"
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as problem:
        raise ScorecardInvalid(path, [str(problem)]) from problem
    reader = _Reader()
    card = reader.scorecard(raw)
    if reader.problems:
        raise ScorecardInvalid(path, reader.problems)
    return card


@dataclass(slots=True)
class _Reader:
    problems: list[str] = field(default_factory=list)

    def scorecard(self, raw: object) -> Scorecard:
        top = self._mapping("the file", raw)
        name, version = top.get("name"), top.get("version")
        if not isinstance(name, str) or not name:
            self._wrong("name", name, "a short name")
        if not _is_number(version) or not isinstance(version, int) or version < 1:
            self._wrong("version", version, "a whole number from 1")
            version = 1
        for key in sorted(set(top) - {"name", "version", "criteria", "hint", "shortest_seconds"}):
            self.problems.append(f"unknown key {key!r}")
        listed = top.get("criteria")
        if not isinstance(listed, list) or not listed:
            self._wrong("criteria", listed, "a list with at least one criterion")
            listed = []
        criteria = tuple(self._criterion(n, item) for n, item in enumerate(listed))
        shortest = self._shortest(top.get("shortest_seconds", SHORTEST_SECONDS))
        card = Scorecard(str(name), version, criteria, self._hint(top.get("hint", {})), shortest)
        self._twice(card)
        if len(card.key) > _LONGEST_KEY:
            self.problems.append(f"name: {card.key!r} is longer than {_LONGEST_KEY} signs")
        return card

    def _hint(self, raw: object) -> HintRule:
        given = self._mapping("hint", raw)
        names = {field.name for field in fields(HintRule)}
        for key in sorted(set(given) - names):
            self.problems.append(f"hint: unknown key {key!r}")
        levels = {name: value for name, value in given.items() if name in names}
        for name, value in levels.items():
            if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 3:
                self._wrong(f"hint.{name}", value, "an emotion level from 1 to 3")
                return HintRule()
        return HintRule(**levels)

    def _shortest(self, raw: object) -> float:
        if _is_number(raw) and 0 <= raw < 1e6:
            return float(raw)
        self._wrong("shortest_seconds", raw, "a number from 0")
        return SHORTEST_SECONDS

    def _twice(self, card: Scorecard) -> None:
        ids = [criterion.id for criterion in card.criteria]
        for name in sorted({name for name in ids if ids.count(name) > 1}):
            self.problems.append(f"criteria: id {name!r} is used {ids.count(name)} times")

    def _criterion(self, number: int, raw: object) -> Criterion:
        place = f"criteria[{number}]"
        item = self._mapping(place, raw)
        name = item.get("id")
        if isinstance(name, str) and name:
            place = f"criteria.{name}"
        else:
            self._wrong(f"{place}.id", name, "a short name")
        for key in sorted(set(item) - _KEYS):
            self.problems.append(f"{place}: unknown key {key!r}")
        weight = item.get("weight")
        if not _is_number(weight) or not 0 < weight < inf:
            self._wrong(f"{place}.weight", weight, "a number above 0")
            weight = 1.0
        for key in ("kill", "critical"):
            if not isinstance(item.get(key, False), bool):
                self._wrong(f"{place}.{key}", item[key], "true or false")
        return Criterion(
            id=str(name),
            title=self._title(place, item.get("title")),
            check=str(item.get("check")),
            weight=float(weight),
            kill=item.get("kill") is True,
            critical=item.get("critical") is True,
            params=self._params(place, str(item.get("check")), item.get("params", {})),
        )

    def _title(self, place: str, raw: object) -> Mapping[str, str]:
        title = self._mapping(f"{place}.title", raw)
        for strange in sorted(map(str, set(title) - set(LANGUAGES))):
            self.problems.append(f"{place}.title knows no {strange!r}; quote texts with commas")
        for language in LANGUAGES:
            if not isinstance(title.get(language), str) or not title[language]:
                self._wrong(f"{place}.title.{language}", title.get(language), "a text")
        return title

    def _params(self, place: str, check: str, raw: object) -> Mapping[str, Any]:
        params = self._mapping(f"{place}.params", raw)
        if check not in CHECKS:
            self._wrong(f"{place}.check", check, f"one of {', '.join(sorted(CHECKS))}")
            return params
        wanted = CHECKS[check].params
        for name in sorted(set(params) - set(wanted)):
            self.problems.append(f"{place}.params: {check} knows no {name!r}")
        for name, kind in wanted.items():
            self._param(f"{place}.params.{name}", kind, params.get(name))
        return params

    def _param(self, place: str, kind: str, value: object) -> None:
        if kind == "number" and not (_is_number(value) and 0 <= value < 1e6):
            self._wrong(place, value, "a number from 0")
        elif kind == "count" and not (isinstance(value, int) and value >= 1):
            self._wrong(place, value, "a whole number from 1")
        elif kind == "list" and not _is_texts(value):
            self._wrong(place, value, "a list of words")
        elif kind == "words":
            words = self._mapping(place, value)
            for language in LANGUAGES:
                if not _is_texts(words.get(language)):
                    self._wrong(f"{place}.{language}", words.get(language), "a list of words")

    def _mapping(self, place: str, raw: object) -> dict[str, Any]:
        if isinstance(raw, dict):
            return {str(key): value for key, value in raw.items()}
        self._wrong(place, raw, "a mapping")
        return {}

    def _wrong(self, place: str, value: object, right: str) -> None:
        self.problems.append(f"{place}: {value!r} is not {right}")


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(text, str) and text.strip() for text in value)
    )
