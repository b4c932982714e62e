"""Words of the console in Mandarin and English, from texts/*.yaml, checked against each other."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from console.errors import TextsInvalid
from console.filters import emotion_name, intent_name
from emotion.reasons import in_words
from qa.reasons import in_words as finding_in_words

FOLDER = Path(__file__).parent / "texts"
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Texts:
    """One language's words."""

    language: str
    words: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The wording of a key with its values put in; raises KeyError for an unknown key."""
        wording = self.words[key]
        return wording.format(**values) if values else wording

    def value(self, prefix: str, value: object) -> str:
        """The wording of a stored value (`outcome`, `abandoned`), or the value itself."""
        return self.words.get(f"{prefix}.{value}", str(value))

    def pick(self, text: object) -> str:
        """A text kept in both languages ({"zh": …, "en": …}) in this one; others as they are."""
        return str(text.get(self.language, "")) if isinstance(text, Mapping) else str(text)

    def reasons(self, kept: Iterable[Any] | None) -> str:
        """Why the scorer says what it says, in one line."""
        return " · ".join(in_words(reason, self.language) for reason in kept or ())

    def finding(self, kept: Any) -> str:
        """Why a check found what it found."""
        return finding_in_words(kept, self.language)

    def term(self, item: Any) -> str:
        """Why a caller has a head start; a term without facts is of an old record: its sentence."""
        told = item if isinstance(item, Mapping) else asdict(item)
        facts: Mapping[str, Any] = told.get("facts") or {}
        wording = self.words.get(f"term_why.{told['name']}")
        if not facts or wording is None:
            return str(told.get("reason", ""))
        shown = {key: self._shown(key, value) for key, value in facts.items()}
        line = wording.format_map(_Known(shown))
        if "would_be" in facts:
            return self("term_why.shadow", seconds=facts["would_be"], why=line)
        return line

    def why(self, data: Mapping[str, Any]) -> str:
        """Why a caller waits there, or is offered to whom; an old record has but its sentence."""
        if "intent" not in data:
            return self._why_offered(data)
        asked = intent_name(str(data["intent"]), self.language)
        if data.get("category"):
            asked = f"{asked} ({self.value('category', data['category'])})"
        return self(
            "why.joined",
            reason=self.value("why", data.get("reason")),
            request=asked,
            queue=self.value("queue", data.get("queue")),
            skills=", ".join(self.value("skill", skill) for skill in data.get("skills") or ()),
        )

    def _why_offered(self, data: Mapping[str, Any]) -> str:
        if "idle_seconds" not in data:
            return self.value("why", data.get("why", ""))
        required = [self.value("skill", skill) for skill in data.get("required") or ()]
        return self(
            "why.offered",
            waited=data.get("waited_seconds"),
            idle=data["idle_seconds"],
            skills=", ".join(required) or self("why.any_skill"),
        )

    def event(self, kind: str, data: Mapping[str, object]) -> str:
        """One line of a call's story; what the event does not tell is a dash."""
        if f"event.{kind}" not in self.words:
            return kind
        shown = {name: self._shown(name, value) for name, value in data.items()}
        if "why" in data:
            shown["why"] = self.why(data)
        return self.words[f"event.{kind}"].format_map(_Known(shown))

    def _shown(self, name: str, value: object) -> str:
        if name == "reasons" and isinstance(value, list | tuple):
            return self.reasons(value)
        if name == "level":
            return self.value("emotion", emotion_name(value if isinstance(value, int) else None))
        if value is None:
            return "–"
        if name == "seconds" or name.endswith("_seconds"):
            return f"{value:.0f}" if isinstance(value, int | float) else str(value)
        if isinstance(value, float):
            return f"{round(value, 1):g}"
        if isinstance(value, list | tuple):
            return ", ".join(_name_of(item) for item in value)
        return self.value(name, value)


class _Known(dict[str, str]):
    """Values for a wording; a name without a value is a dash."""

    def __missing__(self, name: str) -> str:
        return "–"


def _name_of(item: object) -> str:
    return str(item.get("id", item.get("name", ""))) if isinstance(item, Mapping) else str(item)


def load_texts(folder: Path = FOLDER) -> dict[str, Texts]:
    """Both languages; raises TextsInvalid with every difference between them."""
    loaded = {language: _read(folder / f"{language}.yaml") for language in LANGUAGES}
    problems = _differences(loaded["zh"], loaded["en"])
    if problems:
        raise TextsInvalid(problems)
    return {language: Texts(language, words) for language, words in loaded.items()}


def _read(path: Path) -> dict[str, str]:
    """The file's tree flattened: {"calls": {"title": ...}} becomes "calls.title"."""
    return _flatten(yaml.safe_load(path.read_text(encoding="utf-8")))


def _flatten(tree: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, branch in tree.items():
        key = f"{prefix}{name}"
        if isinstance(branch, Mapping):
            flat.update(_flatten(branch, f"{key}."))
        else:
            flat[key] = str(branch)
    return flat


def _differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    problems = [f"{key} is missing in en" for key in one.keys() - other.keys()]
    problems += [f"{key} is missing in zh" for key in other.keys() - one.keys()]
    problems += [
        f"{key} has other placeholders in zh and en"
        for key in one.keys() & other.keys()
        if _places(one[key]) != _places(other[key])
    ]
    return sorted(problems)


def _places(wording: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(wording) if name}
