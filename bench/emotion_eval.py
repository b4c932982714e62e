"""How well the acoustic scorer ranks anger on human speech that it has never been fitted to.

    python bench/emotion_eval.py DATA_FOLDER [--every 2]

DATA_FOLDER holds `manifest.csv` (path, dataset, lang, speaker, emotion). Every clip passes the
telephone band (300-3400 Hz) and mu-law; every other neutral clip of a speaker makes the baseline
and is not scored, the rest of them is. The corpora that we used (RAVDESS, CC BY-NC-SA 4.0; CASIA,
research use) are for evaluation only: no coefficient of the scorer was fitted to them.
"""

import argparse
import csv
import json
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import soundfile as sf
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parent.parent))

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.features import Features, extract

Row = dict[str, str]


def through_the_telephone(pcm: NDArray[np.int16], gain_db: float = 0.0) -> NDArray[np.int16]:
    """Brick-wall 300-3400 Hz and 8-bit mu-law, enough to take away what a line takes away."""
    spectrum = np.fft.rfft(pcm / 32768.0 * 10 ** (gain_db / 20))
    frequency = np.fft.rfftfreq(len(pcm), 1 / 8000)
    spectrum[(frequency < 300) | (frequency > 3400)] = 0
    sound = np.clip(np.fft.irfft(spectrum, len(pcm)), -1, 1)
    code = np.round(np.sign(sound) * np.log1p(255 * np.abs(sound)) / np.log(256) * 127) / 127
    back = np.sign(code) * (256 ** np.abs(code) - 1) / 255
    return np.clip(back * 32768, -32768, 32767).astype(np.int16)


def auc(scores: list[float], positive: list[bool]) -> float:
    """Share of (positive, negative) pairs in the right order; ties count half."""
    values, truth = np.array(scores), np.array(positive)
    wins = values[truth][:, None] - values[~truth][None, :]
    return float(np.mean((wins > 0) + 0.5 * (wins == 0)))


def measure(folder: Path, every: int, gain_db: float = 0.0) -> list[tuple[Row, Features]]:
    """Features of every n-th clip of each speaker and emotion; neutral clips come whole."""
    seen: dict[tuple[str, str], int] = defaultdict(int)
    out = []
    for row in csv.DictReader((folder / "manifest.csv").open(encoding="utf-8")):
        key = (row["speaker"], row["emotion"])
        seen[key] += 1
        if row["emotion"] != "neutral" and seen[key] % every:
            continue
        pcm, _ = sf.read(folder / row["path"], dtype="int16")
        out.append((row, extract(through_the_telephone(pcm, gain_db))))
    return out


def split(
    measured: list[tuple[Row, Features]],
) -> tuple[dict[str, Baseline], list[tuple[Row, Features]]]:
    """Each speaker's calm voice, and the clips to be scored."""
    calm: dict[str, Baseline] = defaultdict(Baseline)
    rest, turn = [], defaultdict(int)
    for row, features in measured:
        if row["emotion"] == "neutral":
            turn[row["speaker"]] += 1
            if turn[row["speaker"]] % 2:
                calm[row["speaker"]] = calm[row["speaker"]].after(features)
                continue
        rest.append((row, features))
    return calm, rest


def report(measured: list[tuple[Row, Features]], calm: dict[str, Baseline]) -> dict[str, object]:
    """Ranking and operating point per language."""
    scorer, out = AcousticScorer(), {}
    for language in sorted({row["lang"] for row, _ in measured}):
        scored = [
            (row["emotion"], reading.anger)
            for row, features in measured
            if row["lang"] == language
            and (reading := scorer.score_features(features, calm[row["speaker"]]))
        ]
        anger = [value for emotion, value in scored if emotion == "angry"]
        at_70 = float(np.quantile(anger, 0.3))
        flagged = {
            name: round(float(np.mean([v >= at_70 for e, v in scored if e == name])), 3)
            for name in sorted({emotion for emotion, _ in scored})
        }
        out[language] = {
            "clips": len(scored),
            "anger_auc": round(auc([v for _, v in scored], [e == "angry" for e, _ in scored]), 3),
            "flagged_at_anger_recall_70": flagged,
        }
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description="Anger against the rest, telephone band.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take every n-th clip")
    given = parser.parse_args()
    measured = measure(given.folder, given.every)
    calm, measured = split(measured)
    _, louder = split(measure(given.folder, given.every, gain_db=12.0))
    print(
        json.dumps(
            {
                "own_baseline": report(measured, calm),
                "population_only": report(measured, defaultdict(Baseline)),
                "12_db_louder_after_the_baseline": report(louder, calm),
            },
            indent=2,
        )
    )


if __name__ == "__main__":
    main()
