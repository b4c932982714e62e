"""Stories in YAML: who calls, who answers, and what each of them does.

A story is checked when it is loaded and all its problems are listed at once, each with its place.
What it expects of the application is only carried along: whoever plays it asks the application.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulator.steps import Step
from simulator.story_steps import Problems, read_steps, read_temper
from simulator.voices import Temper, Voice

_BUNDLED = Path(__file__).parent / "stories"
_LONGEST_STORY = 64 * 1024
"""Characters; the longest of ours has some three thousand."""
_NUMBER = re.compile(r"\+[1-9]\d{6,14}")
"""E.164, as Twilio writes numbers."""
_ADDRESS = re.compile(r"client:[A-Za-z0-9_.-]{1,64}")
_NAME = re.compile(r"\w[\w ]{0,39}")
"""Also the name of a file with what was heard."""
_OUTCOMES = ("solved_by_bot", "answered_by", "abandoned", "voicemail", "callback", "refused")


class StoryInvalid(Exception):
    """A story that cannot be played; `problems` are sentences with their place."""

    retryable = False

    def __init__(self, name: str, problems: list[str]) -> None:
        super().__init__(name, problems)
        self.name = name
        self.problems = problems

    def __str__(self) -> str:
        return f"story {self.name!r} cannot be played: " + "; ".join(self.problems)


@dataclass(frozen=True, slots=True)
class CallerRole:
    """Someone who calls."""

    name: str
    from_: str
    to: str
    start_after_seconds: float
    voice: Voice
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class AgentRole:
    """Someone who answers; without a `user` only a telephone, without a desk."""

    name: str
    address: str
    user: str
    password: str
    voice: Voice
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Expectation:
    """How a caller's call should end, in the story's words."""

    outcome: str
    agent: str = ""
    after: str = ""
    """The caller who should have been answered before."""


@dataclass(frozen=True, slots=True)
class Story:
    """A whole story."""

    name: str
    about: str
    callers: tuple[CallerRole, ...]
    agents: tuple[AgentRole, ...]
    expect: dict[str, Expectation]


def load_story(source: str) -> Story:
    """The bundled story of that name, or the story written in `source`; raises StoryInvalid."""
    if re.fullmatch(r"[a-z0-9_]{1,64}", source):
        path = _BUNDLED / f"{source}.yaml"
        if not path.is_file():
            known = ", ".join(sorted(p.stem for p in _BUNDLED.glob("*.yaml")))
            raise StoryInvalid(source, [f"there is no bundled story of this name, only: {known}"])
        source = path.read_text(encoding="utf-8")
    if len(source) > _LONGEST_STORY:
        raise StoryInvalid(
            "?", [f"{len(source)} characters are too many, {_LONGEST_STORY} at most"]
        )
    try:
        raw = yaml.safe_load(source)
    except yaml.YAMLError as error:
        raise StoryInvalid("?", [f"not YAML: {' '.join(str(error).split())}"]) from error
    return read_story(raw)


def read_story(raw: Any) -> Story:
    """A story from parsed YAML; raises StoryInvalid with every problem found."""
    problems = Problems()
    whole = problems.mapping(
        raw, "story", need={"name", "callers"}, may={"about", "agents", "expect"}
    )
    callers = problems.items(whole.get("callers"), "callers")
    agents = problems.items(whole.get("agents", []), "agents")
    names = {str(item.get("name")) for item in callers if isinstance(item, dict)}
    story = Story(
        name=problems.text(whole.get("name"), "name"),
        about=str(whole.get("about", "")),
        callers=tuple(_caller(problems, c, f"callers[{i}]", names) for i, c in enumerate(callers)),
        agents=tuple(_agent(problems, a, f"agents[{i}]", names) for i, a in enumerate(agents)),
        expect=_expectations(problems, whole.get("expect", {}), names),
    )
    _check_names(problems, story)
    if problems.found:
        raise StoryInvalid(story.name or "?", problems.found)
    return story


def _caller(problems: Problems, raw: Any, place: str, names: set[str]) -> CallerRole:
    item = problems.mapping(
        raw, place, need={"name", "from", "to", "voice", "steps"}, may={"start_after_seconds"}
    )
    voice, temper = _voice(problems, item.get("voice"), f"{place}.voice")
    return CallerRole(
        name=problems.match(item.get("name"), f"{place}.name", _NAME, "'Mei'"),
        from_=problems.match(item.get("from"), f"{place}.from", _NUMBER, "'+8613800000101'"),
        to=problems.match(item.get("to"), f"{place}.to", _NUMBER, "'+864008000001'"),
        start_after_seconds=problems.number(
            item.get("start_after_seconds", 0), f"{place}.start_after_seconds"
        ),
        voice=voice,
        steps=read_steps(problems, item.get("steps"), f"{place}.steps", "caller", temper, names),
    )


def _agent(problems: Problems, raw: Any, place: str, names: set[str]) -> AgentRole:
    item = problems.mapping(raw, place, need={"name", "address", "voice", "steps"}, may={"login"})
    voice, temper = _voice(problems, item.get("voice"), f"{place}.voice")
    login: dict[str, Any] = {}
    if "login" in item:
        login = problems.mapping(item["login"], f"{place}.login", need={"user"}, may={"password"})
    return AgentRole(
        name=problems.match(item.get("name"), f"{place}.name", _NAME, "'Mei'"),
        address=problems.match(item.get("address"), f"{place}.address", _ADDRESS, "'client:tomas'"),
        user=str(login.get("user", "")),
        password=str(login.get("password", "")),
        voice=voice,
        steps=read_steps(problems, item.get("steps"), f"{place}.steps", "agent", temper, names),
    )


def _voice(problems: Problems, raw: Any, place: str) -> tuple[Voice, Temper]:
    item = problems.mapping(raw, place, need={"language"}, may={"variant", "temper"})
    language = str(item.get("language", "zh"))
    if language not in ("zh", "en"):
        problems.add(f"{place}.language", f"is {language!r}; known are zh and en")
    variant = str(item.get("variant", ""))
    if not re.fullmatch(r"[A-Za-z0-9]{0,20}", variant):
        problems.add(f"{place}.variant", f"is {variant!r}; should be a name such as f2 or m3")
    return Voice(language, variant), read_temper(problems, item.get("temper", "calm"), place)


def _expectations(problems: Problems, raw: Any, names: set[str]) -> dict[str, Expectation]:
    if not isinstance(raw, dict):
        problems.add("expect", f"is {raw!r}; should give an outcome for each caller's name")
        return {}
    expected: dict[str, Expectation] = {}
    for name, said in raw.items():
        place = f"expect.{name}"
        if name not in names:
            problems.add(place, "is about nobody: no caller has this name")
        item = {said: ""} if isinstance(said, str) else said
        if not isinstance(item, dict):
            problems.add(place, f"is {said!r}; should be an outcome such as solved_by_bot")
            continue
        outcome = next((key for key in item if key in _OUTCOMES), "")
        if not outcome or set(item) - {outcome, "after"}:
            problems.add(place, f"is {said!r}; outcomes are {', '.join(_OUTCOMES)}, with `after`")
        agent, after = str(item.get(outcome) or ""), str(item.get("after") or "")
        expected[str(name)] = Expectation(outcome, agent, after)
    return expected


def _check_names(problems: Problems, story: Story) -> None:
    names = [caller.name for caller in story.callers] + [agent.name for agent in story.agents]
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add("story", f"has more than one person called {name!r}")
    agents = {agent.name for agent in story.agents}
    for name, expected in story.expect.items():
        if expected.agent and expected.agent not in agents:
            problems.add(f"expect.{name}", f"names agent {expected.agent!r}, whom no one plays")
