"""Reads the house's queues (queues.yaml) and checks them: every problem is listed at once."""

from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

import yaml

from routing.errors import RulesInvalid
from routing.overflow import Tier
from routing.priority import Weights
from routing.queue_rules import Lead, QueueRule, Rules
from routing.route import route
from routing.skills import MAX_REQUIRED, is_skill_id

__all__ = ["RULES_FILE", "QueueRule", "Rules", "load_rules", "route"]

MOST_EMOTION, MOST_BOOST = 120, 300
"""Seconds of head start that no file may exceed: emotion informs, it does not rule the line."""
RULES_FILE = Path(__file__).with_name("queues.yaml")


def load_rules(path: Path = RULES_FILE) -> Rules:
    """The rules in this file; RulesInvalid says everything that is wrong with it."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RulesInvalid(path, [f"cannot be read: {error}"]) from error
    reader = _Reader()
    rules = reader.rules(data)
    if reader.problems:
        raise RulesInvalid(path, reader.problems)
    return rules


class _Reader:
    """Turns plain data into rules, going on after each problem."""

    def __init__(self) -> None:
        self.problems: list[str] = []

    def rules(self, data: Any) -> Rules:
        top = self._mapping("the file", data, {"default", "languages", "queues", "priority"})
        languages = {
            str(language): self._skill(f"language {language!r}", skill)
            for language, skill in self._mapping("languages", top.get("languages")).items()
        }
        listed = self._list("queues", top.get("queues"))
        queues = tuple(self._queue(number, item) for number, item in enumerate(listed, 1))
        self._check_ids(queues, top.get("default"))
        for queue in queues:
            self._check_queue(queue, languages)
        weights = self._weights(top.get("priority", {}))
        return Rules(queues, str(top.get("default")), languages, weights)

    def _queue(self, number: int, item: Any) -> QueueRule:
        known = {"id", "name", "leads", "skills", "preferred", "relax"}
        data = self._mapping(f"queue {number}", item, known)
        where = f"queue {data.get('id', number)!r}"
        if not is_skill_id(data.get("id")):
            self._problem(f"{where} needs an id of small letters, digits and underscores")
        return QueueRule(
            id=str(data.get("id")),
            name={
                str(k): str(v) for k, v in self._mapping(f"{where}, name", data.get("name")).items()
            },
            leads=tuple(self._lead(where, x) for x in self._list(where, data.get("leads", []))),
            skills=self._skills(where, data.get("skills", [])),
            preferred=self._skills(where, data.get("preferred", [])),
            tiers=tuple(self._tier(where, x) for x in self._list(where, data.get("relax", []))),
        )

    def _lead(self, where: str, item: Any) -> Lead:
        data = self._mapping(f"{where}, leads", item, {"intents", "categories"})
        lead = Lead(
            frozenset(map(str, self._list(f"{where}, intents", data.get("intents", [])))),
            frozenset(map(str, self._list(f"{where}, categories", data.get("categories", [])))),
        )
        if not lead.intents and not lead.categories:
            self._problem(
                f"{where} has a line under leads that names neither intents nor categories"
            )
        return lead

    def _tier(self, where: str, item: Any) -> Tier:
        data = self._mapping(f"{where}, relax", item, {"after_seconds", "drop"})
        after = self._seconds(f"{where}, relax, after_seconds", data.get("after_seconds"))
        return Tier(after, self._skills(f"{where}, relax, drop", data.get("drop", [])))

    def _weights(self, item: Any) -> Weights:
        names = {field.name for field in fields(Weights)}
        data = self._mapping("priority", item, names)
        given: dict[str, Any] = {
            name: self._seconds(f"priority, {name}", value)
            for name, value in data.items()
            if name in names - {"vip", "emotion"}
        }
        for name in ("vip", "emotion"):
            if name in data:
                given[name] = {
                    key: self._seconds(f"priority, {name}, {key}", value)
                    for key, value in self._mapping(f"priority, {name}", data[name]).items()
                }
        for name, most in (("emotion_at_most", MOST_EMOTION), ("cap", MOST_BOOST)):
            if given.get(name, 0) > most:
                self._problem(f"priority, {name} is {given[name]} s; at most {most} s")
        return Weights(**given)

    def _check_ids(self, queues: tuple[QueueRule, ...], default: Any) -> None:
        ids = [queue.id for queue in queues]
        for twice in sorted({queue_id for queue_id in ids if ids.count(queue_id) > 1}):
            self._problem(f"queue {twice!r} is there more than once")
        if default not in ids:
            self._problem(f"default is {default!r}; it must be the id of a queue: {', '.join(ids)}")

    def _check_queue(self, queue: QueueRule, languages: Mapping[str, str]) -> None:
        where = f"queue {queue.id!r}"
        for language in sorted(set(languages) - set(queue.name)):
            self._problem(f"{where} has no name in {language!r}")
        if len(queue.skills) > MAX_REQUIRED - 1:
            self._problem(
                f"{where} requires {len(queue.skills)} skills; "
                f"at most {MAX_REQUIRED - 1} beside the language"
            )
        for skill in sorted({s for tier in queue.tiers for s in tier.drop} - set(queue.skills)):
            kind = "a language" if skill in languages.values() else "not among its skills"
            self._problem(f"{where} relaxes {skill!r}, which is {kind}")

    def _problem(self, text: str) -> None:
        self.problems.append(text)

    def _mapping(self, where: str, value: Any, known: set[str] | None = None) -> dict[Any, Any]:
        if not isinstance(value, dict):
            self._problem(f"{where} is {value!r}; it must be a mapping")
            return {}
        for key in sorted(set(map(str, value)) - known) if known is not None else ():
            self._problem(
                f"{where} has the unknown key {key!r}; known: {', '.join(sorted(known or ()))}"
            )
        return value

    def _list(self, where: str, value: Any) -> list[Any]:
        if not isinstance(value, list):
            self._problem(f"{where} is {value!r}; it must be a list")
            return []
        return value

    def _skills(self, where: str, value: Any) -> tuple[str, ...]:
        return tuple(self._skill(where, item) for item in self._list(f"{where}, skills", value))

    def _skill(self, where: str, value: Any) -> str:
        if not is_skill_id(value):
            self._problem(
                f"{where} names the skill {value!r}; small letters, digits and underscores"
            )
        return str(value)

    def _seconds(self, where: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 86_400:
            self._problem(f"{where} is {value!r}; it must be whole seconds from 0 to 86400")
            return 0
        return value
