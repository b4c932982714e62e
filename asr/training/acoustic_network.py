"""The acoustic network as numbers: its form, its weights, and what it makes of features.

A row of affine layers on the recogniser's grid of 30 ms. The first sees eleven frames of features;
every block then looks one step to either side through a narrow layer and adds what it found to
what it was given (Povey and others, Interspeech 2018, without their constraint on the weights).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from asr.training.features import CEPSTRA, Features
from asr.training.labels import STEP

Matrix = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class NetworkShape:
    """How large a network is."""

    outputs: int
    """Silence and every phone."""
    width: int = 512
    narrow: int = 128
    blocks: int = 7
    reach: int = 5
    """Frames that the first layer sees to either side."""

    @property
    def window(self) -> int:
        """Frames that the first layer sees."""
        return 2 * self.reach + 1

    @property
    def context(self) -> int:
        """Frames to either side on which an output depends."""
        return self.reach + STEP * self.blocks


@dataclass(frozen=True, slots=True)
class Affine:
    """y = weights · x + bias."""

    weights: Matrix
    bias: Matrix

    def __call__(self, x: Matrix) -> Matrix:
        """Of every row."""
        y: Matrix = x @ self.weights.T + self.bias
        return y


@dataclass(frozen=True, slots=True)
class Block:
    """x + relu(wide(narrow(x))): narrow joins a step with the one before, wide with the next."""

    narrow: Affine
    wide: Affine


@dataclass(frozen=True, slots=True)
class AcousticNetwork:
    """A trained network; normalisations are part of its weights."""

    shape: NetworkShape
    first: Affine
    blocks: Sequence[Block]
    last: Affine
    priors: Matrix
    """Share of each output in training."""

    def log_posteriors(self, features: Features) -> Matrix:
        """A row of ln p for every decoded frame; the first row belongs to the first frame."""
        steps = -(-len(features) // STEP)
        x = self._first_layer(padded(features, self.shape, steps), steps)
        for block in self.blocks:
            joined = block.narrow(np.hstack([x[:-1], x[1:]]))
            added = np.maximum(block.wide(np.hstack([joined[:-1], joined[1:]])), 0)
            x = x[1:-1] + added
        return log_softmax(self.last(x))

    def _first_layer(self, frames: Features, steps: int) -> Matrix:
        rows = steps + 2 * self.shape.blocks
        width = self.shape.window * CEPSTRA
        flat = np.ascontiguousarray(frames).reshape(-1)
        starts = STEP * CEPSTRA * np.arange(rows)
        return np.maximum(self.first(flat[starts[:, None] + np.arange(width)]), 0)


def log_softmax(scores: Matrix) -> Matrix:
    """Of every row: shares of 1, as ln p."""
    below = scores - scores.max(axis=1, keepdims=True)
    shares: Matrix = below - np.log(np.exp(below).sum(axis=1, keepdims=True))
    return shares


def padded(features: Features, shape: NetworkShape, steps: int) -> Features:
    """What `steps` outputs depend on; beyond either end stands a copy of the last frame there."""
    wanted = STEP * (steps - 1) + 1 + shape.context
    at = np.clip(np.arange(-shape.context, wanted), 0, len(features) - 1)
    return features[at]
