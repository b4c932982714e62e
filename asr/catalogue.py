"""The list of speech models that can be fetched: read and checked from a data file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from asr.errors import CatalogueInvalid, ChecksumMissing, ModelUnknown

CATALOGUE = Path(__file__).with_name("catalogue.yaml")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
SIZES = ("small", "medium", "large")


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """One model that can be fetched."""

    name: str
    language: str
    size: str
    megabytes: float
    """Of the archive; what is shown before it is fetched."""
    unpacked: float
    """Megabytes of the folder; far more is refused as an archive that was tampered with."""
    licence: str
    address: str
    grammar: bool = True
    """Whether a list of words can be given at run time."""
    sha256: str = ""
    note: str = ""
    """What of this entry is not certain; shown before it is fetched."""


def checked(model: CatalogueModel, sha256: str | None) -> CatalogueModel:
    """The model with a checksum, the list's or the one given; raises ChecksumMissing and, where
    the one given has another shape, ValueError.
    """
    if sha256 is not None and not _SHA256.fullmatch(sha256.lower()):
        raise ValueError(f"SHA-256 {sha256!r} is not 64 hexadecimal digits")
    found = sha256.lower() if sha256 else model.sha256
    if not found:
        raise ChecksumMissing(model.name, model.address)
    return replace(model, sha256=found)


def is_model_name(text: str) -> bool:
    """Whether it can be a folder's name and nothing else."""
    return _NAME.fullmatch(text) is not None


def load_catalogue(path: Path = CATALOGUE) -> tuple[CatalogueModel, ...]:
    """All models of a list; raises CatalogueInvalid with every problem."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as problem:
        raise CatalogueInvalid(path, (str(problem),)) from problem
    entries = data.get("models") if isinstance(data, dict) else None
    if not isinstance(entries, list):
        raise CatalogueInvalid(path, ("there is no list 'models'",))
    problems = [text for n, entry in enumerate(entries, 1) for text in _problems(n, entry)]
    if problems:
        raise CatalogueInvalid(path, tuple(problems))
    return tuple(CatalogueModel(**entry) for entry in entries)


def find_model(
    models: Sequence[CatalogueModel], wanted: str, size: str | None = None
) -> CatalogueModel:
    """By name, or the first of a language (and size); raises ModelUnknown."""
    for model in models:
        if wanted == model.name or (wanted == model.language and size in (None, model.size)):
            return model
    raise ModelUnknown(f"{wanted} {size or ''}".strip(), tuple(model.name for model in models))


def _problems(number: int, entry: Any) -> list[str]:
    if not isinstance(entry, dict):
        return [f"entry {number} is no mapping"]
    fields = set(CatalogueModel.__slots__)
    problems = [f"field {name!r} is unknown" for name in sorted(set(map(str, entry)) - fields)]
    needed = fields - {"grammar", "sha256", "note"}
    problems += [f"field {name!r} is missing" for name in sorted(needed - set(entry))]
    if not problems:
        problems = _wrong_values(entry)
    return [f"entry {number}: {problem}" for problem in problems]


def _wrong_values(entry: dict[str, Any]) -> list[str]:
    wrong = []
    if not is_model_name(str(entry["name"])):
        wrong.append(f"name {entry['name']!r} may hold letters, digits, '.', '_' and '-'")
    if urlsplit(str(entry["address"])).scheme not in ("http", "https"):
        wrong.append(f"address {entry['address']!r} begins with neither https:// nor http://")
    if entry["size"] not in SIZES:
        wrong.append(f"size {entry['size']!r} is none of {', '.join(SIZES)}")
    for name in ("megabytes", "unpacked"):
        value = entry[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
            wrong.append(f"{name} {value!r} is no positive number")
    if entry.get("sha256") and not _SHA256.fullmatch(str(entry["sha256"])):
        wrong.append(f"sha256 {entry['sha256']!r} is not 64 hexadecimal digits")
    return wrong
