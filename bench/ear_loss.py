"""What the ear costs the understanding: the evaluation sentences as text, and spoken by synthetic
voices over the telephone band and recognised by the speech models.

Run: make ear-report, or python -m bench.ear_loss [--models FOLDER] [--lang en] [--most 40].
Writes docs/understanding/EAR.md.
"""

import argparse
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rich.progress import track

from bench import evaluation_sets as sets
from bench.asr_report import Ear, edits
from bench.asr_sounds import CONDITIONS, Studio
from dialogue.nlu.understander import Understander
from tts.wording import spoken_digits

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "understanding" / "EAR.md"
TEXT = "as text"

_LONG_NUMBER = re.compile(r"\d{3,}")
"""Said digit by digit, as people say numbers of orders and telephones."""

Check = Callable[[str], bool]
"""Whether what was heard is understood as what was meant."""


@dataclass
class Column:
    """One set under one condition."""

    right: int = 0
    total: int = 0
    wrong_units: int = 0
    units: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, is_right: bool) -> None:
        self.total += 1
        self.right += is_right


def cases(mind: Understander, language: str, most: int) -> Iterator[tuple[str, str, Check]]:
    """(set, sentence, check): at most so many sentences of each set, evenly chosen."""

    def first_is(intent: str) -> Check:
        return lambda heard: sets.names(mind, heard, language)[:1] == [intent]

    def all_are(intents: list[str]) -> Check:
        return lambda heard: set(sets.names(mind, heard, language)) == set(intents)

    def has_values(expected: dict[str, object]) -> Check:
        def check(heard: str) -> bool:
            found = mind.understand(heard, language, sets.NOW).entities
            return all(
                [e.value for e in found if e.kind == kind]
                == (value if isinstance(value, list) else [value])
                for kind, value in expected.items()
            )

        return check

    blind = sets.read(language, "intents_blind").items()
    singles = [(str(text), first_is(intent)) for intent, texts in blind for text in texts]
    multi = [(text, all_are(intents)) for text, intents in sets.read(language, "multi")]
    values = [(text, has_values(expected)) for text, expected in sets.read(language, "entities")]
    for name, whole in (("one request", singles), ("several", multi), ("values", values)):
        step = max(1, len(whole) // most)
        for text, check in whole[::step]:
            yield name, text, check


def measure(mind: Understander, ear: Ear, most: int, show: int) -> dict[tuple[str, str], Column]:
    """Columns by set and condition; the same seed gives the same sounds."""
    table: dict[tuple[str, str], Column] = defaultdict(Column)
    gap = "" if ear.language == "zh" else " "
    studio = Studio()
    every = list(cases(mind, ear.language, most))
    for name, text, check in track(every, f"{ear.language}: speaking, hearing, understanding"):
        table[name, TEXT].add(check(text))
        spoken = _LONG_NUMBER.sub(lambda n: spoken_digits(n.group(), ear.language), text)
        for clip in studio.clips([spoken], ear.language):
            heard = ear.hear(clip.pcm)
            column = table[name, clip.condition]
            column.add(check(gap.join(heard)))
            column.wrong_units += edits(clip.words, heard)
            column.units += len(clip.words)
            if len(column.examples) < show and not check(gap.join(heard)) and check(text):
                column.examples.append(f"{text} | {gap.join(heard)}")
    return dict(table)


def rows(language: str, table: dict[tuple[str, str], Column]) -> Iterator[str]:
    """Markdown: share right as text, then share right and loss in points by condition."""
    for name in dict.fromkeys(name for name, _ in table):
        text = table[name, TEXT]
        written = 100 * text.right / text.total
        cells = [language, name, str(text.total), f"{written:.1f} %"]
        for condition in CONDITIONS:
            column = table[name, condition]
            spoken = 100 * column.right / column.total
            errors = 100 * column.wrong_units / max(1, column.units)
            cells.append(f"{spoken:.1f} % ({spoken - written:+.1f}; {errors:.0f} % misheard)")
        yield "| " + " | ".join(cells) + " |"


def page(lines: list[str]) -> str:
    head = ["", "set", "sentences", TEXT, *CONDITIONS]
    return "\n".join(
        [
            "# What the ear costs",
            "",
            "`make ear-report`: sentences of tests/evaluation that no training used, as text, and",
            "spoken by espeak-ng over the telephone band (noisy: 15 dB) and recognised by the",
            "speech models in free decoding, as in a call. Share understood (points lost; words or",
            "characters misheard). Sentences outside the models' vocabulary are among them; values",
            "are exact.",
            "",
            "| " + " | ".join(head) + " |",
            "|" + "---|" * len(head),
            *lines,
            "",
        ]
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", type=Path, default=ROOT / "asr" / "models")
    arguments.add_argument("--lang", choices=("zh", "en"))
    arguments.add_argument("--most", type=int, default=40, help="sentences of each set")
    arguments.add_argument("--show", type=int, default=0, help="losses of each set and condition")
    options = arguments.parse_args()
    mind, lines = Understander.load(), []
    for language in [options.lang] if options.lang else ["zh", "en"]:
        table = measure(mind, Ear(options.models / language, language), options.most, options.show)
        lines += rows(language, table)
        for (name, condition), column in table.items():
            for example in column.examples:
                print(f"    {name}, {condition}: {example}")
    print(page(lines))
    if options.lang is None:
        PAGE.write_text(page(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
