"""Which sound each decoded frame carries: phone times laid on the recogniser's grid of 30 ms.

Every phone gets a frame of its own, be it shorter than the grid, for the recogniser must pass
through every phone of a word.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from asr.training.features import FRAME_SECONDS, WINDOW_SECONDS
from asr.training.phone_sets import PhoneSet
from asr.training.speech import SILENCE_NAME, Span

STEP = 3
"""Frames of features for one decoded frame; libvosk takes it for granted in word times."""
_GRID_SECONDS = STEP * FRAME_SECONDS
_FIRST_EDGE = (WINDOW_SECONDS - _GRID_SECONDS) / 2
"""A decoded frame stands for the 30 ms around the middle of its first frame's window."""
_DISTANCE_COST = 20.0
"""Per second between a frame and the phone it is given to; overlap is worth 1 at most."""
_SHORTEST_PAUSE = 0.03
"""Seconds; shorter silence between phones is part of them (the closure of a plosive)."""

Labels = NDArray[np.int16]


def output_index(phones: PhoneSet) -> dict[str, int]:
    """The network's output for each sound; silence is the first."""
    return {SILENCE_NAME: 0, **{phone: n for n, phone in enumerate(phones.phones, start=1)}}


def frame_labels(
    spans: Sequence[Span], frames: int, shift: int, outputs: Mapping[str, int]
) -> Labels | None:
    """A label for each of `frames` decoded frames when the first `shift` frames of features are
    dropped; None where there are more phones than frames.
    """
    said = _joined(spans)
    if len(said) > frames:
        return None
    cost = _costs(said, frames, shift * FRAME_SECONDS)
    which = _cheapest_path(cost)
    numbers = np.array([outputs[span.phone] for span in said], np.int16)
    return numbers[which]


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Silences joined, and left out where they are short and between two phones."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.phone == SILENCE_NAME == joined[-1].phone:
            joined[-1] = Span(SILENCE_NAME, joined[-1].start, span.end)
        else:
            joined.append(span)
    last = len(joined) - 1
    return [
        span
        for n, span in enumerate(joined)
        if n in (0, last) or span.phone != SILENCE_NAME or span.end - span.start > _SHORTEST_PAUSE
    ]


def _costs(said: Sequence[Span], frames: int, offset: float) -> NDArray[np.float64]:
    """Row: decoded frame, column: span; low where they overlap."""
    begins = np.array([span.start for span in said])
    ends = np.array([span.end for span in said])
    from_ = (offset + _FIRST_EDGE + _GRID_SECONDS * np.arange(frames))[:, None]
    to = from_ + _GRID_SECONDS
    overlap = np.clip(np.minimum(to, ends) - np.maximum(from_, begins), 0, None) / _GRID_SECONDS
    distance = np.clip(np.maximum(begins - to, from_ - ends), 0, None)
    costs: NDArray[np.float64] = 1 - overlap + _DISTANCE_COST * distance
    return costs


def _cheapest_path(cost: NDArray[np.float64]) -> NDArray[np.intp]:
    """Through every column in order, a column or the next at every row."""
    rows, columns = cost.shape
    best = np.full(columns, np.inf)
    best[0] = cost[0, 0]
    moved = np.zeros((rows, columns), bool)
    for row in range(1, rows):
        moved[row, 1:] = best[:-1] < best[1:]
        best[1:] = np.minimum(best[1:], best[:-1])
        best += cost[row]
    path = np.empty(rows, np.intp)
    column = columns - 1
    for row in range(rows - 1, -1, -1):
        path[row] = column
        column -= moved[row, column]
    return path
