"""Which speech model listens to which language: the environment, then a choice, then the bundled.

A choice is a line of choices.json in the models folder, written by `hotline models use`.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

CHOICES = "choices.json"
LANGUAGES = ("zh", "en")


class ChoicesInvalid(ValueError):
    """The file of choices cannot be used."""

    def __init__(self, path: Path, finding: str) -> None:
        super().__init__(path, finding)
        self.path = path
        self.finding = finding

    def __str__(self) -> str:
        return f"{self.path}: {self.finding}; run: hotline models use LANGUAGE MODEL"


def models_folder(environ: Mapping[str, str]) -> Path:
    """HOTLINE_MODELS, else `models` below HOTLINE_FOLDER."""
    named = environ.get("HOTLINE_MODELS", "").strip()
    home = environ.get("HOTLINE_FOLDER", "").strip() or "var"
    return Path(named or Path(home) / "models").absolute()


def read_choices(folder: Path) -> dict[str, Path]:
    """Model folder by language, for chosen languages; raises ChoicesInvalid."""
    path = folder / CHOICES
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as problem:
        raise ChoicesInvalid(path, f"it cannot be read ({problem})") from problem
    if not isinstance(data, dict) or not set(data) <= set(LANGUAGES):
        raise ChoicesInvalid(path, "it is no list of languages (zh, en) and models")
    chosen = {language: folder / str(model) for language, model in data.items()}
    for language, model in chosen.items():
        if not model.is_dir():
            raise ChoicesInvalid(path, f"the {language} model {str(model)!r} is gone")
    return chosen


def write_choice(folder: Path, language: str, model: Path | None) -> None:
    """Choose a model folder, or the bundled one (None); written aside and renamed."""
    try:
        chosen = read_choices(folder)
    except ChoicesInvalid:
        chosen = _still_there(folder)
    chosen.pop(language, None)
    if model is not None:
        chosen[language] = model
    lines = {lang: _relative(path, folder) for lang, path in sorted(chosen.items())}
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{CHOICES}.{os.getpid()}"
    aside.write_text(json.dumps(lines, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    aside.replace(folder / CHOICES)


def overrides(environ: Mapping[str, str]) -> dict[str, Path]:
    """HOTLINE_ASR_MODEL_ZH / _EN, which win over any choice."""
    named = {
        lang: environ.get(f"HOTLINE_ASR_MODEL_{lang.upper()}", "").strip() for lang in LANGUAGES
    }
    return {language: Path(path) for language, path in named.items() if path}


def chosen_models(environ: Mapping[str, str]) -> dict[str, Path]:
    """Model folders that are not the bundled ones; raises ChoicesInvalid."""
    return {**read_choices(models_folder(environ)), **overrides(environ)}


def _still_there(folder: Path) -> dict[str, Path]:
    """What of a broken file of choices can be kept."""
    try:
        data = json.loads((folder / CHOICES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    kept = {lang: folder / str(name) for lang, name in data.items() if lang in LANGUAGES}
    return {language: path for language, path in kept.items() if path.is_dir()}


def _relative(path: Path, folder: Path) -> str:
    """By name where it lies in the models folder, so that the folder may be moved."""
    path = path.absolute()
    return str(path.relative_to(folder)) if path.is_relative_to(folder) else str(path)
