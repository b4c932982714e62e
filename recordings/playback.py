"""What a player in the browser needs: byte ranges (RFC 9110, section 14) and a waveform's peaks."""

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recordings.errors import RangeRefused

_ONE_RANGE = re.compile(r"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ByteRange:
    """Bytes `first` to `last`, both included, of `size`."""

    first: int
    last: int
    size: int

    @property
    def length(self) -> int:
        """Bytes to send."""
        return self.last - self.first + 1

    @property
    def header(self) -> str:
        """The value of Content-Range."""
        return f"bytes {self.first}-{self.last}/{self.size}"


def parse_range(header: str | None, size: int) -> ByteRange | None:
    """The part to answer 206 with; None: send all with 200; RangeRefused: answer 416.

    Several ranges at once and other units are answered with the whole file, as the RFC allows.
    """
    shape = _ONE_RANGE.fullmatch(header or "")
    if shape is None or shape.groups() == ("", ""):
        return None
    first_text, last_text = shape.groups()
    if not first_text:  # "-500": the last 500 bytes
        return _suffix(int(last_text), size, header or "")
    first = int(first_text)
    last = int(last_text) if last_text else size - 1
    if last_text and last < first:
        return None  # malformed, which is to be ignored
    if first >= size:
        raise RangeRefused(header or "", size)
    return ByteRange(first, min(last, size - 1), size)


def _suffix(length: int, size: int, header: str) -> ByteRange:
    if length == 0 or size == 0:
        raise RangeRefused(header, size)
    return ByteRange(max(0, size - length), size - 1, size)


def peaks(samples: NDArray[np.int16], bins: int) -> list[list[float]]:
    """The loudest sample (0-1) of each of `bins` equal stretches, a list per channel.

    `samples` has shape (channels, samples) as `audio.wav.read_wav` gives it.
    """
    if bins < 1:
        raise ValueError(f"{bins} bins; a waveform has at least 1")
    shaped = np.atleast_2d(samples)
    count = shaped.shape[1]
    if count == 0:
        return [[0.0] * bins for _ in shaped]
    starts = np.minimum(np.arange(bins) * count // bins, count - 1)
    # Both extremes as int16: the absolute value of hours of sound would fill the memory.
    highest = np.maximum.reduceat(shaped, starts, axis=1).astype(np.int32)
    lowest = np.minimum.reduceat(shaped, starts, axis=1).astype(np.int32)
    loudest = np.maximum(highest, -lowest) / 32768
    return [[round(max(0.0, float(value)), 4) for value in channel] for channel in loudest]
