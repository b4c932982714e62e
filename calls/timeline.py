"""A call's events and turns as a story for people, in both languages; words in timeline.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from calls.kinds import Kind
from calls.models import CallEvent, Turn

_WORDS = Path(__file__).with_name("timeline.toml")
_NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Line:
    """One moment of a call."""

    at: datetime
    seconds: float
    """Since the call's first moment."""
    kind: str
    text: str


def story(
    events: Sequence[CallEvent], turns: Sequence[Turn] = (), language: str = "en"
) -> list[Line]:
    """The lines in order of time; a turn whose words are in no event is told from its row."""
    words = _words(language)
    told = [(e.at, e.kind, e.data) for e in events if not e.data.get("abstained")]
    told += _untold(events, turns)
    # Stable: events of the same instant stay in the order in which they were kept.
    told.sort(key=lambda moment: moment[0])
    return [
        Line(at, round((at - told[0][0]).total_seconds(), 3), kind, _text(words, kind, data))
        for at, kind, data in told
    ]


def _untold(
    events: Sequence[CallEvent], turns: Sequence[Turn]
) -> list[tuple[datetime, str, dict[str, Any]]]:
    heard = _numbers(events, Kind.HEARD)
    replied = _numbers(events, Kind.REPLIED)
    moments: list[tuple[datetime, str, dict[str, Any]]] = []
    for turn in turns:
        if turn.heard and turn.number not in heard:
            moments.append((turn.at, Kind.HEARD.value, {"text": turn.heard}))
        if turn.reply and turn.number not in replied:
            data = {"text": turn.reply, "latency_ms": turn.latency_ms}
            moments.append((turn.at, Kind.REPLIED.value, data))
    return moments


def _numbers(events: Sequence[CallEvent], kind: Kind) -> set[int]:
    return {event.data.get("turn", 0) for event in events if event.kind == kind.value}


def _text(words: Mapping[str, str], kind: str, data: Mapping[str, Any]) -> str:
    template = words.get(kind)
    if template is None:  # a newer process wrote a kind that this one does not know
        return kind
    return template.format_map(_Readable(data))


class _Readable(dict[str, str]):
    """Field values as people read them; what is missing is a dash."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        super().__init__({name: _readable(value) for name, value in data.items()})

    def __missing__(self, name: str) -> str:
        return _NOTHING


def _readable(value: Any) -> str:
    if value is None or value == "" or value == []:
        return _NOTHING
    if isinstance(value, float):
        return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"
    if isinstance(value, Mapping):
        # An intent has an id, a priority term or an emotion's reason has a name.
        return str(next((value[key] for key in ("id", "name", "text") if key in value), value))
    if isinstance(value, list | tuple):
        return ", ".join(_readable(item) for item in value)
    return str(value)


@cache
def _words(language: str) -> Mapping[str, str]:
    """The templates of a language; all problems of the file at once."""
    languages = tomllib.loads(_WORDS.read_text(encoding="utf-8"))
    if language not in languages:
        raise ValueError(f"no story in language {language!r}; there are {sorted(languages)}")
    missing = [
        f"[{name}] {kind.value}"
        for name, lines in sorted(languages.items())
        for kind in Kind
        if kind.value not in lines
    ]
    if missing:
        raise ValueError(f"{_WORDS.name} lacks {missing}; give each kind a line")
    found: Mapping[str, str] = languages[language]
    return found
