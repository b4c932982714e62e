"""A call's events read into what a person wants to see: talk, feeling, place in line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from calls.kinds import Kind


class Event(Protocol):
    """What a digest reads of an event (calls.models.CallEvent)."""

    kind: str
    at: datetime
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said."""

    party: str
    """caller or bot."""
    at: datetime
    text: str
    turn: int | None = None
    level: int | None = None
    """Emotion 0-3; None: not judged."""
    interrupted: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """The call so far."""

    lines: tuple[Line, ...] = ()
    emotion: Mapping[str, Any] | None = None
    """The last reading that was sure enough: score, level, confidence, reasons."""
    alert: Mapping[str, Any] | None = None
    """The last alert to supervisors: level, reasons, at; `seen_by` once somebody has seen it."""
    intents: tuple[str, ...] = ()
    """What was asked for, in order, each once."""
    entities: tuple[Mapping[str, Any], ...] = ()
    queue: Mapping[str, Any] = field(default_factory=dict)
    """The last word on the place in line: queue, skills, boost_seconds, terms, position."""
    story: tuple[str, ...] = ()
    """The bot's short sentences for the agent, where the events carry them."""

    @property
    def has_open_alert(self) -> bool:
        """Whether supervisors were told of this caller and none has said "seen"."""
        return self.alert is not None and not self.alert.get("seen_by")


def digest(events: Iterable[Event]) -> Digest:
    """Everything that the events tell, in order."""
    so_far = Digest()
    for event in events:
        so_far = _with(so_far, event)
    return so_far


def _with(so_far: Digest, event: Event) -> Digest:
    data = event.data
    if event.kind == Kind.HEARD:
        line = Line("caller", event.at, str(data.get("text", "")), data.get("turn"))
        return replace(so_far, lines=(*so_far.lines, line))
    if event.kind in (Kind.REPLIED, Kind.BOT_SAID):
        return replace(so_far, lines=_with_bot_line(so_far.lines, event))
    if event.kind == Kind.EMOTION:
        return _with_emotion(so_far, data)
    if event.kind == Kind.ALERTED:
        return replace(so_far, alert={**data, "at": event.at})
    if event.kind == Kind.ALERT_SEEN and so_far.alert:
        return replace(so_far, alert={**so_far.alert, "seen_by": data.get("by")})
    if event.kind == Kind.UNDERSTOOD:
        return _with_request(so_far, data)
    if event.kind in (Kind.QUEUED, Kind.MOVED, Kind.POSITION, Kind.OFFERED):
        story = tuple(data.get("story") or so_far.story)
        return replace(so_far, queue={**so_far.queue, **data}, story=story)
    return so_far


def _with_bot_line(lines: tuple[Line, ...], event: Event) -> tuple[Line, ...]:
    """A reply is told twice, when it is decided and when it was heard: one line."""
    text = str(event.data.get("text", ""))
    cut = bool(event.data.get("interrupted", False))
    for back, line in enumerate(reversed(lines[-3:]), start=1):
        if line.party == "bot" and line.text == text:
            at = len(lines) - back
            told = replace(line, interrupted=line.interrupted or cut)
            return (*lines[:at], told, *lines[at + 1 :])
    return (*lines, Line("bot", event.at, text, event.data.get("turn"), None, cut))


def _with_emotion(so_far: Digest, data: Mapping[str, Any]) -> Digest:
    if data.get("abstained"):
        return so_far
    turn, level = data.get("turn"), data.get("level")
    lines = tuple(
        replace(line, level=level) if line.party == "caller" and line.turn == turn else line
        for line in so_far.lines
    )
    return replace(so_far, lines=lines, emotion=data)


def _with_request(so_far: Digest, data: Mapping[str, Any]) -> Digest:
    asked = [str(intent.get("id")) for intent in data.get("intents") or ()]
    new = tuple(name for name in dict.fromkeys(asked) if name not in so_far.intents)
    named = [(item.get("kind"), item.get("value")) for item in so_far.entities]
    found = tuple(
        item
        for item in data.get("entities") or ()
        if (item.get("kind"), item.get("value")) not in named
    )
    return replace(so_far, intents=(*so_far.intents, *new), entities=(*so_far.entities, *found))
