"""A trained network without its normalisations: each becomes part of the affine layer before it."""

import numpy as np
from torch import Tensor, nn

from asr.training.acoustic_network import AcousticNetwork, Affine, Block, Matrix
from asr.training.network import LearningBlock, LearningNetwork


def folded(network: LearningNetwork, priors: Matrix) -> AcousticNetwork:
    """The same function of features as `network` in evaluation mode."""
    blocks = [_block(block) for block in network.blocks if isinstance(block, LearningBlock)]
    return AcousticNetwork(
        network.shape, _first(network), blocks, _plain(network.last), priors.astype(np.float32)
    )


def _block(block: LearningBlock) -> Block:
    narrow = _numbers(block.narrow.weight)
    return Block(
        _affine(narrow, np.zeros(len(narrow))),
        _normalising(_numbers(block.wide.weight), block.norm),
    )


def _first(network: LearningNetwork) -> Affine:
    """The input's mean and scale belong to the weights that read it."""
    scale = np.tile(_numbers(network.scale), network.shape.window)
    mean = np.tile(_numbers(network.mean), network.shape.window)
    weights = _numbers(network.first.weight) * scale
    return _normalising(weights, network.first_norm, -weights @ mean)


def _plain(layer: nn.Linear) -> Affine:
    return _affine(_numbers(layer.weight), _numbers(layer.bias))


def _normalising(
    weights: np.ndarray, norm: nn.BatchNorm1d, bias: np.ndarray | float = 0.0
) -> Affine:
    mean, variance = norm.running_mean, norm.running_var
    assert mean is not None and variance is not None
    scale = _numbers(norm.weight) / np.sqrt(_numbers(variance) + norm.eps)
    shift = _numbers(norm.bias) + (bias - _numbers(mean)) * scale
    return _affine(weights * scale[:, None], shift)


def _affine(weights: np.ndarray, bias: np.ndarray) -> Affine:
    return Affine(weights.astype(np.float32), bias.astype(np.float32))


def _numbers(tensor: Tensor) -> np.ndarray:
    numbers: np.ndarray = tensor.detach().double().numpy()
    return numbers
