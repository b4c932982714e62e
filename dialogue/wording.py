"""The bot's sentences: data by language, checked when loaded.

zh.yaml and en.yaml hold what every call may need (dialogue/prompts.py lists it); each other file
holds the sentences of one bot in both languages.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid, PromptUnknown
from dialogue.prompts import PROMPTS

WORDING_FOLDER = Path(__file__).with_name("wording")
LANGUAGES = ("zh", "en")


@dataclass(frozen=True, slots=True)
class Wording:
    """Every sentence in every language."""

    prompts: Mapping[str, Mapping[str, str]]
    """Language -> prompt id -> sentence with {values}."""

    def say(self, prompt_id: str, language: str, **values: object) -> str:
        """One sentence with its values; raises PromptUnknown."""
        sentence = self.prompts[language].get(prompt_id)
        if sentence is None:
            raise PromptUnknown(prompt_id, language)
        try:
            return sentence.format(**values)
        except KeyError as missing:
            raise PromptUnknown(prompt_id, language, str(missing.args[0])) from missing


def load_wording(folder: Path | None = None) -> Wording:
    """Read both languages; raises DataInvalid listing each sentence that is missing or wrong."""
    folder = folder or WORDING_FOLDER
    problems: list[str] = []
    prompts = {language: _read(folder / f"{language}.yaml", problems) for language in LANGUAGES}
    for path in sorted(WORDING_FOLDER.glob("*.yaml")):
        if path.stem not in LANGUAGES:
            ours = folder / path.name
            for language, sentences in _topic(path, ours, problems).items():
                prompts[language].update(sentences)
    if problems:
        raise DataInvalid(str(folder.name), tuple(problems))
    return Wording(prompts)


def _read(path: Path, problems: list[str]) -> dict[str, str]:
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(data, dict):
        problems.append(f"{path.name}: no mapping of prompt to sentence")
        return {}
    problems += [f"{path.name}: prompt {name!r} is not used" for name in data.keys() - PROMPTS]
    for name, fields in PROMPTS.items():
        sentence = data.get(name)
        if not isinstance(sentence, str) or not sentence.strip():
            problems.append(f"{path.name}: prompt {name!r} is missing")
        elif extra := _fields(sentence) - fields:
            known = ", ".join(sorted(fields)) or "none"
            problems.append(f"{path.name}: {name!r} has {sorted(extra)}; it may use {known}")
    return data


def _topic(bundled: Path, path: Path, problems: list[str]) -> dict[str, dict[str, str]]:
    """A bot's sentences; a folder of one's own may leave out the file, but no sentence of it."""
    truth = yaml.safe_load(bundled.read_text(encoding="utf-8"))
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else truth
    found: dict[str, dict[str, str]] = {}
    for language in LANGUAGES:
        given = data.get(language) if isinstance(data, dict) else None
        found[language] = given if isinstance(given, dict) else {}
        known = truth["zh"].keys() | truth["en"].keys()
        where = f"{path.name} ({language})"
        problems += [f"{where}: {n!r} is not used" for n in sorted(found[language].keys() - known)]
        for name in sorted(known):
            sentence = found[language].get(name)
            if not isinstance(sentence, str) or not sentence.strip():
                problems.append(f"{where}: prompt {name!r} is missing")
                continue
            may = _fields(truth["zh"].get(name, "")) | _fields(truth["en"].get(name, ""))
            if extra := _fields(sentence) - may:
                problems.append(f"{where}: {name!r} has {sorted(extra)}; it may use {sorted(may)}")
    return found


def _fields(sentence: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)
    except ValueError:  # an unpaired brace
        return frozenset({"{ or } without its pair"})
