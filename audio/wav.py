"""RIFF/WAVE files with 16-bit PCM, the form in which recordings come and go."""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.errors import SoundUnreadable

_PCM = 1
_EXTENSIBLE = 0xFFFE
_UNKNOWN_SIZE = 0xFFFFFFFF
"""Written by programs that stream a WAV and cannot know its length: sound goes on to the end."""


def read_wav(source: bytes | Path) -> tuple[NDArray[np.int16], int]:
    """Samples of shape (channels, samples) and the rate in Hz; raises SoundUnreadable."""
    name = source.name if isinstance(source, Path) else "<bytes>"
    data = _bytes_of(source, name)
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise SoundUnreadable(name, f"starts with {data[:4]!r}, not with a RIFF/WAVE header")
    chunks = dict(_chunks(data, name))
    if b"fmt " not in chunks or b"data" not in chunks:
        raise SoundUnreadable(name, f"has chunks {sorted(chunks)}, needs 'fmt ' and 'data'")
    channels, rate = _format(chunks[b"fmt "], name)
    sound = chunks[b"data"]
    frame = 2 * channels
    if len(sound) < frame:
        raise SoundUnreadable(name, "holds no samples")
    if len(sound) % frame:
        raise SoundUnreadable(name, f"ends inside a sample ({len(sound)} bytes, {frame} a sample)")
    samples = np.frombuffer(sound, dtype="<i2").astype(np.int16)
    return np.ascontiguousarray(samples.reshape(-1, channels).T), rate


def write_wav(path: Path, pcm: NDArray[np.int16], rate: int) -> None:
    """Write samples of shape (samples,) or (channels, samples) as a 16-bit WAV."""
    path.write_bytes(wav_bytes(pcm, rate))


def wav_bytes(pcm: NDArray[np.int16], rate: int) -> bytes:
    """A whole WAV file in memory."""
    shaped = np.atleast_2d(pcm)
    channels = shaped.shape[0]
    sound = shaped.T.astype("<i2").tobytes()
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        *(b"RIFF", 36 + len(sound), b"WAVE", b"fmt ", 16, _PCM, channels),
        *(rate, rate * channels * 2, channels * 2, 16, b"data", len(sound)),
    )
    return header + sound


def _bytes_of(source: bytes | Path, name: str) -> bytes:
    if isinstance(source, bytes):
        return source
    try:
        return source.read_bytes()
    except OSError as error:
        raise SoundUnreadable(name, f"{error.strerror or error}") from error


def _chunks(data: bytes, name: str) -> Iterator[tuple[bytes, bytes]]:
    """Chunks in file order; a chunk that promises more bytes than the file has is an error."""
    at = 12
    while at + 8 <= len(data):
        kind, size = struct.unpack_from("<4sI", data, at)
        left = len(data) - at - 8
        if size == _UNKNOWN_SIZE:
            size = left
        if size > left:
            wanted = kind.decode("latin-1")
            raise SoundUnreadable(
                name, f"is cut off: chunk {wanted!r} says {size} bytes, {left} are there"
            )
        yield kind, data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _format(chunk: bytes, name: str) -> tuple[int, int]:
    """Channels and rate; only 16-bit PCM is taken."""
    if len(chunk) < 16:
        raise SoundUnreadable(name, f"has a 'fmt ' chunk of {len(chunk)} bytes, needs 16")
    kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if kind == _EXTENSIBLE and len(chunk) >= 26:
        kind = struct.unpack_from("<H", chunk, 24)[0]
    if kind != _PCM or bits != 16:
        raise SoundUnreadable(name, f"is WAVE format {kind} with {bits} bits, needs 16-bit PCM (1)")
    if channels == 0 or rate == 0:
        raise SoundUnreadable(name, f"says {channels} channels at {rate} Hz, needs at least 1 each")
    return channels, rate
