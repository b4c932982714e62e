"""All figures of the emotion scorer in one go; `make emotion-report DATA=folder`.

    python bench/emotion_report.py DATA [--weights]

DATA holds `manifest.csv` (path, dataset, lang, speaker, emotion). Prints the tables, writes them
into emotion/MODEL_CARD.md between its marks and the plots into docs/emotion/. With --weights the
shipped acoustic weights are fitted anew on everything in DATA.
"""

import argparse
import sys
from pathlib import Path

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
    Played,
    Scored,
    across,
    leave_one_out,
    measure_lines,
    play_calls,
    score,
)
from emotion_words import word_lines

from emotion.corpus import Measured
from emotion.train import fit_languages
from emotion.weights import SHIPPED, Weights, save_models

ROOT = Path(__file__).parent.parent
CARD = ROOT / "emotion" / "MODEL_CARD.md"
PLOTS = ROOT / "docs" / "emotion"
START, END = "<!-- figures: made by `make emotion-report` -->", "<!-- end of figures -->"
VERSION = "ravdess-casia-2"
ABOUT = (
    "Fitted on RAVDESS actors 1-18 (CC BY-NC-SA 4.0) and CASIA, 3 speakers (research use): "
    "not for commercial use without clearance; see MODEL_CARD.md."
)
LANGUAGES = {"en": "English (RAVDESS)", "zh": "Mandarin (CASIA)"}
Heard = dict[str, list[Measured]]


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


def ranking(heard: Heard) -> tuple[list[str], list[Scored], dict[str, Weights]]:
    """Ranking and four classes by protocol, line and baseline; and the shipped recipe's clips."""
    training = heard["training"] + heard["training again"]
    own = leave_one_out(training)
    models = {
        "one speaker out, own language (the shipped recipe)": ("telephone", own),
        "the same, clean sound in training and test": ("clean", leave_one_out(heard["clean"])),
        "one speaker out, both languages in one model (declared first)": (
            "telephone",
            leave_one_out(training, together=True),
        ),
        "trained on the other corpus": ("telephone", across(training)),
    }
    rows, shipped = [], []
    for name, (line, weights) in models.items():
        for calm, said in ((heard[line], "own, 5 clips"), (None, "none")):
            scored = score(weights, heard[line], calm)
            shipped = shipped or scored
            rows.append([name, line, said, *_cells(scored)])
    untouched = [s for s in shipped if s.clip.speaker >= "rav10" or s.clip.language == "zh"]
    rows.append(["the shipped recipe, speakers outside its choice", "telephone", "own, 5 clips"])
    rows[-1] += _cells(untouched)
    head = ["trained on", "line", "baseline"]
    for language in LANGUAGES.values():
        head += [f"{language}: anger AUC", "4-class UAR"]
    return table(head, rows), shipped, own


def _cells(scored: list[Scored]) -> list[str]:
    cells = []
    for language in LANGUAGES:
        mine = of(scored, language)
        cells += [f"{anger_auc(mine):.3f}", f"{uar(mine):.1%}"]
    return cells


def alarms(heard: Heard, shipped: list[Scored], models: dict[str, Weights]) -> list[str]:
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


def main() -> None:
    parser = argparse.ArgumentParser(description="All figures of the emotion scorer.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", action="store_true", help="fit the shipped weights anew")
    given = parser.parse_args()
    PLOTS.mkdir(parents=True, exist_ok=True)
    heard = measure_lines(given.folder)
    if given.weights:
        training = heard["training"] + heard["training again"]
        save_models(SHIPPED, fit_languages(training, version=VERSION, about=ABOUT))
    ranked, shipped, models = ranking(heard)
    lines = [
        *["**Ranking and four classes**", "", *ranked],
        *["**Flagged where 70 % of the anger is found**", ""],
        *alarms(heard, shipped, models),
        *["**Whole calls by voice alone** (five calm clips, then four of one emotion)", ""],
        *calls(play_calls(given.folder, models)),
        *["**Doubt** (plots in docs/emotion/)", "", *doubt(shipped)],
        *["**Words**", "", *word_lines()],
        *["**Cost**", "", *cost_lines()],
    ]
    print("\n".join(lines), flush=True)
    write_card(lines)


if __name__ == "__main__":
    main()
