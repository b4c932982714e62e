"""Trains the acoustic network on labelled frames; goes on where an interrupted run stopped.

The state after each pass is kept: weights, optimiser and the count of sounds. Blocks, dropout and
the rate of learning follow from the seed and the pass, so nothing else has to be.
"""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from asr.training.acoustic_network import AcousticNetwork
from asr.training.errors import CheckpointOfAnotherRun
from asr.training.folding import folded
from asr.training.network import LearningNetwork
from asr.training.training_blocks import NO_LABEL, Block, BlockMakers, Recipe, make_block

_WARM_UP = 0.02
"""Share of the steps over which the rate of learning rises."""
_LARGEST_GRADIENT = 5.0
_DEVELOPMENT_PASS = 1_000_003
"""No training pass has this number: what is measured was augmented in no way that was trained."""


@dataclass(frozen=True, slots=True)
class TrainingPlan:
    """How long and how fast to learn."""

    passes: int
    rate: float = 1.5e-3
    """Highest, of AdamW (Loshchilov and Hutter, 2019); falls to nothing along a line."""
    weight_decay: float = 0.01
    dropout: float = 0.1
    batch: int = 64
    """Chunks."""
    threads: int = 1
    workers: int = 1


@dataclass(frozen=True, slots=True)
class Report:
    """Where the training is."""

    pass_number: int
    """From 0."""
    done: float
    """Share of the whole run."""
    loss: float
    right: float | None = None
    """Share of development frames whose sound is found; only after a pass."""

    def numbers(self) -> dict[str, float]:
        """For a line of progress."""
        shown = {"done": self.done, "total": 1.0, "loss": self.loss, "pass": self.pass_number + 1}
        return shown if self.right is None else {**shown, "right": self.right}


Listener = Callable[[Report], None]


class Training:
    """One run: what is trained, on what, and where its state is kept."""

    def __init__(
        self, recipe: Recipe, development: Recipe, plan: TrainingPlan, state: Path
    ) -> None:
        self._recipe, self._development = recipe, development
        self._plan, self._state = plan, state
        torch.set_num_threads(plan.threads)
        torch.manual_seed(recipe.seed)
        self._network = LearningNetwork(recipe.shape, plan.dropout)
        self._optimizer = torch.optim.AdamW(
            self._network.parameters(), lr=plan.rate, weight_decay=plan.weight_decay
        )
        self._counts: NDArray[np.float64] = np.ones(recipe.shape.outputs)
        self._passes_done = 0
        self._begin()

    def start_from(self, network: Path) -> None:
        """Take the weights of another run's state, unless this one has its own already."""
        if self._passes_done:
            return
        held = torch.load(network, weights_only=True)
        self._network.load_state_dict(held["network"])
        self._counts = held["counts"].double().numpy()

    def run(self, listener: Listener) -> AcousticNetwork:
        """Train to the end and give the folded network; raises CheckpointOfAnotherRun."""
        measured = [make_block(self._development, _DEVELOPMENT_PASS, n)
                    for n in range(self._development.blocks)]  # fmt: skip
        with BlockMakers(self._recipe, self._plan.workers) as makers:
            for pass_number, number, block in makers.blocks(self._passes_done, self._plan.passes):
                if number == 0:
                    torch.manual_seed(self._recipe.seed * 1000 + pass_number)
                loss = self._learn(block, pass_number, number)
                done = self._progress(pass_number, number + 1)
                listener(Report(pass_number, done, loss))
                if number == self._recipe.blocks - 1:
                    self._passes_done = pass_number + 1
                    self._save()
                    listener(Report(pass_number, done, loss, self._right(measured)))
        return self.network()

    def network(self) -> AcousticNetwork:
        """What has been learned so far."""
        return self._folded(self._network)

    def network_towards(self, start: Path, share: float) -> AcousticNetwork:
        """What has been learned, but only `share` of the way from another run's state to here."""
        before = torch.load(start, weights_only=True)["network"]
        between = LearningNetwork(self._recipe.shape)
        between.load_state_dict(
            {
                name: torch.lerp(before[name], now, share) if now.is_floating_point() else now
                for name, now in self._network.state_dict().items()
            }
        )
        return self._folded(between)

    def _folded(self, network: LearningNetwork) -> AcousticNetwork:
        shares = self._counts / self._counts.sum()
        return folded(network.eval(), shares.astype(np.float32))

    def _begin(self) -> None:
        """Go on from the state of an interrupted run, or look at the first block's features."""
        if self._state.is_file():
            self._load()
        else:
            first = make_block(self._recipe, 0, 0)
            self._network.normalise_by(torch.from_numpy(first.features).float())

    def _progress(self, pass_number: int, blocks: float) -> float:
        return (pass_number + blocks / self._recipe.blocks) / self._plan.passes

    def _learn(self, block: Block, pass_number: int, number: int) -> float:
        """All chunks of a block, a batch at a time; the mean loss."""
        self._network.train()
        labels = block.labels
        self._counts += np.bincount(labels[labels != NO_LABEL], minlength=self._counts.size)
        size = self._plan.batch
        losses = []
        for start in range(0, len(labels), size):
            self._set_rate(self._progress(pass_number, number + start / len(labels)))
            loss = self._loss(_batch(block, start, size))
            self._optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._network.parameters(), _LARGEST_GRADIENT)
            self._optimizer.step()
            losses.append(float(loss.detach()))
        return float(np.mean(losses))

    def _set_rate(self, done: float) -> None:
        for group in self._optimizer.param_groups:
            group["lr"] = self._plan.rate * min(1.0, (done + 1e-3) / _WARM_UP) * (1 - done)

    def _loss(self, batch: tuple[Tensor, Tensor]) -> Tensor:
        features, labels = batch
        with _half_precision():
            scores = self._network(features)
        scores = scores.float().flatten(0, 1)
        return functional.cross_entropy(scores, labels.flatten(), ignore_index=NO_LABEL)

    def _right(self, blocks: list[Block]) -> float:
        self._network.eval()
        right = total = 0
        with torch.no_grad():
            for block in blocks:
                for start in range(0, len(block.labels), self._plan.batch):
                    features, labels = _batch(block, start, self._plan.batch)
                    with _half_precision():
                        best = self._network(features).argmax(dim=-1)
                    right += int((best == labels).sum())
                    total += int((labels != NO_LABEL).sum())
        return right / total

    def _mark(self) -> dict[str, Any]:
        """What a state must agree in to be gone on from."""
        plan = {k: v for k, v in asdict(self._plan).items() if k not in ("threads", "workers")}
        sizes = [len(corpus) for corpus in self._recipe.corpora]
        return {"plan": plan, "shape": asdict(self._recipe.shape), "corpora": sizes,
                "seed": self._recipe.seed}  # fmt: skip

    def _save(self) -> None:
        part = self._state.with_suffix(".part")
        torch.save(
            {
                "mark": self._mark(), "passes": self._passes_done,
                "network": self._network.state_dict(), "optimizer": self._optimizer.state_dict(),
                "counts": torch.from_numpy(self._counts),
            },
            part,
        )  # fmt: skip
        os.replace(part, self._state)

    def _load(self) -> None:
        held = torch.load(self._state, weights_only=True)
        if held["mark"] != self._mark():
            raise CheckpointOfAnotherRun(self._state)
        self._network.load_state_dict(held["network"])
        self._optimizer.load_state_dict(held["optimizer"])
        self._counts = held["counts"].double().numpy()
        self._passes_done = held["passes"]


def _batch(block: Block, start: int, size: int) -> tuple[Tensor, Tensor]:
    features = torch.from_numpy(block.features[start : start + size]).float()
    return features, torch.from_numpy(block.labels[start : start + size]).long()


def _half_precision() -> Any:
    """bfloat16 where the processor multiplies it many times faster (AMX), else as it is."""
    fast = torch.cpu._is_amx_tile_supported()
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=fast)
