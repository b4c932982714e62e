"""Reads the steps of a story: every problem noted with its place, none hides another."""

import re
from typing import Any

from simulator.steps import STEP_RULES, Step, StepKind, StepRule, Takes
from simulator.voices import Temper

_LONGEST_TEXT = 400
_LONGEST_SECONDS = 3600.0
_EXTRAS = {
    StepKind.SAY: {"temper"},
    StepKind.INTERRUPT: {"temper", "say"},
    StepKind.KEEP_SAYING: {"temper", "times", "until"},
}
"""Words that may stand beside a step's name; `within` may stand beside each that waits."""


class Problems:
    """Collects what is wrong while reading goes on with a harmless value."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def add(self, place: str, sentence: str) -> None:
        """Note a problem."""
        self.found.append(f"{place} {sentence}")

    def mapping(self, raw: Any, place: str, *, need: set[str], may: set[str]) -> dict[str, Any]:
        """A mapping with these keys and no others."""
        if not isinstance(raw, dict):
            self.add(place, f"is {raw!r}; should be a mapping with {', '.join(sorted(need))}")
            return {}
        for key in sorted(need - set(raw)):
            self.add(place, f"has no {key!r}")
        for key in sorted(str(key) for key in raw if key not in need | may):
            self.add(place, f"has {key!r}; known are {', '.join(sorted(need | may))}")
        return raw

    def items(self, raw: Any, place: str) -> list[Any]:
        """A list."""
        if isinstance(raw, list):
            return raw
        if raw is not None:
            self.add(place, f"is {raw!r}; should be a list")
        return []

    def text(self, raw: Any, place: str) -> str:
        """Words, at most 400 characters."""
        if isinstance(raw, str) and 0 < len(raw.strip()) <= _LONGEST_TEXT:
            return raw.strip()
        self.add(place, f"is {raw!r}; should be 1 to {_LONGEST_TEXT} characters of text (quote it)")
        return ""

    def match(self, raw: Any, place: str, pattern: re.Pattern[str], example: str) -> str:
        """Text of one shape."""
        if isinstance(raw, str) and pattern.fullmatch(raw):
            return raw
        self.add(place, f"is {raw!r}; should look like {example}, in quotes")
        return ""

    def number(self, raw: Any, place: str) -> float:
        """Seconds from 0 to an hour."""
        is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
        if is_number and 0 <= raw <= _LONGEST_SECONDS:
            return float(raw)
        self.add(place, f"is {raw!r}; should be a number of seconds from 0 to 3600")
        return 0.0


def read_temper(problems: Problems, raw: Any, place: str) -> Temper:
    """A temper by its name."""
    if raw in list(Temper):
        return Temper(raw)
    problems.add(place, f"has temper {raw!r}; known are {', '.join(Temper)}")
    return Temper.CALM


def read_steps(
    problems: Problems, raw: Any, place: str, who: str, temper: Temper, callers: set[str]
) -> tuple[Step, ...]:
    """The steps of one person; `who` is caller or agent."""
    steps = [
        _step(problems, item, f"{place}[{at}]", who, temper)
        for at, item in enumerate(problems.items(raw, place))
    ]
    for step in steps:
        if step and STEP_RULES[step.kind].takes is Takes.CALLER and step.text not in callers:
            problems.add(step.place, f"waits for {step.text!r}, who is no caller of this story")
    if not steps:
        problems.add(place, "is empty; a person must do something")
    return tuple(step for step in steps if step)


def _step(problems: Problems, raw: Any, place: str, who: str, temper: Temper) -> Step | None:
    item = {raw: None} if isinstance(raw, str) else raw
    named = [key for key in item if key in list(StepKind)] if isinstance(item, dict) else []
    if StepKind.INTERRUPT in named:
        named = [StepKind.INTERRUPT.value]  # its own `say` stands beside it
    if len(named) != 1:
        problems.add(place, f"is {raw!r}; should be one of {', '.join(_kinds_of(who))}")
        return None
    kind = StepKind(named[0])
    rule = STEP_RULES[kind]
    if rule.who not in (who, "both"):
        problems.add(place, f"{kind} is nothing that a {who} does")
    allowed = {kind.value, *_EXTRAS.get(kind, set())} | ({"within"} if rule.within else set())
    for key in sorted(str(key) for key in item if key not in allowed):
        problems.add(place, f"has {key!r} beside {kind}; known are {', '.join(sorted(allowed))}")
    text, seconds = _argument(problems, rule, item[kind.value], place)
    if kind is StepKind.INTERRUPT:
        text = problems.text(item.get("say"), f"{place}.say")
    return Step(
        kind=kind,
        place=place,
        text=text,
        seconds=seconds,
        temper=read_temper(problems, item.get("temper", temper), place),
        within=problems.number(item.get("within", rule.within), f"{place}.within"),
        times=_times(problems, item.get("times", 1), place),
        until=_until(problems, item.get("until", ""), place),
    )


def _argument(problems: Problems, rule: StepRule, raw: Any, place: str) -> tuple[str, float]:
    """Text and seconds behind the step's name."""
    match rule.takes:
        case Takes.TEXT | Takes.CALLER:
            return problems.text(raw, place), 0.0
        case Takes.DIGITS:
            keys = re.compile(r"[0-9*#]{1,32}")
            return problems.match(raw, place, keys, "'12#'"), 0.0
        case Takes.SECONDS:
            return "", problems.number(raw, place)
        case Takes.OPTIONAL_SECONDS:
            return "", problems.number(raw if raw is not None else 0, place)
    if raw not in (None, True):
        problems.add(place, f"has {raw!r} behind it; nothing belongs there")
    return "", 0.0


def _times(problems: Problems, raw: Any, place: str) -> int:
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 50:
        return raw
    problems.add(f"{place}.times", f"is {raw!r}; should be a whole number from 1 to 50")
    return 1


def _until(problems: Problems, raw: Any, place: str) -> str:
    if raw in ("", "person", "hangup"):
        return str(raw)
    problems.add(f"{place}.until", f"is {raw!r}; should be person or hangup")
    return ""


def _kinds_of(who: str) -> list[str]:
    return [kind.value for kind, rule in STEP_RULES.items() if rule.who in (who, "both")]
