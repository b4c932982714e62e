"""What the hotline's own texts say: the sentences that a speech model must understand first.

Callers' examples, our prompts, the stories of the demo and the demo shop's products and places.
"""

from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import yaml

from asr.training.texts import WeightedText, clauses
from dialogue.nlu.examples import load_examples, load_several

_EXAMPLE_WEIGHT = 3.0
"""One line of examples in all its readings counts this much per root of their number."""
_PROMPT_WEIGHT = 0.5
"""Our own prompts are heard in recordings, never from a caller."""
_STORY_WEIGHT = 8.0
_NAME_WEIGHT = 2.0


def own_sentences(language: str) -> list[WeightedText]:
    """All of them, as clauses without punctuation."""
    found: list[WeightedText] = []
    for text, weight in _texts(language):
        found += [WeightedText(clause, weight) for clause in clauses(text, language)]
    return found


def _texts(language: str) -> Iterator[tuple[str, float]]:
    yield from _examples(language)
    for prompt in _prompts(language):
        yield prompt, _PROMPT_WEIGHT
    stories = files("simulator").joinpath("stories").iterdir()
    for story in sorted(stories, key=lambda path: path.name):
        if story.name.endswith(".yaml"):
            for said in _said(yaml.safe_load(story.read_text(encoding="utf-8")), language):
                yield said, _STORY_WEIGHT
    for name in _names(language):
        yield name, _NAME_WEIGHT


def _prompts(language: str) -> Iterator[str]:
    """A wording file is of one language by its name, or has a part for each."""
    for path in sorted(files("dialogue").joinpath("wording").iterdir(), key=lambda p: p.name):
        if path.name == f"{language}.yaml":
            yield from _strings(yaml.safe_load(path.read_text(encoding="utf-8")))
        elif path.name.endswith(".yaml"):
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            yield from _strings(data.get(language) if isinstance(data, dict) else None)


def _examples(language: str) -> Iterator[tuple[str, float]]:
    examples = load_examples(language)
    readings = Counter(example.line for example in examples)
    for example in examples:
        yield example.text, _EXAMPLE_WEIGHT * readings[example.line] ** -0.5
    for several in load_several(language):
        yield several.text, _EXAMPLE_WEIGHT


def _names(language: str) -> Iterator[str]:
    """Products and places."""
    shop = _yaml("aftersales", "demo_shop.yaml")
    for group, name in (("products", "name"), ("places", "place")):
        yield from (entry[f"{name}_{language}"] for entry in shop[group].values())
    for kinds in _yaml("dialogue", "nlu/products.yaml").values():
        yield from kinds[language]


def _yaml(package: str, path: str) -> Any:
    return yaml.safe_load(files(package).joinpath(path).read_text(encoding="utf-8"))


def _strings(data: Any) -> Iterator[str]:
    """Every text in nested lists and mappings."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _strings(value)
    elif isinstance(data, list):
        for value in data:
            yield from _strings(value)


def _said(story: dict[str, Any], language: str) -> Iterator[str]:
    for person in [*story.get("callers", []), *story.get("agents", [])]:
        if person["voice"]["language"] != language:
            continue
        for step in person["steps"]:
            if isinstance(step, dict):
                yield from (str(step[key]) for key in ("say", "keep_saying") if key in step)
