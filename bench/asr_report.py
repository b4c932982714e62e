"""How well the speech models hear: errors, digits, false words, speed, one or two sets of graphs.

Run: make asr-report, or python -m bench.asr_report [--compare FOLDER]
[--human FOLDER [--speakers fsdd/theo,...]] [--lang en] [--json]. FOLDER of --compare holds zh/ and
en/ as asr/models does; that of --human a manifest.csv (path,dataset,lang,speaker,text) and its
sounds. English is also heard from another engine's voice where flite is installed.
"""

import argparse
import csv
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

from asr.recognizer import Pcm
from asr.training.recordings import MANIFEST, voice_of
from asr.training.texts import load_text
from asr.vosk_recognizer import VoskModel
from audio.files import read_sound
from audio.frames import RATE
from audio.resample import resample
from bench.asr_sounds import (
    DIGITS,
    OTHER_ENGINE,
    Clip,
    OtherStudio,
    Studio,
    digit_strings,
    heldout,
    same_but_for_tone,
    sentences,
    units,
)
from ops.model_text import own_sentences

ROOT = Path(__file__).parents[1]
HELDOUT = ROOT / "tests" / "unit" / "dialogue"
EVERY_HUMAN = 3
"""One of so many recordings, evenly: all would take minutes."""
WORD_UNITS = 3
"""What is longer (words, Mandarin characters) is a sentence."""


def edits(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Words to change, add and take away."""
    row = list(range(len(heard) + 1))
    for at, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], at
        for n, other in enumerate(heard, start=1):
            diagonal, row[n] = row[n], min(row[n] + 1, row[n - 1] + 1, diagonal + (word != other))
    return row[-1]


class Ear:
    """A model with a stop-watch."""

    def __init__(self, folder: Path, language: str) -> None:
        began = time.perf_counter()
        self._model = VoskModel(folder, language)
        self.load_seconds = time.perf_counter() - began
        self.language = language
        self.words = sum(1 for _ in (folder / "graph" / "words.txt").open()) - 2
        self.megabytes = sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6
        self._spent = self._heard_seconds = 0.0

    def hear(self, pcm: Pcm, grammar: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """What is heard, in units of the language."""
        began = time.process_time()
        recognizer = self._model.open(grammar)
        for start in range(0, pcm.size, RATE // 5):
            recognizer.accept(pcm[start : start + RATE // 5])
        heard = units(recognizer.finish().text, self.language)
        self._spent += time.process_time() - began
        self._heard_seconds += pcm.size / RATE
        return heard

    @property
    def real_time_factor(self) -> float:
        return self._spent / self._heard_seconds


def error_rates(ear: Ear, clips: Iterable[Clip], show: int) -> dict[str, float]:
    """Percent of errors by condition and of all."""
    wrong, total = Counter[str](), Counter[str]()
    for clip in clips:
        heard = ear.hear(clip.pcm)
        found = edits(clip.words, heard)
        if found and show > 0:
            show -= 1
            gap = "" if ear.language == "zh" else " "
            print(f"    {clip.condition} | {gap.join(clip.words)} | {gap.join(heard)}")
        for key in (clip.condition, "all"):
            wrong[key] += found
            total[key] += len(clip.words)
    return {key: round(100 * wrong[key] / total[key], 1) for key in wrong}


def other_engine(ear: Ear, texts: list[str], show: int) -> dict[str, float] | str:
    """Percent of errors with a voice that is not espeak-ng's."""
    if not OtherStudio.is_installed():
        return f"not measured: {OTHER_ENGINE} is not installed (Debian: flite, libflite1)"
    return error_rates(ear, OtherStudio().clips(texts), show)


def digits_right(ear: Ear, clips: Iterable[Clip]) -> dict[str, float]:
    """Percent of digits right by condition, with a grammar of digits."""
    wrong, total = Counter[str](), Counter[str]()
    for clip in clips:
        wrong[clip.condition] += edits(clip.words, ear.hear(clip.pcm, DIGITS[ear.language]))
        total[clip.condition] += len(clip.words)
    return {key: round(100 - 100 * wrong[key] / total[key], 1) for key in total}


def tones_right(ear: Ear, studio: Studio, groups: list[list[str]]) -> dict[str, float]:
    """Percent of words right by condition, each with a grammar of all that differ by tone alone."""
    right, total = Counter[str](), Counter[str]()
    for group in groups:
        for clip in studio.clips(group, ear.language):
            right[clip.condition] += ear.hear(clip.pcm, tuple(group)) == clip.words
            total[clip.condition] += 1
    return {key: round(100 * right[key] / total[key], 1) for key in total}


def false_words(ear: Ear, clips: Iterable[Clip]) -> dict[str, float]:
    """Words heard that were not said, in percent of the words said, by condition."""
    false, total = Counter[str](), Counter[str]()
    for clip in clips:
        heard = ear.hear(clip.pcm)
        false[clip.condition] += len(heard) - common(clip.words, heard)
        total[clip.condition] += len(clip.words)
    return {key: round(100 * false[key] / total[key], 1) for key in total}


def common(said: tuple[str, ...], heard: tuple[str, ...]) -> int:
    """Length of the longest sequence that is in both, in order."""
    row = [0] * (len(heard) + 1)
    for word in said:
        before = 0
        for n, other in enumerate(heard, start=1):
            before, row[n] = row[n], before + 1 if word == other else max(row[n], row[n - 1])
    return row[-1]


def human(ear: Ear, folder: Path, speakers: frozenset[str]) -> dict[str, str]:
    """How people are heard, by data set: single words, or what is wrong of sentences.

    Without speakers (dataset/speaker) it is everybody.
    """
    rows = list(csv.DictReader((folder / MANIFEST).open(encoding="utf-8")))
    rows = [row for row in rows if row["lang"] == ear.language]
    rows = [row for row in rows if not speakers or voice_of(row) in speakers]
    results = {}
    for name in sorted({row["dataset"] for row in rows}):
        mine = [row for row in rows if row["dataset"] == name]
        longest = max(len(units(row["text"], ear.language)) for row in mine)
        measured = peoples_sentences if longest > WORD_UNITS else peoples_words
        results[name] = measured(ear, folder, mine)
    return results


def peoples_words(ear: Ear, folder: Path, rows: list[dict[str, str]]) -> str:
    """Exactly right, with a grammar of the set's known words."""
    spoken = sorted({row["text"] for row in rows})
    known = tuple(word for word in spoken if ear._model._in_vocabulary(word))
    right = [
        ear.hear(sound(folder / row["path"]), known) == units(row["text"], ear.language)
        for row in rows[::EVERY_HUMAN]
        if row["text"] in known
    ]
    percent = round(100 * sum(right) / len(right), 1) if right else 0.0
    return f"{percent} ({len(right)} clips, {len(known)} of {len(spoken)} words known)"


def peoples_sentences(ear: Ear, folder: Path, rows: list[dict[str, str]]) -> str:
    """Errors in free decoding, known words or not."""
    chosen = rows[::EVERY_HUMAN]
    clips = (
        Clip("", units(row["text"].lower(), ear.language), sound(folder / row["path"]))
        for row in chosen
    )
    return f"{error_rates(ear, clips, 0)['all']} errors ({len(chosen)} sentences)"


def sound(path: Path) -> Pcm:
    """A recording between two moments of faint noise."""
    channels, rate = read_sound(path)
    faint = np.random.default_rng(1).normal(0, 8, RATE // 3).astype(np.int16)
    return np.concatenate([faint, resample(channels[0], rate, RATE), faint])


def measure(ear: Ear, studio_seed: int, options: argparse.Namespace) -> dict[str, object]:
    """One model's column of the report; the seed makes all models hear the same sounds."""
    studio = Studio(studio_seed)
    language = ear.language
    results: dict[str, object] = {"words": ear.words, "megabytes": round(ear.megabytes, 2)}
    taught = [*own_sentences(language), *load_text(language).sentences]
    known = {one.text.replace(" ", "") for one in taught}
    for name, texts in (
        ("hotline", sentences(language, "hotline")),
        ("dialogue", heldout(language, HELDOUT)),
    ):
        texts = [text for text in texts if text.replace(" ", "") not in known]
        if name in options.sets:
            results[f"{name} errors %"] = error_rates(
                ear, studio.clips(texts, language), options.show
            )
        if language == "en" and name in options.sets and "engine" in options.sets:
            results[f"{name} errors, another engine %"] = other_engine(ear, texts, options.show)
    if "digits" in options.sets:
        strings = studio.clips(digit_strings(language, 20), language)
        results["digits right %"] = digits_right(ear, strings)
    if "outside" in options.sets:
        clips = studio.clips(sentences(language, "outside"), language)
        results["false words outside %"] = false_words(ear, clips)
    if language == "zh" and "tones" in options.sets:
        groups = same_but_for_tone()
        results["words right that differ by tone %"] = tones_right(ear, studio, groups)
    if options.human:
        people = human(ear, options.human, options.speakers)
        results["people: words right, or sentences' errors, %"] = people
    results["load s"] = round(ear.load_seconds, 3)
    results["real-time factor"] = round(ear.real_time_factor, 4)
    return results


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--models", type=Path, default=ROOT / "asr" / "models")
    arguments.add_argument("--compare", type=Path, help="folder of other models (zh/, en/)")
    arguments.add_argument("--human", type=Path, help="folder with manifest.csv")
    arguments.add_argument(
        "--speakers", default=frozenset(), type=lambda names: frozenset(names.split(",")),
        help="only these people, as dataset/speaker; those that training heard prove little",
    )  # fmt: skip
    arguments.add_argument("--lang", choices=("zh", "en"))
    arguments.add_argument("--sets", default="hotline,dialogue,engine,digits,outside,tones")
    arguments.add_argument("--show", type=int, default=0, help="so many errors of each set")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    report: dict[str, dict[str, object]] = {}
    for language in [options.lang] if options.lang else ["en", "zh"]:
        for folder in filter(None, (options.compare, options.models)):
            ear = Ear(folder / language, language)
            column = report[f"{language} {folder}"] = measure(ear, 2026, options)
            if not options.json:
                print(f"{language} {folder}")
                for key, value in column.items():
                    print(f"  {key}: {value}")
    if options.json:
        print(json.dumps(report, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
