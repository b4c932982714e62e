"""What Mandarin words mean in English (glosses_zh.yaml): where their vectors begin in training."""

from pathlib import Path

import yaml

from dialogue.errors import DataInvalid

GLOSSES_FILE = Path(__file__).with_name("glosses_zh.yaml")


def read_glosses(path: Path = GLOSSES_FILE) -> dict[str, str]:
    """Mandarin word -> English gloss; raises DataInvalid with every word that is listed twice."""
    listed: dict[str, list[str]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    glosses: dict[str, str] = {}
    problems = []
    for gloss, words in listed.items():
        for word in words:
            if word in glosses:
                problems.append(f"{word!r} means {glosses[word]!r} and {gloss!r}; keep one")
            glosses[word] = gloss
    if problems:
        raise DataInvalid(path.name, tuple(problems))
    return glosses
