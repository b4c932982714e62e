"""Training data as the network takes it: speech augmented anew in each pass, cut into chunks.

A block is some hundred utterances, made in a worker process beside the training from nothing but
the seed, the pass and its place in it, so that any number of workers gives the same blocks.
"""

import os
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from threading import Thread

import numpy as np
from numpy.typing import NDArray

from asr.training.acoustic_network import NetworkShape, padded
from asr.training.augment import Babble, augment
from asr.training.features import Features, mfcc
from asr.training.labels import STEP, frame_labels
from asr.training.speech import AlignedSpeech

NO_LABEL = -1
"""Of frames after an utterance's end."""
BLOCK_UTTERANCES = 400
_SHORTEST_REST = 20
"""Decoded frames; a shorter end of an utterance is not worth a chunk."""
_AHEAD = 3
"""Blocks that each worker is ahead of the training."""

Corpus = Sequence[AlignedSpeech]
"""What is on disk, or a list."""


@dataclass(frozen=True, slots=True)
class Block:
    """Chunks of equal length with their context."""

    features: NDArray[np.float16]
    """[chunk, frames, cepstra]"""
    labels: NDArray[np.int16]
    """[chunk, decoded frames]"""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a worker must know."""

    corpora: Sequence[Corpus]
    outputs: Mapping[str, int]
    shape: NetworkShape
    babble: Babble
    chunk: int
    """Decoded frames."""
    seed: int

    @property
    def utterances(self) -> int:
        """In all corpora."""
        return sum(map(len, self.corpora))

    @property
    def blocks(self) -> int:
        """In one pass."""
        return -(-self.utterances // BLOCK_UTTERANCES)


def make_block(recipe: Recipe, pass_number: int, number: int) -> Block:
    """The block `number` of a pass."""
    order = np.random.default_rng((recipe.seed, pass_number)).permutation(recipe.utterances)
    rng = np.random.default_rng((recipe.seed, pass_number, number))
    chosen = order[number * BLOCK_UTTERANCES : (number + 1) * BLOCK_UTTERANCES]
    chunks = [
        chunk
        for index in np.sort(chosen)
        for chunk in utterance_chunks(
            augment(_nth(recipe.corpora, int(index)), rng, recipe.babble),
            recipe,
            shift=int(rng.integers(STEP)),
        )
    ]
    shuffled = [chunks[n] for n in rng.permutation(len(chunks))]
    return Block(
        np.stack([features for features, _ in shuffled]).astype(np.float16),
        np.stack([labels for _, labels in shuffled]),
    )


def _nth(corpora: Sequence[Corpus], index: int) -> AlignedSpeech:
    for corpus in corpora:
        if index < len(corpus):
            return corpus[index]
        index -= len(corpus)
    raise IndexError(index)


def utterance_chunks(
    speech: AlignedSpeech, recipe: Recipe, shift: int
) -> Iterator[tuple[Features, NDArray[np.int16]]]:
    """Chunks of one utterance whose first `shift` frames are dropped; none where it is too short
    for its phones.
    """
    features = mfcc(speech.samples)[shift:]
    steps = -(-len(features) // STEP)
    labels = frame_labels(speech.spans, steps, shift, recipe.outputs) if steps else None
    if labels is None:
        return
    whole = padded(features, recipe.shape, steps + recipe.chunk)
    length = STEP * (recipe.chunk - 1) + 1 + 2 * recipe.shape.context
    for start in range(0, steps, recipe.chunk):
        mine = labels[start : start + recipe.chunk]
        if start and mine.size < _SHORTEST_REST:
            return
        filled = np.full(recipe.chunk, NO_LABEL, np.int16)
        filled[: mine.size] = mine
        yield whole[STEP * start : STEP * start + length], filled


_recipe: Recipe | None = None
"""A worker's; set once when it starts, for a corpus is large to send with every block."""


def _start_worker(recipe: Recipe) -> None:
    global _recipe
    _recipe = recipe
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A training that is killed leaves no worker behind."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(pass_number: int, number: int) -> Block:
    assert _recipe is not None
    return make_block(_recipe, pass_number, number)


class BlockMakers:
    """Worker processes that make blocks ahead of the training; a context manager."""

    def __init__(self, recipe: Recipe, workers: int) -> None:
        self._blocks = recipe.blocks
        self._ahead = _AHEAD * workers
        self._pool = ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=_start_worker, initargs=(recipe,)
        )

    def blocks(self, first_pass: int, passes: int) -> Iterator[tuple[int, int, Block]]:
        """Pass, number and block, in order."""
        pending: deque[tuple[int, int, Future[Block]]] = deque()
        for pass_number in range(first_pass, passes):
            for number in range(self._blocks):
                if len(pending) >= self._ahead:
                    yield _done(pending.popleft())
                future = self._pool.submit(_work, pass_number, number)
                pending.append((pass_number, number, future))
        while pending:
            yield _done(pending.popleft())

    def __enter__(self) -> "BlockMakers":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def _done(entry: tuple[int, int, "Future[Block]"]) -> tuple[int, int, Block]:
    pass_number, number, future = entry
    return pass_number, number, future.result(timeout=_DEADLINE_SECONDS)


_DEADLINE_SECONDS = 600
"""A block takes some seconds; a worker that is stuck must not keep the training for ever."""
