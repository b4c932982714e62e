"""How well the language of an utterance is told from its sound, and the measure that tells it.

Run: python -m bench.language_report [--human FOLDER] [--write] [--json]. --write keeps the measure
of the bundled models in asr/models/language.json: to be done whenever one of them changes. It is
measured on sentences from callers' examples, and on every other speaker of FOLDER (a manifest.csv
as for bench.asr_report); the table is of other sentences and the other speakers.
"""

import argparse
import csv
import json
import os
import random
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

from asr.language import BUNDLED, FIRST, READINGS, SECOND, Contrast, difference, tell
from asr.model_files import default_models
from asr.recognizer import Pcm, Transcript
from asr.vosk_recognizer import VoskModel
from audio.frames import RATE
from bench.asr_report import HELDOUT, sound
from bench.asr_sounds import Studio, heldout, sentences
from dialogue.nlu.examples import load_examples

MEASURED_ON = 80
"""Sentences a language; each in three conditions."""
SHORT = {"en": 3, "zh": 4}
"""Words, characters: of so short utterances a third as many more are measured."""
EVERY_HUMAN = 4


@dataclass(frozen=True)
class Sample:
    """A sound that both models heard."""

    group: str
    language: str
    heard: dict[str, list[Transcript]]


class Ears:
    """Both models."""

    def __init__(self, folder: Path | None) -> None:
        folders = default_models() if folder is None else {la: folder / la for la in ("zh", "en")}
        self._models = {language: VoskModel(path, language) for language, path in folders.items()}

    def hear(self, pcm: Pcm) -> dict[str, list[Transcript]]:
        """The sound in both languages."""
        return {language: [self._one(model, pcm)] for language, model in self._models.items()}

    def _one(self, model: VoskModel, pcm: Pcm) -> Transcript:
        recognizer = model.open(alternatives=READINGS)
        for start in range(0, pcm.size, RATE // 5):
            recognizer.accept(pcm[start : start + RATE // 5])
        return recognizer.finish()


def measured_texts(language: str) -> list[str]:
    """Callers' examples, with more short ones than there are: first utterances often are."""
    dice = random.Random(7)
    texts = sorted({example.text for example in load_examples(language)})
    dice.shuffle(texts)
    brief = [t for t in texts if len(t if language == "zh" else t.split()) <= SHORT[language]]
    return [*texts[:MEASURED_ON], *brief[: MEASURED_ON // 3]]


def spoken(ears: Ears, texts: dict[str, list[str]], name: str, seed: int) -> Iterator[Sample]:
    """Every text by synthetic voices in every condition."""
    for language, lines in texts.items():
        for clip in Studio(seed).clips(lines, language):
            yield Sample(f"{name}: {clip.condition}", language, ears.hear(clip.pcm))


def people(ears: Ears, folder: Path) -> tuple[list[Sample], list[Sample]]:
    """Recordings of people: those to measure on, and those of the other speakers."""
    rows = list(csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")))
    speakers = sorted({row["speaker"] for row in rows})
    parts: tuple[list[Sample], list[Sample]] = ([], [])
    for row in rows[::EVERY_HUMAN]:
        part = parts[speakers.index(row["speaker"]) % 2]
        heard = ears.hear(sound(folder / row["path"]))
        part.append(Sample(f"people: {row['dataset']}", row["lang"], heard))
    return parts


def measured(samples: Iterable[Sample]) -> Contrast:
    """The contrast of all samples in which something was heard."""
    found: dict[str, list[float]] = {FIRST: [], SECOND: []}
    for sample in samples:
        value = difference(sample.heard)
        if value is not None:
            found[sample.language].append(value)
    return Contrast.measured(found[FIRST], found[SECOND])


def table(samples: Iterable[Sample], contrast: Contrast) -> dict[str, dict[str, float]]:
    """By group and language: percent told rightly, told surely, and wrong among the sure."""
    groups: dict[str, list[tuple[bool, bool]]] = {}
    for sample in samples:
        told = tell(sample.heard, contrast)
        right = told.language == sample.language
        for key in (f"{sample.language} {sample.group}", f"{sample.language} all"):
            groups.setdefault(key, []).append((right, told.sure))
    return {
        key: {
            "utterances": len(found),
            "right %": percent(right for right, _ in found),
            "sure %": percent(sure for _, sure in found),
            "wrong of the sure %": percent(not right for right, sure in found if sure),
        }
        for key, found in sorted(groups.items())
    }


def percent(claims: Iterable[bool]) -> float:
    """Of so many claims, those that hold."""
    held = list(claims)
    return round(100 * sum(held) / len(held), 1) if held else 0.0


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", type=Path, help="folder with zh/ and en/")
    arguments.add_argument("--human", type=Path, help="folder with manifest.csv")
    arguments.add_argument("--write", action="store_true")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    ears = Ears(options.models)
    languages = (FIRST, SECOND)
    known = list(spoken(ears, {la: measured_texts(la) for la in languages}, "examples", 31))
    other = [
        *spoken(ears, {la: sentences(la, "hotline") for la in languages}, "hotline", 32),
        *spoken(ears, {la: sentences(la, "outside") for la in languages}, "outside", 33),
        *spoken(ears, {la: heldout(la, HELDOUT)[::4] for la in languages}, "dialogue", 34),
    ]
    if options.human:
        on, off = people(ears, options.human)
        known, other = [*known, *on], [*other, *off]
    contrast = measured(known)
    told = table(other, contrast)
    if options.write:
        BUNDLED.write_text(json.dumps(contrast.as_json()) + "\n", encoding="utf-8")
    if options.json:
        print(json.dumps({"contrast": contrast.as_json(), "told": told}, ensure_ascii=False))
        return 0
    print(contrast.as_json())
    for key, row in told.items():
        print(f"  {key:<45}", "  ".join(f"{name} {value}" for name, value in row.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
