"""A small convolutional network over a picture of the voice: numpy alone, ready for a live call.

Trained by `emotion.network_training`; a test holds both to the same numbers.
"""

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emotion.errors import WeightsInvalid
from emotion.picture import COLUMNS, Picture
from emotion.weights import Weights

Numbers = NDArray[np.float64]
Single = NDArray[np.float32]

REACH = 5
"""Frames under one kernel, 100 ms."""
STRIDES = (1, 2, 1)
"""The second layer looks at every other frame."""


@dataclass(frozen=True, slots=True)
class Network:
    """Three convolutions, the mean and some attentive means of the last, and a softmax."""

    version: str
    """That of the weights which it was trained with."""
    classes: tuple[str, ...]
    kernels: tuple[Single, ...]
    """One a layer, inputs * REACH x units; batch normalisation is folded in."""
    biases: tuple[Single, ...]
    attention: Single
    """Units x heads; a shift of a head moves nothing, so there is none."""
    output: Single
    """Units * (1 + heads) x classes."""
    output_bias: Single

    def chances(self, heard: Picture) -> Numbers:
        """Probabilities of `classes` for one picture, its pitch measured from calm."""
        signal = heard
        for kernel, bias, stride in zip(self.kernels, self.biases, STRIDES, strict=True):
            signal = np.maximum(_unrolled(signal, stride) @ kernel + bias, 0.0)
        attended = _softmax(signal @ self.attention).T @ signal
        pooled = np.concatenate([signal.mean(axis=0), attended.ravel()])
        return _softmax((pooled @ self.output + self.output_bias).astype(np.float64))

    def problem(self) -> str | None:
        """What is wrong with it, or None."""
        wanted = _shapes(self)
        arrays = (*self.kernels, *self.biases, self.attention, self.output, self.output_bias)
        for array, shape in zip(arrays, wanted, strict=True):
            if array.shape != shape:
                return f"an array of the network is {array.shape}, {shape} needed"
            if not np.isfinite(array).all():
                return "a number of the network is not finite"
        return None


def _shapes(network: Network) -> list[tuple[int, ...]]:
    units, heads = len(network.biases[0]), network.attention.shape[-1]
    classes = len(network.classes)
    deep = (units * REACH, units)
    return [
        *((COLUMNS * REACH, units), deep, deep),
        *((units,) for _ in STRIDES),
        *((units, heads), (units * (1 + heads), classes), (classes,)),
    ]


def _unrolled(signal: Single, stride: int) -> Single:
    """Each frame beside its neighbours, silence beyond the ends."""
    padded = np.pad(signal, ((REACH // 2, REACH // 2), (0, 0)))
    around = np.lib.stride_tricks.sliding_window_view(padded, REACH, axis=0)[::stride]
    return around.reshape(len(around), -1)


def _softmax(scores: NDArray[Any]) -> NDArray[Any]:
    """Along the first axis."""
    powers = np.exp(scores - scores.max(axis=0))
    shares: NDArray[Any] = powers / powers.sum(axis=0)
    return shares


def network_of(path: Path, models: Sequence[Weights]) -> Network | None:
    """The network beside the weights file `path`, if there is one; raises WeightsInvalid."""
    beside = path.with_suffix(".npz")
    if not beside.is_file():
        return None
    network = load_network(beside)
    for weights in models:
        if weights.version != network.version:
            raise WeightsInvalid(
                beside, f"it is of version {network.version!r}, its weights of {weights.version!r}"
            )
        missing = sorted(set(weights.classes) - set(network.classes))
        if missing or "pitch" not in weights.features:
            raise WeightsInvalid(beside, f"it lacks {', '.join(missing) or 'the feature pitch'}")
    return network


def load_network(path: Path) -> Network:
    """Read and check; raises WeightsInvalid."""
    try:
        with np.load(path, allow_pickle=False) as file:
            network = Network(
                version=str(file["version"]),
                classes=tuple(str(name) for name in file["classes"]),
                kernels=tuple(file[f"kernel{n}"] for n in range(len(STRIDES))),
                biases=tuple(file[f"bias{n}"] for n in range(len(STRIDES))),
                attention=file["attention"],
                output=file["output"],
                output_bias=file["output_bias"],
            )
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise WeightsInvalid(path, str(error)) from error
    problem = network.problem()
    if problem:
        raise WeightsInvalid(path, problem)
    return network


def save_network(path: Path, network: Network) -> None:
    """Write it as npz."""
    arrays: dict[str, Any] = {
        "version": np.array(network.version),
        "classes": np.array(network.classes),
        "attention": network.attention,
        "output": network.output,
        "output_bias": network.output_bias,
    }
    arrays |= {f"kernel{n}": kernel for n, kernel in enumerate(network.kernels)}
    arrays |= {f"bias{n}": bias for n, bias in enumerate(network.biases)}
    np.savez_compressed(path, **arrays)
