"""Figures of merit over judged clips: ranking, recall, false alarms, calibration, abstention."""

import numpy as np
from emotion_protocol import Scored

from emotion.corpus import FOUR


def auc(scores: list[float], positive: list[bool]) -> float:
    """Share of (positive, negative) pairs in the right order; ties count half."""
    values, truth = np.array(scores), np.array(positive)
    wins = values[truth][:, None] - values[~truth][None, :]
    return float(np.mean((wins > 0) + 0.5 * (wins == 0)))


def anger_auc(scored: list[Scored]) -> float:
    """Anger against all the rest."""
    return auc([s.anger for s in scored], [s.clip.label == "angry" for s in scored])


def uar(scored: list[Scored]) -> float:
    """Mean recall of anger, happy, neutral, sad among their clips; `calm` is not neutral here."""
    recalls = []
    for name in FOUR:
        mine = [s for s in scored if s.clip.emotion == name]
        if mine:
            recalls.append(float(np.mean([s.guess == name for s in mine])))
    return float(np.mean(recalls))


def threshold(scored: list[Scored], recall: float = 0.7) -> float:
    """Probability that this share of the angry clips reaches."""
    return float(np.quantile([s.anger for s in scored if s.clip.label == "angry"], 1.0 - recall))


def flagged(scored: list[Scored], at: float) -> dict[str, float]:
    """Share of the clips of each emotion at or above the threshold."""
    names = sorted({s.clip.emotion for s in scored})
    return {
        name: float(np.mean([s.anger >= at for s in scored if s.clip.emotion == name]))
        for name in names
    }


def reliability(scored: list[Scored], bins: int = 10) -> list[tuple[float, float, int]]:
    """Mean probability, share of anger and count in each tenth of the scale that is not empty."""
    edges = np.minimum((np.array([s.anger for s in scored]) * bins).astype(int), bins - 1)
    out = []
    for number in range(bins):
        mine = [s for s, place in zip(scored, edges, strict=True) if place == number]
        if mine:
            said = float(np.mean([s.anger for s in mine]))
            was = float(np.mean([s.clip.label == "angry" for s in mine]))
            out.append((said, was, len(mine)))
    return out


def calibration_error(scored: list[Scored]) -> float:
    """ECE: mean distance of what was said from what was, weighted by clips."""
    return sum(abs(said - was) * n for said, was, n in reliability(scored)) / len(scored)


def abstention(scored: list[Scored]) -> list[tuple[float, float]]:
    """Share of the four-class clips answered, surest first, and the UAR among those."""
    among = sorted(
        (s for s in scored if s.clip.emotion in FOUR), key=lambda s: s.certainty, reverse=True
    )
    shares = [k / 20 for k in range(4, 21)]
    return [(share, uar(among[: max(4, round(share * len(among)))])) for share in shares]
