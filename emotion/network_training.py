"""Trains the network of the voice, in PyTorch; never imported live, never beside vosk.

One network for all corpora: with two speakers of Mandarin, what it learns of English voices helps
(anger AUC on unheard Mandarin speakers 0.66 -> 0.77 in trials on inner folds).
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from emotion.corpus import CLASSES, Measured
from emotion.network import REACH, STRIDES, Network
from emotion.picture import COLUMNS, PITCH, VOICED, Picture, beside
from emotion.spectrum import MEL_BANDS

UNITS, HEADS = 64, 4
EPOCHS, BATCH = 7, 32
LEARNING_RATE, DECAY, DROPOUT, SMOOTHING = 2e-3, 1e-2, 0.3, 0.1
_SHORTEST_CROP = 60  # frames
_CROP_SHARE = 0.7
_MOST_HIDDEN_BANDS = 4
_COLOUR, _PITCH_SHIFT = 0.08, 0.15
"""Spread of what is added to each band (0.8 dB) and to the pitch (a semitone) of one example."""
_NEVER = -30.0


class LearningNetwork(nn.Module):  # type: ignore[misc]  # torch has no types here
    """As `Network`, with what learning needs."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        sizes = [COLUMNS, UNITS, UNITS, UNITS]
        self.layers = nn.ModuleList(
            nn.Conv1d(before, after, REACH, stride, REACH // 2)
            for before, after, stride in zip(sizes[:-1], sizes[1:], STRIDES, strict=True)
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(UNITS) for _ in STRIDES)
        self.attention = nn.Conv1d(UNITS, HEADS, 1, bias=False)
        self.output = nn.Linear(UNITS * (1 + HEADS), classes)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, pictures: Tensor, mask: Tensor) -> Tensor:
        """[batch, columns, frames] and which frames there are [batch, 1, frames] -> scores."""
        signal = pictures
        for number, (layer, norm) in enumerate(zip(self.layers, self.norms, strict=True)):
            mask = mask[:, :, :: STRIDES[number]]
            signal = functional.relu(norm(layer(signal))) * mask
            if number + 1 < len(STRIDES):
                signal = self.dropout(signal)
        mean = signal.sum(2) / mask.sum(2)
        weight = self.attention(signal).masked_fill(mask == 0, _NEVER * 1e3).softmax(2)
        attended = torch.einsum("but,bht->bhu", signal, weight).flatten(1)
        scores: Tensor = self.output(self.dropout(torch.cat([mean, attended], 1)))
        return scores


@dataclass(frozen=True, slots=True)
class Example:
    """One window; a clip's windows and their copies through other lines are examples each."""

    picture: Picture
    label: int
    corpus: int
    calm: tuple[float, ...]
    """Calm pitches to measure it from: nobody's own, and the speaker's after a few clips."""


def fit_network(
    measured: Sequence[Measured],
    calm_semitones: Mapping[str, float],
    *,
    version: str,
    seed: int = 7,
    epochs: int = EPOCHS,
) -> Network:
    """The network of these clips; `calm_semitones` by language: the pitch of calm strangers."""
    heard = [m for m in measured if m.windows]
    classes = tuple(name for name in CLASSES if any(m.clip.label == name for m in heard))
    corpora = sorted({m.clip.corpus for m in heard})
    examples = _examples(heard, calm_semitones, classes, corpora)
    torch.manual_seed(seed)
    network = LearningNetwork(len(classes))
    _learn(network, examples, epochs, np.random.default_rng(seed))
    return exported(network.eval(), classes, version)


def _examples(
    heard: Sequence[Measured],
    calm_semitones: Mapping[str, float],
    classes: tuple[str, ...],
    corpora: list[str],
) -> list[Example]:
    calm: dict[str, list[float]] = defaultdict(list)
    for m in heard:
        if m.clip.is_calm:
            calm[m.clip.speaker] += [window.pitch_semitones for window in m.windows]
    examples = []
    for m in heard:
        strangers = calm_semitones[m.clip.language]
        own = calm.get(m.clip.speaker)
        references = (strangers, float(np.mean(own)) if own else strangers)
        for window in m.windows:
            place = classes.index(m.clip.label)
            examples.append(
                Example(window.picture, place, corpora.index(m.clip.corpus), references)
            )
    return examples


def _learn(
    network: LearningNetwork, examples: list[Example], epochs: int, rng: np.random.Generator
) -> None:
    """Every window once in an epoch, in a new guise; corpora and classes weigh alike."""
    weight, possible = _weights(examples)
    labels = torch.tensor([e.label for e in examples])
    batches = max(1, len(examples) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, weight_decay=DECAY)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, LEARNING_RATE, total_steps=epochs * batches + 1, pct_start=0.2
    )
    network.train()
    for _ in range(epochs):
        for chosen in np.array_split(rng.permutation(len(examples)), batches):
            pictures, mask = stacked([_disguised(examples[i], rng) for i in chosen])
            allowed = possible[[examples[i].corpus for i in chosen]]
            scores = network(pictures, mask).masked_fill(~allowed, _NEVER)
            loss = _loss(scores, labels[chosen], allowed, weight[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _weights(examples: list[Example]) -> tuple[Tensor, Tensor]:
    """Weight of each example (1 on average), and which labels each corpus has."""
    count = Counter((e.corpus, e.label) for e in examples)
    labels = Counter(corpus for corpus, _ in count)
    weight = np.array(
        [1.0 / (count[(e.corpus, e.label)] * labels[e.corpus]) for e in examples], np.float32
    )
    possible = np.zeros((1 + max(c for c, _ in count), 1 + max(n for _, n in count)), bool)
    for corpus, label in count:
        possible[corpus, label] = True
    return torch.from_numpy(weight / weight.mean()), torch.from_numpy(possible)


def _loss(scores: Tensor, labels: Tensor, allowed: Tensor, weight: Tensor) -> Tensor:
    """Cross entropy against labels that leave some doubt among the corpus's own moods."""
    doubt = allowed.float() / allowed.sum(1, keepdim=True)
    sure = functional.one_hot(labels, scores.shape[1]).float()
    target = (1.0 - SMOOTHING) * sure + SMOOTHING * doubt
    return (-(target * scores.log_softmax(1)).sum(1) * weight).mean()


def _disguised(example: Example, rng: np.random.Generator) -> Picture:
    """A piece of it, from one of its calm pitches, its bands moved, coloured and some hidden."""
    whole = example.picture
    length = max(min(_SHORTEST_CROP, len(whole)), int(len(whole) * rng.uniform(_CROP_SHARE, 1.0)))
    start = int(rng.integers(0, len(whole) - length + 1))
    seen = beside(whole[start : start + length], float(rng.choice(example.calm)))
    bands = np.roll(seen[:, :MEL_BANDS], int(rng.integers(-1, 2)), axis=1)
    bands = bands + rng.normal(0.0, _COLOUR, (1, MEL_BANDS)).astype(np.float32)
    hidden = int(rng.integers(0, _MOST_HIDDEN_BANDS + 1))
    first = int(rng.integers(0, MEL_BANDS - hidden))
    bands[:, first : first + hidden] = 0.0
    seen[:, :MEL_BANDS] = bands
    seen[:, PITCH] += rng.normal(0.0, _PITCH_SHIFT) * seen[:, VOICED]
    return seen


def stacked(pictures: Sequence[Picture]) -> tuple[Tensor, Tensor]:
    """Pictures of any length as one batch, and which of its frames are theirs."""
    longest = max(len(seen) for seen in pictures)
    batch = np.zeros((len(pictures), longest, COLUMNS), np.float32)
    mask = np.zeros((len(pictures), 1, longest), np.float32)
    for number, seen in enumerate(pictures):
        batch[number, : len(seen)] = seen
        mask[number, 0, : len(seen)] = 1.0
    return torch.from_numpy(batch).transpose(1, 2), torch.from_numpy(mask)


def exported(network: LearningNetwork, classes: tuple[str, ...], version: str) -> Network:
    """The same in numpy, batch normalisation folded into the kernels."""
    kernels, biases = [], []
    for layer, norm in zip(network.layers, network.norms, strict=True):
        factor = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        kernel = (layer.weight * factor[:, None, None]).flatten(1).T
        kernels.append(_array(kernel))
        biases.append(_array((layer.bias - norm.running_mean) * factor + norm.bias))
    return Network(
        version=version,
        classes=classes,
        kernels=tuple(kernels),
        biases=tuple(biases),
        attention=_array(network.attention.weight[:, :, 0].T),
        output=_array(network.output.weight.T),
        output_bias=_array(network.output.bias),
    )


def _array(values: Tensor) -> NDArray[np.float32]:
    array: NDArray[np.float32] = values.detach().numpy().copy()
    return array
