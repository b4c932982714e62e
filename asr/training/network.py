"""The acoustic network while it learns, in PyTorch; see `acoustic_network` for what it computes.

Never in a process that has loaded vosk or kaldifst: all three bring thread pools of their own.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from asr.training.acoustic_network import NetworkShape
from asr.training.features import CEPSTRA
from asr.training.labels import STEP


class LearningBlock(nn.Module):  # type: ignore[misc]
    """One step of context to either side, added to what came in."""

    def __init__(self, shape: NetworkShape, dropout: float) -> None:
        super().__init__()
        self.narrow = nn.Linear(2 * shape.width, shape.narrow, bias=False)
        self.wide = nn.Linear(2 * shape.narrow, shape.width, bias=False)
        self.norm = nn.BatchNorm1d(shape.width)
        self._dropout = dropout

    def forward(self, x: Tensor) -> Tensor:
        """[batch, steps, width] -> two steps fewer."""
        before, here = self.narrow.weight.chunk(2, dim=1)
        # two products instead of one with both steps side by side: nothing wide is copied
        joined = functional.linear(x, before)[:, :-1] + functional.linear(x, here)[:, 1:]
        y = self.wide(torch.cat([joined[:, :-1], joined[:, 1:]], dim=-1))
        y = functional.relu(_normalised(self.norm, y))
        if self.training and self._dropout:
            y = y * self._mask(y)
        return x[:, 1:-1] + y

    def _mask(self, y: Tensor) -> Tensor:
        """Which units are left out, the same over the whole chunk."""
        kept = 1 - self._dropout
        chances = torch.rand(y.shape[0], 1, y.shape[2])
        return ((chances < kept) / kept).to(y.dtype)


class LearningNetwork(nn.Module):  # type: ignore[misc]
    """Features in, scores of every output (before the softmax) out."""

    mean: Tensor
    scale: Tensor

    def __init__(self, shape: NetworkShape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        self.register_buffer("mean", torch.zeros(CEPSTRA))
        self.register_buffer("scale", torch.ones(CEPSTRA))
        self.first = nn.Linear(shape.window * CEPSTRA, shape.width, bias=False)
        self.first_norm = nn.BatchNorm1d(shape.width)
        self.blocks = nn.ModuleList(LearningBlock(shape, dropout) for _ in range(shape.blocks))
        self.last = nn.Linear(shape.width, shape.outputs)

    def forward(self, features: Tensor) -> Tensor:
        """[batch, frames with their context, cepstra] -> [batch, decoded frames, outputs]."""
        x = (features - self.mean) * self.scale
        windows = x.unfold(1, self.shape.window, STEP).transpose(2, 3).flatten(2)
        x = functional.relu(_normalised(self.first_norm, self.first(windows)))
        for block in self.blocks:
            x = block(x)
        scores: Tensor = self.last(x)
        return scores

    def normalise_by(self, features: Tensor) -> None:
        """Take mean and scale of the input from a sample of it."""
        rows = features.reshape(-1, CEPSTRA)
        self.mean.copy_(rows.mean(dim=0))
        self.scale.copy_(1 / rows.std(dim=0).clamp_min(1e-3))


def _normalised(norm: nn.BatchNorm1d, x: Tensor) -> Tensor:
    y: Tensor = norm(x.flatten(0, 1))
    return y.view(x.shape)
