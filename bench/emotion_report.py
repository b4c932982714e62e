"""All figures of the emotion scorer in one go; `make emotion-report DATA=folder`.

    python bench/emotion_report.py DATA [--weights] [--work FOLDER]

DATA holds `manifest.csv` (path, dataset, lang, speaker, emotion). Prints the tables, writes them
into emotion/MODEL_CARD.md between its marks and the plots into docs/emotion/. With --weights the
shipped acoustic weights are fitted anew on everything in DATA. About 15 minutes on one core.
"""

import argparse
import pickle
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import numpy as np
from emotion_cost import cost_lines
from emotion_figures import chart
from emotion_numbers import (
    abstention,
    anger_auc,
    calibration_error,
    flagged,
    reliability,
    threshold,
    uar,
)
from emotion_protocol import (
    LINES,
    Fitted,
    Heard,
    Models,
    Played,
    Scored,
    across,
    calibrated,
    folds,
    measure_line,
    play_calls,
    score,
    train,
    unheard,
)
from emotion_words import word_lines

from emotion.calibration import Calibration
from emotion.corpus import FOUR
from emotion.network import save_network
from emotion.weights import FREE, SHIPPED, load_models, save_models

ROOT = Path(__file__).parent.parent
CARD = ROOT / "emotion" / "MODEL_CARD.md"
PLOTS = ROOT / "docs" / "emotion"
START, END = "<!-- figures: made by `make emotion-report` -->", "<!-- end of figures -->"
VERSION = "ravdess-casia-3"
ABOUT = (
    "Fitted on RAVDESS actors 1-18 (CC BY-NC-SA 4.0) and CASIA, 3 speakers (research use): "
    "not for commercial use without clearance; see MODEL_CARD.md."
)
LANGUAGES = {"en": "English (RAVDESS)", "zh": "Mandarin (CASIA)"}


def of(scored: list[Scored], language: str) -> list[Scored]:
    """The clips of one language."""
    return [s for s in scored if s.clip.language == language]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Markdown."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
    ]


def ranking(heard: Heard, models: Models, foreign: Models) -> tuple[list[str], list[Scored]]:
    """Ranking and four classes by model, line and baseline; and the shipped recipe's clips."""
    linear = {speaker: replace(one, network=None) for speaker, one in models.items()}
    free = dict.fromkeys(models, Fitted(load_models(FREE)[0], None))
    shown = {
        "speakers left out, own language (the shipped recipe)": ("telephone", models),
        "the same models on clean sound": ("clean", models),
        "the same without the network": ("telephone", linear),
        "trained on the other corpus": ("telephone", foreign),
        "free weights, set by hand": ("telephone", free),
    }
    rows, shipped = [], []
    for name, (line, some) in shown.items():
        for calm, said in ((heard[line], "own, 5 clips"), (None, "none")):
            scored = score(some, heard[line], calm)
            shipped = shipped or scored
            rows.append([name, line, said, *_cells(scored)])
    untouched = [s for s in shipped if s.clip.speaker >= "rav10"]
    rows.append(["the shipped recipe, actors 10-18 alone", "telephone", "own, 5 clips"])
    rows[-1] += [*_cells(untouched)[:2], "", ""]
    head = ["trained on", "line", "baseline"]
    for language in LANGUAGES.values():
        head += [f"{language}: anger AUC", "4-class UAR"]
    return table(head, rows), shipped


def _cells(scored: list[Scored]) -> list[str]:
    """A model that tells fewer than the four moods has no UAR."""
    tells_four = all(set(FOUR) <= set(s.chances) for s in scored)
    cells = []
    for language in LANGUAGES:
        mine = of(scored, language)
        if not mine:
            cells += ["", ""]
            continue
        cells += [f"{anger_auc(mine):.3f}", f"{uar(mine):.1%}" if tells_four else "-"]
    return cells


def alarms(heard: Heard, shipped: list[Scored], models: Models) -> list[str]:
    """What is flagged where 70 % of the anger is, on the same line and on a louder, softer one."""
    rows = []
    for language, name in LANGUAGES.items():
        at = threshold(of(shipped, language))
        lines = {"as it was": shipped}
        for line, said in (("louder", "+12 dB"), ("softer", "-12 dB")):
            lines[f"{said} after the baseline"] = score(models, heard[line], heard["telephone"])
        for said, scored in lines.items():
            shares = flagged(of(scored, language), at)
            names = ("angry", "happy", "surprise", "neutral", "calm", "fear", "sad", "disgust")
            rows.append([name, said, *(f"{shares[n]:.0%}" if n in shares else "" for n in names)])
    head = ["", "line", "anger found", "happy", "surprise", "neutral", "calm", "fear", "sad"]
    return table([*head, "disgust"], rows)


def calls(played: list[Played]) -> list[str]:
    """Made-up calls by voice alone: levels reached, and what a change of gain does to the score."""
    rows = []
    for language, name in LANGUAGES.items():
        mine = [p for p in played if p.clip.language == language]
        for emotion in sorted({p.clip.emotion for p in mine}):
            some = [p for p in mine if p.clip.emotion == emotion]
            level = f"{np.mean([p.level >= 1 for p in some]):.0%}"
            score = f"{np.mean([p.plain for p in some]):.2f}"
            rows.append([name, emotion, str(len(some)), score, level])
    lines = table(["", "last four clips", "calls", "mean score", "level 1 reached"], rows)
    rows = []
    for change in played[0].moved:
        moved = np.abs([p.moved[change] for p in played])
        rows.append(
            [
                change,
                f"{np.median(moved):.3f}",
                f"{np.quantile(moved, 0.95):.3f}",
                f"{moved.max():.3f}",
                f"{np.mean(moved <= 0.02):.0%}",
            ]
        )
    head = ["change of the line's gain", "median move of the score", "95 %", "largest", "<= 0.02"]
    return lines + table(head, rows)


def doubt(shipped: list[Scored]) -> list[str]:
    """Calibration and abstention, tables and plots."""
    lines = {name: of(shipped, language) for language, name in LANGUAGES.items()}
    chart(
        PLOTS / "reliability.svg",
        "Anger: what was said and what was so",
        ("probability given", "share of anger"),
        {name: [(said, was) for said, was, _ in reliability(s)] for name, s in lines.items()},
        diagonal=True,
    )
    chart(
        PLOTS / "abstention.svg",
        "Four classes: answering only when sure",
        ("share of clips answered", "mean recall (UAR)"),
        {name: abstention(s) for name, s in lines.items()},
    )
    rows = []
    for name, scored in lines.items():
        answered = dict(abstention(scored))
        shares = [f"{answered[share]:.1%}" for share in (1.0, 0.8, 0.6, 0.4)]
        rows.append([name, f"{calibration_error(scored):.3f}", *shares])
    everything = f"{calibration_error(shipped):.3f}"
    rows.append(["both", everything, "", "", "", ""])
    head = ["", "ECE of anger", "UAR answering all", "the surest 80 %", "60 %", "40 %"]
    return table(head, rows)


def write_card(lines: list[str]) -> None:
    """Put the tables between the marks of the card."""
    before, rest = CARD.read_text(encoding="utf-8").split(START)
    after = rest.split(END)[1]
    body = "\n".join([START, "", *lines, END])
    CARD.write_text(before + body + after, encoding="utf-8")


def kept(work: Path | None, name: str, make: Callable[[], Any]) -> Any:
    """What an earlier, interrupted run has left in `work`, or made now."""
    if work is None:
        return make()
    file = work / f"{name}.pickle"
    if not file.exists():
        work.mkdir(parents=True, exist_ok=True)
        made = pickle.dumps(make())
        file.with_suffix(".part").write_bytes(made)
        file.with_suffix(".part").rename(file)
    return pickle.loads(file.read_bytes())


def fit_all(heard: Heard, work: Path | None) -> tuple[Models, Models, dict[str, Calibration]]:
    """By speaker the models that have not heard them, of the own corpus and of the other."""
    clips = [m.clip for m in heard["training"]]
    fitted = [
        (left_out, kept(work, f"fold{number}", partial(train, heard, left_out)))
        for number, left_out in enumerate(folds(clips))
    ]
    models, calibration = calibrated(unheard(fitted, clips), heard["telephone"])
    corpora = {clip.speaker: clip.corpus for clip in clips}
    strange = {
        corpus: kept(work, f"without_{corpus}", partial(across, heard, corpus))
        for corpus in sorted(set(corpora.values()))
    }
    return models, {speaker: strange[corpora[speaker]] for speaker in models}, calibration


def ship(heard: Heard, calibration: dict[str, Calibration], work: Path | None) -> None:
    """The weights that are shipped: everybody, calibrated on speakers left out."""
    fitted = kept(work, "everybody", partial(train, heard, set(), VERSION, ABOUT))
    save_models(SHIPPED, [calibration[one.weights.languages[0]].of(one.weights) for one in fitted])
    network = fitted[0].network
    if network is not None:
        save_network(SHIPPED.with_suffix(".npz"), network)


def main() -> None:
    parser = argparse.ArgumentParser(description="All figures of the emotion scorer.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", action="store_true", help="fit the shipped weights anew")
    parser.add_argument("--work", type=Path, help="keep steps here, go on from them")
    given = parser.parse_args()
    PLOTS.mkdir(parents=True, exist_ok=True)
    heard = {
        name: kept(given.work, name, partial(measure_line, given.folder, name)) for name in LINES
    }
    models, foreign, calibration = fit_all(heard, given.work)
    if given.weights:
        ship(heard, calibration, given.work)
    ranked, shipped = ranking(heard, models, foreign)
    lines = [
        *["**Ranking and four classes**", "", *ranked],
        *["**Flagged where 70 % of the anger is found**", ""],
        *alarms(heard, shipped, models),
        *["**Whole calls by voice alone** (five calm clips, then four of one emotion)", ""],
        *calls(kept(given.work, "calls", partial(play_calls, given.folder, models))),
        *["**Doubt** (plots in docs/emotion/)", "", *doubt(shipped)],
        *["**Words**", "", *word_lines()],
        *["**Cost**", "", *cost_lines()],
    ]
    print("\n".join(lines), flush=True)
    write_card(lines)


if __name__ == "__main__":
    main()
