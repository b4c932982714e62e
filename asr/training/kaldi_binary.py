"""Kaldi's binary files, as far as our models need them: tokens, numbers, vectors and matrices.

A file begins with a zero byte and `B`; a token ends with one space; a number follows the count of
its bytes. All numbers are little-endian.
"""

import struct
from collections.abc import Sequence

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


_PACKED_FROM = 20000
"""Numbers; smaller matrices are cheap and keep their precision."""
_HIGHEST_BYTE = 255


class Writer:
    """Gathers the bytes of one file."""

    def __init__(self) -> None:
        self._pieces = [HEADER]

    def data(self) -> bytes:
        """Everything that was written."""
        return b"".join(self._pieces)

    def token(self, name: str) -> None:
        """A word and the space after it."""
        self._pieces.append(name.encode("ascii") + b" ")

    def text(self, lines: str) -> None:
        """Plain text, as it is."""
        self._pieces.append(lines.encode("ascii"))

    def integer(self, value: int) -> None:
        """An int32."""
        self._pieces.append(b"\x04" + struct.pack("<i", value))

    def real(self, value: float) -> None:
        """A float."""
        self._pieces.append(b"\x04" + struct.pack("<f", value))

    def double(self, value: float) -> None:
        """A double."""
        self._pieces.append(b"\x08" + struct.pack("<d", value))

    def integers(self, values: Sequence[int]) -> None:
        """A vector of int32."""
        self._pieces.append(b"\x04" + struct.pack(f"<i{len(values)}i", len(values), *values))

    def floats(self, values: Sequence[float] | NDArray[np.floating]) -> None:
        """A vector of floats, token FV."""
        numbers = np.asarray(values, "<f4")
        self.token("FV")
        self.integer(numbers.size)
        self._pieces.append(numbers.tobytes())

    def matrix(self, values: NDArray[np.floating]) -> None:
        """A matrix of floats (token FM), or a byte a number where it is large (token CM3)."""
        numbers = np.ascontiguousarray(values, "<f4")
        rows, columns = numbers.shape
        if numbers.size >= _PACKED_FROM:
            lowest, extent, packed = packed_bytes(numbers)
            self.token("CM3")
            self._pieces.append(struct.pack("<ffii", lowest, extent, rows, columns))
            self._pieces.append(packed.tobytes())
            return
        self.token("FM")
        self.integer(rows)
        self.integer(columns)
        self._pieces.append(numbers.tobytes())


def packed_bytes(numbers: NDArray[np.float32]) -> tuple[float, float, NDArray[np.uint8]]:
    """The lowest number, how far the highest is from it, and each one's place between in 255ths."""
    lowest = float(numbers.min())
    extent = max(float(numbers.max()) - lowest, 1e-6)
    places = np.round((numbers - lowest) * (_HIGHEST_BYTE / extent))
    return lowest, extent, np.clip(places, 0, _HIGHEST_BYTE).astype(np.uint8)
