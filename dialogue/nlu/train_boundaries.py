"""Learns where requests meet, from pairs that are put together: each joint is known."""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.boundaries import DIMENSION, Boundaries, place_buckets, units_of

PAIRS = 9000
OTHERS = 4
"""Places within a request, for each joint."""
STEPS, PACE, DECAY = 120, 0.15, 1e-4
SEED = 21


def fit_boundaries(
    requests: Sequence[tuple[str, str]], joints: Sequence[str], language: str
) -> Boundaries:
    """`requests` are (normalised text, intent); `joints` are the words between two of them."""
    chance = random.Random(SEED)
    found: list[list[int]] = []
    wanted: list[bool] = []
    for _ in range(PAIRS):
        (first, one), (second, other) = chance.choice(requests), chance.choice(requests)
        if one == other:
            continue
        head = units_of(first, language)
        units = units_of(f"{first}{chance.choice(joints)}{second}", language)
        places = range(1, len(units))
        picked = {len(head), *chance.sample(places, min(OTHERS, len(places)))}
        for at in sorted(picked):
            found.append(place_buckets(units, at))
            wanted.append(at == len(head))
    return _descend(np.array(found), np.array(wanted, dtype=np.float32))


def _descend(found: NDArray[np.intp], wanted: NDArray[np.float32]) -> Boundaries:
    """Least surprise by whole-batch steps with momentum."""
    weights, speed, square = np.zeros((3, DIMENSION))
    # As rare as a joint is among all places of an ordinary utterance would be too shy: one in five.
    bias = -float(np.log(OTHERS))
    for step in range(STEPS):
        missing = 1 / (1 + np.exp(-(weights[found].sum(axis=1) + bias))) - wanted
        sums = np.bincount(found.ravel(), np.repeat(missing, found.shape[1]), DIMENSION)
        slopes = sums / wanted.size + DECAY * weights
        speed += (slopes - speed) * 0.1
        square += (np.square(slopes) - square) * 0.01
        weights -= PACE * (1 - step / STEPS) * speed / (np.sqrt(square) + 1e-8)
    return Boundaries(weights.astype(np.float32), bias)
