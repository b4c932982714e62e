"""Which words a recogniser can hear at all: one that cannot hear "sorry" proves no lack of it."""

from collections.abc import Mapping
from pathlib import Path


def read_vocabularies(models: Mapping[str, Path]) -> dict[str, frozenset[str]]:
    """Words by language of the Vosk model folders; a model without a list counts as knowing all."""
    lists = {language: folder / "graph" / "words.txt" for language, folder in models.items()}
    return {language: _words(path) for language, path in lists.items() if path.is_file()}


def _words(path: Path) -> frozenset[str]:
    """Kaldi's symbol table: a word and its number on each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split()[0] for line in lines if line.strip())
