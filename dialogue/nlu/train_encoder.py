"""Fine-tunes the first layers of a sentence model into the encoder: which request each stretch of
an utterance is, and where another begins. Needs torch; called by `python -m dialogue.nlu.train`.
"""

import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, partial
from pathlib import Path

import numpy as np
import torch

from dialogue.nlu.classifier import CLASSES, LanguageWeights
from dialogue.nlu.encoder import ENCODER_FILES
from dialogue.nlu.encoder_network import Network, Row
from dialogue.nlu.examples import SeveralExample, load_examples, load_several
from dialogue.nlu.glosses import read_glosses
from dialogue.nlu.mandarin_words import by_frequency
from dialogue.nlu.normalise import normalise
from dialogue.nlu.passages import Passage, Passages, find_stretches
from dialogue.nlu.sentence_model import read_pieces
from dialogue.nlu.word_pieces import END, START, UNKNOWN, WordPieces, mandarin_runs

PIECES = 9000
"""English ones kept of the model's: those of the examples, letters, and then the common ones."""
PASSES, BATCH = 4, 64
PACE, HEAD_PACE = 4e-4, 2e-3
"""How far a weight moves at most: of the model's own, of the new ones."""
WARMING = 100
"""Steps until the pace is full."""
LEAST_PACE = 0.02
"""Share of the full pace at the end."""
STEEPEST = 1.0
"""Length to which a longer gradient is brought."""
SORTED = 20
"""Batches among which passages of like length are put together."""
SEED = 22


def write_encoder(first: Mapping[str, LanguageWeights], folder: Path) -> None:
    """Train the encoder on all examples, from the sentence model in the folder; the `first` reader
    of each language tells where the requests of an utterance lie.
    """
    passages, texts = [], {}
    for language, weights in first.items():
        examples, several = load_examples(language), load_several(language)
        found = stretches_of(several, language, weights)
        passages.append(Passages(examples, found, language, SEED))
        said = [e.text for e in examples] + [e.text for e in several]
        texts[language] = [normalise(text, language) for text in said]
    glosses = read_glosses()
    pieces = [*kept_pieces(read_pieces(folder), texts["en"]), *kept_words(glosses, texts["zh"])]
    torch.manual_seed(SEED)  # the heads begin by chance
    packed = fit_encoder(passages, Network(folder, pieces, glosses)).packed()
    words = ("pieces", "words", "words_step")
    layers = {name: numbers for name, numbers in packed.items() if name not in words}
    np.savez_compressed(ENCODER_FILES[0], **layers)  # type: ignore[arg-type]
    np.savez_compressed(ENCODER_FILES[1], **{name: packed[name] for name in words})  # type: ignore[arg-type]


def stretches_of(
    examples: Iterable[SeveralExample], language: str, first: LanguageWeights
) -> list[Passage]:
    """The utterances with several requests, each cut as the first reader finds likeliest."""

    @cache
    def log_shares(text: str) -> Sequence[float]:
        shares = first.log_shares(text, language)
        return [0.0] * len(CLASSES) if shares is None else shares.tolist()

    likely = partial(first.boundaries.places, language=language)
    return [find_stretches(example, language, log_shares, likely) for example in examples]


def fit_encoder(passages: Sequence[Passages], network: Network) -> Network:
    """The network, trained; the same on every run of one machine; tells the loss of each pass on
    stderr.
    """
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    order = random.Random(SEED)
    passes = [[passage for some in passages for passage in some.one_pass()] for _ in range(PASSES)]
    optimiser, pace = _optimiser(network, sum(-(-len(one) // BATCH) for one in passes))
    for number, one in enumerate(passes, 1):
        total = 0.0
        for batch in batches([network.row(passage) for passage in one], order):
            loss = network.loss(batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), STEEPEST)
            optimiser.step()
            pace.step()
            total += loss.item() * len(batch)
        sys.stderr.write(f"encoder: pass {number} of {PASSES}, loss {total / len(one):.3f}\n")
    network.eval()
    return network


def _optimiser(
    network: Network, steps: int
) -> tuple[torch.optim.AdamW, torch.optim.lr_scheduler.LambdaLR]:
    """It, and its pace: rising shortly, then falling to the end."""
    weights = dict(network.named_parameters())
    own = [weight for name, weight in weights.items() if name.startswith("model")]
    new = [weight for name, weight in weights.items() if not name.startswith("model")]
    groups = [{"params": own, "lr": PACE}, {"params": new, "lr": HEAD_PACE}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1.0, (step + 1) / WARMING) * max(LEAST_PACE, 1 - step / steps),
    )
    return optimiser, pace


def kept_pieces(pieces: Sequence[str], examples: Iterable[str]) -> list[str]:
    """The English pieces that the encoder keeps, in the model's order."""
    known = WordPieces(pieces)
    numbers = {number for text in examples for word in text.split() for number in known.of(word)}
    plain = [(n, p.removeprefix("##")) for n, p in enumerate(pieces) if p.isascii()]
    numbers |= {n for n, piece in plain if len(piece) == 1}
    numbers |= {pieces.index(piece) for piece in ("[PAD]", UNKNOWN, START, END)}
    for n, piece in plain:
        if len(numbers) >= PIECES:
            break
        if piece.isalnum():
            numbers.add(n)
    return [pieces[n] for n in sorted(numbers)]


def kept_words(glosses: Mapping[str, str], examples: Iterable[str]) -> list[str]:
    """The Mandarin words that the encoder keeps, the commonest of the examples first."""
    runs = [run for text in examples for run in mandarin_runs(text)]
    return by_frequency(list(glosses), runs)


def batches(rows: Sequence[Row], order: random.Random) -> list[list[Row]]:
    """All rows in another order, those of like length together."""
    mixed = list(rows)
    order.shuffle(mixed)
    found: list[list[Row]] = []
    for at in range(0, len(mixed), BATCH * SORTED):
        near = sorted(mixed[at : at + BATCH * SORTED], key=lambda row: len(row.numbers))
        found += [near[n : n + BATCH] for n in range(0, len(near), BATCH)]
    order.shuffle(found)
    return found
