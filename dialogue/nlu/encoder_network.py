"""The encoder as torch learns it; half precision inside, as today's processors like it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from dialogue.nlu.classifier import CLASSES
from dialogue.nlu.encoder import HEADS, MATRICES, MAX_PIECES
from dialogue.nlu.passages import Passage
from dialogue.nlu.sentence_model import Floats, read_pieces, read_tensors
from dialogue.nlu.word_pieces import WordPieces

LAYERS = 3
"""Of the model's six, the first ones; each further one costs 2 MB and 1.5 ms an utterance."""
SMOOTHING = 0.05
"""Share of certainty spread over all classes."""
DROPPED = 0.1
"""Share of numbers hidden while learning."""
CUT_WEIGHT = 0.5
"""What a wrong place to cut counts beside a wrong request."""

Tensor = Any
LEVELS = 31
"""A number is one of so many steps of its row's size, or their opposites, or none: 6 bits, of which
a file keeps 5."""


@dataclass(frozen=True, slots=True)
class Row:
    """A passage in pieces."""

    numbers: list[int]
    spans: list[tuple[int, int, int]]
    """From a piece to before another, and the class of what is asked there."""
    places: list[tuple[int, float]]
    """The first piece of each word after the first, and whether a request begins with it."""


class Network(torch.nn.Module):  # type: ignore[misc]
    """The first layers of a sentence model, and two new heads: what is asked, where it begins."""

    def __init__(
        self, folder: Path, pieces: Sequence[str], glosses: Mapping[str, str] | None = None
    ) -> None:
        """A piece that is in `glosses` starts as the mean of its gloss."""
        super().__init__()
        self.pieces = pieces
        self._known = WordPieces(pieces)
        weights = first_layers(read_tensors(folder))
        weights["words"] = start_words(weights["words"], read_pieces(folder), pieces, glosses or {})
        self.model = torch.nn.ParameterDict(
            {name: torch.nn.Parameter(torch.from_numpy(w.copy())) for name, w in weights.items()}
        )
        width = weights["words"].shape[1]
        self.judge = torch.nn.Linear(width, len(CLASSES))
        torch.nn.init.normal_(self.judge.weight, std=0.02)
        torch.nn.init.zeros_(self.judge.bias)
        self.joint = torch.nn.Linear(width, 1)
        torch.nn.init.zeros_(self.joint.weight)
        torch.nn.init.constant_(self.joint.bias, -2.0)  # most words begin no request

    def row(self, passage: Passage) -> Row:
        """A passage in pieces."""
        read = self._known.read(passage.text, MAX_PIECES)
        spans = [
            (*read.within(first, last), CLASSES.index(asked))
            for first, last, asked in passage.spans
        ]
        if passage.cuts is None:
            return Row(read.numbers, spans, [])
        words = zip(read.begins[1:], read.starts[1:], strict=False)
        places = [(piece, float(begin in passage.cuts)) for begin, piece in words]
        return Row(read.numbers, spans, places)

    def loss(self, rows: Sequence[Row]) -> Tensor:
        """Surprise at what the stretches ask for and at where requests begin."""
        states = self.states([row.numbers for row in rows])
        spans, wanted, places, begins = _targets(rows)
        logits = self.judge(functional.dropout(_means(states, spans), DROPPED, self.training))
        asked = functional.cross_entropy(logits, wanted, label_smoothing=SMOOTHING)
        odds = self.joint(states[places[:, 0], places[:, 1]])[:, 0]
        cuts = functional.binary_cross_entropy_with_logits(odds, begins) if len(begins) else 0.0
        return asked + CUT_WEIGHT * cuts

    def states(self, rows: Sequence[Sequence[int]]) -> Tensor:
        """(rows, longest, width) in single precision."""
        longest = max(map(len, rows))
        numbers = torch.zeros(len(rows), longest, dtype=torch.long)
        hidden = torch.full((len(rows), 1, 1, longest), -1e4, dtype=torch.bfloat16)
        for at, row in enumerate(rows):
            numbers[at, : len(row)] = torch.tensor(row)
            hidden[at, :, :, : len(row)] = 0
        half = {n: weight.bfloat16() for n, weight in self.model.items() if n != "words"}
        words = functional.embedding(numbers, self.model["words"]).bfloat16()
        states = self._dropped(_level(words + half["places"][:longest], half, "start"))
        for layer in range(LAYERS):
            seen = _linear(_attend(states, half, layer, hidden), half, f"{layer}_mixed")
            states = _level(states + self._dropped(seen), half, f"{layer}_level")
            inner = functional.gelu(_linear(states, half, f"{layer}_widen"))
            thought = _linear(inner, half, f"{layer}_narrow")
            states = _level(states + self._dropped(thought), half, f"{layer}_last")
        return states.float()

    def _dropped(self, states: Tensor) -> Tensor:
        """The same numbers hidden of each word: to draw each apart takes a tenth of the time."""
        rows, _, width = states.shape
        kept = functional.dropout(states.new_ones(rows, 1, width), DROPPED, self.training)
        return states * kept

    def packed(self) -> dict[str, NDArray[Any]]:
        """The arrays of the encoder's files: matrices and word vectors in few levels."""
        arrays: dict[str, NDArray[Any]] = {
            "pieces": np.frombuffer("\n".join(self.pieces).encode(), dtype=np.uint8)
        }
        for name, weight in self.model.items():
            numbers = weight.detach().numpy()
            if name == "words" or name.endswith(MATRICES):
                arrays |= _in_levels(name, numbers)
            else:
                arrays[name] = numbers
        arrays["judge"] = self.judge.weight.detach().numpy().T.copy()
        arrays["judge_bias"] = self.judge.bias.detach().numpy()
        arrays["joint"] = self.joint.weight.detach().numpy()[0]
        arrays["joint_bias"] = self.joint.bias.detach().numpy()[0]
        return arrays


def start_words(
    vectors: Floats, names: Sequence[str], pieces: Sequence[str], glosses: Mapping[str, str]
) -> Floats:
    """The vector of each of `pieces`, from those of the model's `names`."""
    rows = {name: row for row, name in enumerate(names)}
    model = WordPieces(names)

    def vector(piece: str) -> Floats:
        if piece not in glosses:
            return np.asarray(vectors[rows[piece]])
        found = [number for word in glosses[piece].split() for number in model.of(word)]
        return np.asarray(vectors[found].mean(axis=0))

    return np.array([vector(piece) for piece in pieces], dtype=np.float32)


def first_layers(tensors: dict[str, Floats]) -> dict[str, Any]:
    """The model's numbers under the encoder's names; the query bears the attention's scale."""
    start = "embeddings."
    kinds = tensors[f"{start}token_type_embeddings.weight"]
    found = {
        "words": tensors[f"{start}word_embeddings.weight"],
        "places": tensors[f"{start}position_embeddings.weight"][: MAX_PIECES + 2] + kinds[0],
        **_named(tensors, f"{start}LayerNorm", "start_scale", "start_bias"),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}."
        for kind in ("weight", "bias"):
            parts = [tensors[f"{name}attention.self.{w}.{kind}"] for w in ("query", "key", "value")]
            parts[0] = parts[0] / np.float32(np.sqrt(parts[0].shape[0] // HEADS))
            found[f"{layer}_mix" if kind == "weight" else f"{layer}_mix_bias"] = np.concatenate(
                parts
            )
        for theirs, ours in (
            ("attention.output.dense", "mixed"),
            ("intermediate.dense", "widen"),
            ("output.dense", "narrow"),
        ):
            found |= _named(tensors, name + theirs, f"{layer}_{ours}", f"{layer}_{ours}_bias")
        for theirs, ours in (("attention.output", "level"), ("output", "last")):
            names = (f"{layer}_{ours}_scale", f"{layer}_{ours}_bias")
            found |= _named(tensors, f"{name}{theirs}.LayerNorm", *names)
    return found


def _named(tensors: dict[str, Floats], theirs: str, weight: str, bias: str) -> dict[str, Any]:
    return {weight: tensors[f"{theirs}.weight"], bias: tensors[f"{theirs}.bias"]}


def _attend(states: Tensor, table: dict[str, Tensor], layer: int, hidden: Tensor) -> Tensor:
    rows, length, width = states.shape
    mixed = _linear(states, table, f"{layer}_mix").view(rows, length, 3, HEADS, width // HEADS)
    query, key, value = mixed.permute(2, 0, 3, 1, 4)
    shares = (query @ key.transpose(-1, -2) + hidden).softmax(-1)
    return (shares @ value).transpose(1, 2).reshape(rows, length, width)


def _linear(states: Tensor, table: dict[str, Tensor], name: str) -> Tensor:
    return functional.linear(states, table[name], table[f"{name}_bias"])


def _level(states: Tensor, table: dict[str, Tensor], name: str) -> Tensor:
    scale, bias = table[f"{name}_scale"], table[f"{name}_bias"]
    return functional.layer_norm(states, scale.shape, scale, bias, 1e-12)


def _means(states: Tensor, spans: Tensor) -> Tensor:
    """The mean state of each (row, first piece, end)."""
    sums = functional.pad(states.cumsum(1), (0, 0, 1, 0))
    row, first, last = spans.T
    return (sums[row, last] - sums[row, first]) / (last - first)[:, None]


def _targets(rows: Sequence[Row]) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """(row, piece, piece) of the stretches, their classes, (row, piece) of words, if they begin."""
    spans = [(at, *span) for at, row in enumerate(rows) for span in row.spans]
    places = [(at, *place) for at, row in enumerate(rows) for place in row.places]
    stretches = torch.tensor(spans)
    return (
        stretches[:, :3],
        stretches[:, 3],
        torch.tensor([place[:2] for place in places], dtype=torch.long).view(-1, 2),
        torch.tensor([begins for *_, begins in places]),
    )


def _in_levels(name: str, numbers: Floats) -> dict[str, NDArray[Any]]:
    """A whole number of steps for each, with a step for each row."""
    steps = np.maximum(np.abs(numbers).max(axis=1) / LEVELS, np.float32(1e-9))
    return {name: np.round(numbers / steps[:, None]).astype(np.int8), f"{name}_step": steps}
