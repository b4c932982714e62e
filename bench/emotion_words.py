"""How well the lexicons agree with the labelled tricky sentences in tests/evaluation/emotion."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import yaml

from emotion.lexical import LexicalScorer

FOLDER = Path(__file__).parent.parent / "tests" / "evaluation" / "emotion"


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence."""

    text: str
    kind: str
    label: int
    level: int
    untouched: bool
    """Nobody looked at it while the lexicon grew."""


def judge(language: str) -> list[Judged]:
    """Every sentence of a language."""
    scorer = LexicalScorer.load()
    raw = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
    return [
        Judged(text, one["kind"], one["level"], scorer.score(text, language).level, number % 2 == 1)
        for one in raw["sets"]
        for number, text in enumerate(one["texts"])
    ]


def shares(judged: list[Judged]) -> tuple[float, float]:
    """Exact level, and within one of it."""
    exact = sum(j.level == j.label for j in judged) / len(judged)
    near = sum(abs(j.level - j.label) <= 1 for j in judged) / len(judged)
    return exact, near


def word_lines() -> list[str]:
    """Markdown: both halves of both languages, then the untouched half by kind."""
    lines = ["| | sentences | exact level | within one |", "|---|---|---|---|"]
    kinds: dict[str, list[str]] = defaultdict(list)
    for language in ("zh", "en"):
        judged = judge(language)
        for said, half in (("looked at", False), ("untouched", True)):
            mine = [j for j in judged if j.untouched is half]
            exact, near = shares(mine)
            lines.append(f"| {language}, {said} half | {len(mine)} | {exact:.1%} | {near:.1%} |")
        for kind in dict.fromkeys(j.kind for j in judged):
            exact, near = shares([j for j in judged if j.kind == kind and j.untouched])
            kinds[kind].append(f"{exact:.0%} / {near:.0%}")
    lines += ["", "| kind (untouched half: exact / within one) | zh | en |", "|---|---|---|"]
    lines += [f"| {kind} | {' | '.join(cells)} |" for kind, cells in kinds.items()]
    return [*lines, ""]
