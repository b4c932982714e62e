"""A tiny sentence model with made-up numbers, in the files of a real one."""

import json
from pathlib import Path

import numpy as np

LAYERS = 6
PIECES = (
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz,",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz"),
    "parcel", "box", "##es", "late", "where", "is", "my", "refund", "it", "and",
)  # fmt: skip


def make_sentence_model(folder: Path, width: int) -> Path:
    """Write model.safetensors and vocab.txt; the same every time."""
    tensors = {
        "embeddings.word_embeddings.weight": (len(PIECES), width),
        "embeddings.position_embeddings.weight": (140, width),
        "embeddings.token_type_embeddings.weight": (2, width),
        **_norm("embeddings.LayerNorm", width),
    }
    for layer in range(LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            tensors |= _linear(f"{name}.attention.{part}", width, width)
        tensors |= _linear(f"{name}.intermediate.dense", width, 32)
        tensors |= _linear(f"{name}.output.dense", 32, width)
        tensors |= _norm(f"{name}.attention.output.LayerNorm", width)
        tensors |= _norm(f"{name}.output.LayerNorm", width)
    chance = np.random.default_rng(1)
    arrays = {n: (chance.standard_normal(s) / 8).astype(np.float32) for n, s in tensors.items()}
    for name in arrays:
        if name.endswith("LayerNorm.weight"):
            arrays[name] += 1
    _write_safetensors(folder / "model.safetensors", arrays)
    (folder / "vocab.txt").write_text("\n".join(PIECES), encoding="utf-8")
    return folder


def _linear(name: str, width_in: int, width_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width_out, width_in), f"{name}.bias": (width_out,)}


def _norm(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (width,), f"{name}.bias": (width,)}


def _write_safetensors(path: Path, arrays: dict[str, np.ndarray]) -> None:
    head, at = {}, 0
    for name, array in arrays.items():
        offsets = [at, at + array.nbytes]
        head[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": offsets}
        at += array.nbytes
    text = json.dumps({"__metadata__": {"format": "pt"}, **head}).encode()
    data = b"".join(array.tobytes() for array in arrays.values())
    path.write_bytes(len(text).to_bytes(8, "little") + text + data)
