"""Kaldi's binary files, as far as a graph needs them: tokens, numbers and vectors.

A file begins with a zero byte and `B`; a token ends with one space; a number follows the count of
its bytes. All numbers are little-endian.
"""

import struct

import numpy as np
from numpy.typing import NDArray

HEADER = b"\0B"
_LONGEST_TOKEN = 64


class Malformed(ValueError):
    """Bytes that are not what was expected at this place."""


class Reader:
    """Walks over the bytes of one file; every method raises Malformed."""

    def __init__(self, data: bytes) -> None:
        if data[:2] != HEADER:
            raise Malformed("it does not begin as a Kaldi binary file")
        self._data = data
        self._at = len(HEADER)

    def expect(self, token: str) -> None:
        """Read this very token."""
        found = self.token()
        if found != token:
            raise Malformed(f"{found!r} stands at byte {self._at} instead of {token!r}")

    def token(self) -> str:
        """The next word, up to a space."""
        end = self._data.find(b" ", self._at, self._at + _LONGEST_TOKEN)
        if end < 0:
            raise Malformed(f"no token at byte {self._at}")
        found = self._data[self._at : end]
        self._at = end + 1
        return found.decode("ascii", "replace")

    def integer(self) -> int:
        """An int32."""
        return int(self._number("<i"))

    def real(self) -> float:
        """A float."""
        return float(self._number("<f"))

    def integers(self) -> list[int]:
        """A vector of int32: their size, their count without a size, and they."""
        if self._take(1) != b"\x04":
            raise Malformed(f"no vector of integers at byte {self._at}")
        (count,) = struct.unpack("<i", self._take(4))
        return [int(n) for n in np.frombuffer(self._take(4 * count), "<i4")]

    def floats(self) -> NDArray[np.float32]:
        """A vector of floats, token FV."""
        self.expect("FV")
        return np.frombuffer(self._take(4 * self.integer()), "<f4")

    def _number(self, kind: str) -> float:
        if self._take(1) != bytes([struct.calcsize(kind)]):
            raise Malformed(f"no number at byte {self._at}")
        (value,) = struct.unpack(kind, self._take(struct.calcsize(kind)))
        return float(value)

    def _take(self, count: int) -> bytes:
        if count < 0 or self._at + count > len(self._data):
            raise Malformed(f"it ends in the middle, after {len(self._data)} bytes")
        taken = self._data[self._at : self._at + count]
        self._at += count
        return taken
