"""Train the classifier from the example sentences: `python -m dialogue.nlu.train`.

Deterministic. Needs scipy, for the encoder also torch (make setup-acoustic) and the folder of a
sentence model (--sentence-model); without that folder the encoder stays as it is. What it writes
(weights.npz, encoder_*.npz) is read with numpy.
"""

import random
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.classifier import CLASSES, SEVERAL, WEIGHTS_FILE, LanguageWeights
from dialogue.nlu.examples import (
    Example,
    SeveralExample,
    examples_digest,
    load_examples,
    load_several,
)
from dialogue.nlu.features import DIMENSION, buckets
from dialogue.nlu.manners import MANNERS
from dialogue.nlu.normalise import normalise
from dialogue.nlu.train_boundaries import fit_boundaries
from dialogue.nlu.word_vectors import WordVectors

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

STRENGTH = 100.0
"""Inverse of the regularisation; chosen on an author left out, among 3, 8, 30 and 100."""
PASSES, BATCH, PACE = 8, 512, 0.03
"""Over the sentences; sentences at once; how far a weight moves at first."""
FADE, FADE_SQUARE = 0.9, 0.99
"""How long a gradient and its square are remembered (Adam)."""
VARIANTS = 4
"""Sentences trained on of a line with alternatives; more take longer and change no figure."""
SEED = 20

SHORT_ONES = frozenset({"affirm", "deny", "greeting_thanks", "out_of_scope"})
"""Never part of a pair of requests."""
_JOINTS = {
    "zh": ["", ",", ",", "然后", "还有", ",另外", ",顺便", "而且"],
    "en": [" ", " and ", " and ", " , ", " also ", " but ", " so ", " then "],
}

Floats = NDArray[np.float32]
Row = tuple[str, str, float]
"""Normalised text, intent, weight."""


def main(arguments: Sequence[str]) -> None:
    """Train both languages and write the weights; `make understanding-report` writes the card."""
    parser = ArgumentParser(prog="python -m dialogue.nlu.train", description=__doc__)
    parser.add_argument(
        "--sentence-model",
        type=Path,
        metavar="FOLDER",
        help="all-MiniLM-L6-v2 (model.safetensors, vocab.txt): trains the encoder, too",
    )
    folder = parser.parse_args(arguments).sentence_model
    if folder is not None and not (folder / "model.safetensors").is_file():
        parser.exit(2, f"no model.safetensors in {str(folder)!r}; it must be all-MiniLM-L6-v2's\n")
    if folder is not None and find_spec("torch") is None:
        parser.exit(2, "the encoder is trained with torch, which is absent: make setup-acoustic\n")
    arrays: dict[str, NDArray[np.generic]] = {
        "intents": np.array(CLASSES),
        "examples": np.array(examples_digest()),
    }
    first = {}
    for language in MANNERS:
        rows = all_rows(load_examples(language), load_several(language), language)
        first[language] = fit(rows, language)
        arrays |= _pack(first[language], language)
    if folder is not None:
        from dialogue.nlu.train_encoder import write_encoder

        write_encoder(first, folder)
    np.savez_compressed(WEIGHTS_FILE, **arrays)  # type: ignore[arg-type]


def all_rows(
    examples: Sequence[Example], several: Sequence[SeveralExample], language: str
) -> list[Row]:
    """What the linear classifier is trained on."""
    return rows_of(examples, language) + rows_of_several(several, language)


def fit(rows: Sequence[Row], language: str) -> LanguageWeights:
    """One multinomial logistic regression over the hashed features and the words' meaning."""
    from scipy.sparse import csr_matrix

    vectors = WordVectors.load(language)
    found = [buckets(text, language) for text, _, _ in rows]
    values = np.concatenate([np.full(b.size, 1 / np.sqrt(b.size), np.float32) for b in found])
    ends = np.cumsum([0, *(b.size for b in found)])
    hashed = csr_matrix((values, np.concatenate(found), ends), shape=(len(rows), DIMENSION))
    meanings = np.array([vectors.meaning(text) for text, _, _ in rows])
    wanted = np.array([CLASSES.index(name) for _, name, _ in rows])
    counts = np.array([weight for _, _, weight in rows], dtype=np.float32)
    table, senses, bias = np.split(
        _descend(hashed, meanings, wanted, counts), [DIMENSION, DIMENSION + meanings.shape[1]]
    )
    used = np.zeros(DIMENSION, dtype=np.bool_)
    used[np.concatenate(found)] = True
    table[~used] = 0
    requests = [(text, name) for text, name, _ in rows if name not in (*SHORT_ONES, SEVERAL)]
    boundaries = fit_boundaries(requests, _JOINTS[language], language)
    return LanguageWeights(table, bias[0], used, senses, vectors, boundaries)


def _descend(
    hashed: "csr_matrix", meanings: Floats, wanted: NDArray[np.intp], counts: Floats
) -> Floats:
    """The weights of least loss (surprise at the wanted classes, size of the weights), one row for
    each feature and the last for the bias; Adam over small batches, each pass in another order.
    """
    order = np.random.default_rng(SEED)
    inputs = np.concatenate([meanings, np.ones((wanted.size, 1), np.float32)], axis=1)
    weights = np.zeros((DIMENSION + inputs.shape[1], len(CLASSES)), dtype=np.float32)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    decay = np.float32(1 / (STRENGTH * counts.sum()))
    batches = -(-wanted.size // BATCH)
    for step in range(PASSES * batches):
        if step % batches == 0:
            turn = order.permutation(wanted.size)
        rows = turn[step % batches * BATCH :][:BATCH]
        some, dense = hashed[rows], inputs[rows]
        slopes = _slopes(some @ weights[:DIMENSION] + dense @ weights[DIMENSION:], wanted[rows])
        slopes *= (counts[rows] / counts[rows].sum())[:, None]
        gradient = np.concatenate((some.T @ slopes, dense.T @ slopes)) + decay * weights
        mean += (gradient - mean) * np.float32(1 - FADE)
        square += (np.square(gradient) - square) * np.float32(1 - FADE_SQUARE)
        pace = PACE * (1 - step / (PASSES * batches)) / (1 - FADE ** (step + 1))
        spread = np.sqrt(square / np.float32(1 - FADE_SQUARE ** (step + 1))) + np.float32(1e-8)
        weights -= np.float32(pace) * mean / spread
    return weights


def _slopes(logits: Floats, wanted: NDArray[np.intp]) -> Floats:
    """How the surprise at the wanted classes changes with the logits."""
    shares: Floats = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    shares[np.arange(wanted.size), wanted] -= 1
    return shares


def rows_of(examples: Sequence[Example], language: str) -> list[Row]:
    """Sentences, each line of equal weight; copies as a poor recogniser would hear them and with
    what people say around a request; and pairs of requests in one breath, as a class of their own.
    """
    chance = random.Random(SEED)
    rows: list[Row] = []
    for example, count in _few_of_each_line(examples, chance):
        text = normalise(example.text, language)
        weight = 1 / count**0.5
        rows.append((text, example.intent, weight))
        # What is left of a shorter sentence may be a bare noun, which asks for nothing.
        is_long = len(text if language == "zh" else text.split()) >= (7 if language == "zh" else 5)
        if is_long and chance.random() < 0.5:
            rows.append((_with_a_gap(text, language, chance), example.intent, weight * 0.6))
        if example.intent not in SHORT_ONES and chance.random() < 0.3:
            rows.append((_in_talk(text, language, chance), example.intent, weight * 0.6))
    rows += _pairs([row for row in rows if row[1] not in SHORT_ONES], language, chance)
    return [row for row in rows if row[0]]


def _few_of_each_line(
    examples: Sequence[Example], chance: random.Random
) -> Iterator[tuple[Example, int]]:
    """At most VARIANTS of each line's sentences, with their number."""
    for _, group in groupby(examples, key=lambda example: example.line):
        readings = list(group)
        kept = chance.sample(readings, min(VARIANTS, len(readings)))
        yield from ((example, len(kept)) for example in kept)


def rows_of_several(examples: Sequence[SeveralExample], language: str) -> list[Row]:
    """Real utterances with several requests; worth more than pairs that were put together."""
    return [(normalise(example.text, language), SEVERAL, 2.0) for example in examples]


def _in_talk(text: str, language: str, chance: random.Random) -> str:
    """A request with a greeting, a hesitation or a politeness around it."""
    manner = MANNERS[language]
    before, after = ("", *manner.before), ("", "", *manner.after)
    said = manner.gap.join((chance.choice(before), text, chance.choice(after)))
    return normalise(said, language)


def _pairs(rows: Sequence[Row], language: str, chance: random.Random) -> list[Row]:
    """Two different requests joined: what the whole of such an utterance looks like."""
    pairs: list[Row] = []
    for _ in range(len(rows) // 4):
        first, second = chance.choice(rows), chance.choice(rows)
        if first[1] != second[1]:
            text = f"{first[0]}{chance.choice(_JOINTS[language])}{second[0]}"
            pairs.append((text, SEVERAL, (first[2] * second[2]) ** 0.5))
    return pairs


def _with_a_gap(text: str, language: str, chance: random.Random) -> str:
    """The text with one word (or two characters) missing."""
    if language == "en":
        words = text.split()
        del words[chance.randrange(len(words))]
        return " ".join(words)
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 2 :]


def _pack(weights: LanguageWeights, language: str) -> dict[str, NDArray[np.generic]]:
    rows, scale = _in_bytes(weights.rows)
    joints, joints_scale = _in_bytes(weights.boundaries.weights)
    return {
        f"{language}_rows": rows,
        f"{language}_scale": scale,
        f"{language}_bias": weights.bias,
        f"{language}_senses": weights.senses,
        f"{language}_joints": joints,
        f"{language}_joints_scale": joints_scale,
        f"{language}_joints_bias": np.asarray(weights.boundaries.bias),
    }


def _in_bytes(numbers: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Eight bits a weight, and the step between two: 1/127 of the largest."""
    step = np.float32(np.abs(numbers).max() / 127)
    return np.round(numbers / step).astype(np.int8), np.asarray(step)


if __name__ == "__main__":
    main(sys.argv[1:])
