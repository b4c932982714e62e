"""The box's configuration file: JSON, checked whole, every problem in one message."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.options import Number, Options


class ConfigInvalid(Exception):
    """The file says something that cannot be; the sentence lists every problem."""

    def __init__(self, path: Path, problems: list[str]) -> None:
        super().__init__(path, problems)
        self.path, self.problems = path, problems

    def __str__(self) -> str:
        lines = [f"{self.path} cannot be used:"]
        return "\n".join(lines + [f"  {n}. {text}" for n, text in enumerate(self.problems, 1)])


@dataclass(frozen=True, slots=True)
class BoxConfig:
    """Everything that `python -m simulator` needs."""

    account_sid: str
    auth_token: str = field(repr=False)
    numbers: tuple[Number, ...]
    scratch: Path
    host: str = "127.0.0.1"
    port: int = 0
    """0 lets the system choose; the ready line says which."""
    api_base: str = ""
    speed: float = 1.0
    options: Options = field(default_factory=Options)
    people: Mapping[str, Any] = field(default_factory=dict)


_NEEDED = ("account_sid", "auth_token", "numbers", "scratch")


def read_config(path: Path) -> BoxConfig:
    """Read and check the file; raises ConfigInvalid."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigInvalid(path, [f"not readable as JSON: {error}"]) from error
    if not isinstance(raw, dict):
        raise ConfigInvalid(path, ["the file must hold one JSON object"])
    problems: list[str] = _unknown(raw, BoxConfig, "")
    problems += [f"{name!r} is missing" for name in _NEEDED if not raw.get(name)]
    problems += _wrong_kinds(raw)
    numbers = _numbers(raw.get("numbers"), problems)
    options = _options(raw.get("options", {}), problems)
    if problems:
        raise ConfigInvalid(path, problems)
    plain = {name: raw[name] for name in raw if name not in ("numbers", "options", "scratch")}
    return BoxConfig(**plain, numbers=numbers, options=options, scratch=Path(raw["scratch"]))


def _unknown(raw: Mapping[str, Any], kind: type, where: str) -> list[str]:
    known = {one.name for one in dataclasses.fields(kind)}
    names = ", ".join(sorted(known))
    return [f"{where}{name!r} is unknown; known are {names}" for name in sorted(set(raw) - known)]


def _wrong_kinds(raw: Mapping[str, Any]) -> list[str]:
    problems = []
    port, speed = raw.get("port", 0), raw.get("speed", 1.0)
    if not isinstance(port, int) or not 0 <= port <= 65535:
        problems.append(f"'port' must be from 0 to 65535, not {port!r}")
    if not isinstance(speed, int | float) or not 0 < speed <= 100:
        problems.append(f"'speed' must be above 0 and at most 100, not {speed!r}")
    if not isinstance(raw.get("people", {}), dict):
        problems.append("'people' must be an object")
    return problems


def _numbers(raw: object, problems: list[str]) -> tuple[Number, ...]:
    numbers = []
    for position, one in enumerate(raw if isinstance(raw, list) else []):
        where = f"numbers[{position}]: "
        wrong = _unknown(one, Number, where) if isinstance(one, dict) else [f"{where}no object"]
        if not wrong and not (one.get("e164") and one.get("voice_url")):
            wrong = [f"{where}'e164' and 'voice_url' are needed"]
        problems += wrong
        if not wrong:
            numbers.append(Number(**one))
    return tuple(numbers)


def _options(raw: object, problems: list[str]) -> Options:
    if not isinstance(raw, dict):
        problems.append("'options' must be an object")
        return Options()
    wrong = _unknown(raw, Options, "options: ")
    problems += wrong
    return Options() if wrong else Options(**raw)
