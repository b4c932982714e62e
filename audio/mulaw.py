"""G.711 mu-law by table: one byte a sample on the line, int16 inside the house."""

import numpy as np
from numpy.typing import NDArray

from audio.frames import FRAME_BYTES

_BIAS = 0x84
_CLIP = 32635
"""Louder samples take the last code; G.711 in 16-bit steps, bias included stays within 15 bits."""

SILENCE = b"\xff" * FRAME_BYTES
"""One 20 ms frame of digital silence (0xFF is +0)."""


def _decode_table() -> NDArray[np.int16]:
    code = ~np.arange(256, dtype=np.uint8)
    exponent = (code >> 4) & 0x07
    magnitude = ((((code & 0x0F).astype(np.int32) << 3) + _BIAS) << exponent) - _BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _encode_table() -> NDArray[np.uint8]:
    """Codes of all 65,536 samples, indexed by the sample read as uint16."""
    sample = np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int32)
    biased = np.minimum(np.abs(sample), _CLIP) + _BIAS
    exponent = np.floor(np.log2(biased)).astype(np.int32) - 7
    mantissa = (biased >> (exponent + 3)) & 0x0F
    sign = np.where(sample < 0, 0x80, 0)
    codes: NDArray[np.uint8] = (~(sign | (exponent << 4) | mantissa) & 0xFF).astype(np.uint8)
    return codes


_DECODE = _decode_table()
_ENCODE = _encode_table()


def encode(pcm: NDArray[np.int16]) -> bytes:
    """Mu-law bytes of int16 samples."""
    return _ENCODE[np.ascontiguousarray(pcm, dtype=np.int16).view(np.uint16)].tobytes()


def decode(data: bytes) -> NDArray[np.int16]:
    """Samples of mu-law bytes; the result is the caller's own, writable array."""
    return _DECODE[np.frombuffer(data, dtype=np.uint8)]
