"""Which of the hotline's own words a speech model cannot hear at all."""

from collections import Counter
from pathlib import Path

from ops.model_text import own_sentences


def missing_words(folder: Path, language: str) -> list[str]:
    """Words (Mandarin: pieces of sentences) of the hotline that the model cannot hear, the
    commonest first. Nothing is said of a model without a list of words.
    """
    path = folder / "graph" / "words.txt"
    if not path.is_file():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    known = frozenset(line.split()[0] for line in lines if line.strip())
    counts: Counter[str] = Counter()
    for one in own_sentences(language):
        counts.update(one.text.split())
    return [word for word, _ in counts.most_common() if not _is_known(word, known, language)]


def _is_known(word: str, known: frozenset[str], language: str) -> bool:
    """In the vocabulary; a Mandarin piece also when known words put together make it."""
    if word in known or language != "zh":
        return word in known
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(start in reached and word[start:end] in known for start in range(end)):
            reached.add(end)
    return len(word) in reached
