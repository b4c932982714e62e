"""When each phone of a recording is heard, found with a network that was trained before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.training.espeak_spans import joined
from asr.training.speech import SILENCE_NAME, Span

Scores = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Frames:
    """What the rows of a score matrix stand for, in seconds."""

    step: float
    """From one row to the next."""
    first: float = 0.0
    """Where the time of the first row begins."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """The likeliest reading in time."""

    reading: Sequence[str]
    spans: Sequence[Span]
    score: float
    """Mean of the scores on the way, natural log: low where something else was said."""


def align(
    scores: Scores,
    readings: Sequence[Sequence[str]],
    columns: Mapping[str, int],
    frames: Frames,
    length: float,
) -> Alignment | None:
    """The best of the readings, silence allowed at both ends; None where all have too many phones.

    `scores` are log posteriors, less log priors if wanted: a row for each step, and in `columns`
    where each phone and silence stand. `length` is the utterance's, in seconds.
    """
    found = [_best_path(scores, reading, columns) for reading in readings if reading]
    fitting = [path for path in found if path is not None]
    if not fitting:
        return None
    path = max(fitting, key=lambda path: path.score)
    spans = joined(_spans(path, frames, length))
    return Alignment(path.phones[1:-1], spans, path.score / max(1, len(scores)))


@dataclass(frozen=True, slots=True)
class _Path:
    phones: Sequence[str]
    states: NDArray[np.int64]
    """Which of the phones each row belongs to."""
    score: float


def _best_path(
    scores: Scores, reading: Sequence[str], columns: Mapping[str, int]
) -> _Path | None:  # fmt: skip
    """Viterbi from silence or the first phone to the last or silence; every phone has a row."""
    phones = [SILENCE_NAME, *reading, SILENCE_NAME]
    if len(scores) < len(reading):
        return None
    heard = scores[:, [columns[phone] for phone in phones]].astype(np.float64)
    total = np.full(len(phones), -np.inf)
    total[:2] = heard[0, :2]
    came = np.zeros(heard.shape, bool)
    for at, row in enumerate(heard[1:], start=1):
        before = np.concatenate([[-np.inf], total[:-1]])
        came[at] = before > total
        total = np.maximum(total, before) + row
    last = len(phones) - (1 if total[-1] > total[-2] else 2)
    return _Path(phones, _way_back(came, last), float(total[last]))


def _way_back(came: NDArray[np.bool_], last: int) -> NDArray[np.int64]:
    states = np.empty(len(came), np.int64)
    state = last
    for at in range(len(came) - 1, -1, -1):
        states[at] = state
        state -= int(came[at, state])
    return states


def _spans(path: _Path, frames: Frames, length: float) -> list[Span]:
    changes = np.flatnonzero(np.diff(path.states)) + 1
    bounds = [0.0, *np.clip(frames.first + frames.step * changes, 0.0, length), length]
    inside = path.states[[0, *changes]]
    return [
        Span(path.phones[state], float(start), float(end))
        for state, start, end in zip(inside, bounds[:-1], bounds[1:], strict=True)
    ]
