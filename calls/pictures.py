"""Is this a picture, and what of it is kept? By its content: JPEG (ITU-T T.81) or PNG (RFC 2083).

Whatever says where and with what it was taken is left out, and what hangs on behind the picture;
how it is to be turned stays.
"""

import zlib
from dataclasses import dataclass

from calls import photo_turn
from calls.errors import NoPicture

MAX_BYTES = 8 * 1024 * 1024
"""Telephones make pictures of three to six."""
MIN_SIDE, MAX_SIDE, MAX_PIXELS = 16, 12_000, 60_000_000
"""A few bytes can claim a picture that fills a browser's memory."""
_JPEG, _PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
_SIZES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's frame headers, with height and width."""
_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""JPEG's markers without a length."""
_DROPPED = frozenset({0xE1, *range(0xE3, 0xEE), 0xEF, 0xFE})
"""JPEG's segments of applications (place, device, thumbnails) and comments; E0, E2 and EE (size,
colours) stay."""
_SCAN, _END = 0xDA, 0xD9
_EXIF, _EXIF_HEAD = 0xE1, b"Exif\0\0"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"IDAT", b"IEND"}
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that may be kept and shown."""

    kind: str
    """jpeg or png."""
    width: int
    height: int
    data: bytes


def picture_of(data: bytes) -> Picture:
    """The picture without what tells of people; raises NoPicture."""
    if len(data) > MAX_BYTES:
        raise NoPicture("too_large")
    try:
        if data.startswith(_JPEG):
            found = _jpeg(data)
        elif data.startswith(_PNG):
            found = _png(data)
        else:
            raise NoPicture("other_kind")
    except IndexError as cut:
        raise NoPicture("broken") from cut
    sides = (found.width, found.height)
    if min(sides) < MIN_SIDE or max(sides) > MAX_SIDE or sides[0] * sides[1] > MAX_PIXELS:
        raise NoPicture("wrong_size")
    return found


def kind_of(head: bytes) -> str:
    """Of a picture that was kept."""
    return "png" if head.startswith(_PNG) else "jpeg"


def _jpeg(data: bytes) -> Picture:
    kept, at, size = [data[:2]], 2, (0, 0)
    while True:
        if data[at] != 0xFF:
            raise NoPicture("broken")
        marker = data[at + 1]
        if marker == 0xFF:  # fill
            at += 1
            continue
        if marker == _END:
            return Picture("jpeg", *size, b"".join((*kept, data[at : at + 2])))
        if marker in _BARE:
            kept.append(data[at : at + 2])
            at += 2
            continue
        end = at + 2 + (data[at + 2] << 8 | data[at + 3])
        if marker in _SIZES:
            height, width = data[at + 5 : at + 7], data[at + 7 : at + 9]
            size = int.from_bytes(width, "big"), int.from_bytes(height, "big")
        if marker == _SCAN:
            end = _after_scan(data, end)
        kept.append(_kept_segment(marker, data[at:end]))
        at = end


def _kept_segment(marker: int, segment: bytes) -> bytes:
    """What stays of one of JPEG's segments, marker and length included."""
    if marker == _EXIF:  # what else is told in such segments is no TIFF
        tiff = photo_turn.bare(segment[4:].removeprefix(_EXIF_HEAD))
        body = _EXIF_HEAD + tiff
        return segment[:2] + (len(body) + 2).to_bytes(2, "big") + body if tiff else b""
    return b"" if marker in _DROPPED else segment


def _after_scan(data: bytes, at: int) -> int:
    """The next marker after the coded samples; inside them FF is followed by 00 or a restart."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0:
            raise NoPicture("broken")
        if data[at + 1] and not 0xD0 <= data[at + 1] <= 0xD7:
            return at
        at += 2


def _png(data: bytes) -> Picture:
    kept, at, size = [_PNG], len(_PNG), (0, 0)
    while True:
        length = int.from_bytes(data[at : at + 4], "big")
        chunk, name = data[at : at + 12 + length], data[at + 4 : at + 8]
        if len(chunk) < 12 + length or zlib.crc32(chunk[4:-4]) != int.from_bytes(chunk[-4:], "big"):
            raise NoPicture("broken")
        if name == b"IHDR":
            size = int.from_bytes(chunk[8:12], "big"), int.from_bytes(chunk[12:16], "big")
        kept.append(_kept_chunk(name, chunk))
        if name == b"IEND":
            return Picture("png", *size, b"".join(kept))
        at += len(chunk)


def _kept_chunk(name: bytes, chunk: bytes) -> bytes:
    """What stays of one of PNG's chunks, length and checksum included."""
    if name == b"eXIf" and (tiff := photo_turn.bare(chunk[8:-4])):
        body = name + tiff
        return len(tiff).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big")
    return chunk if name in _PNG_KEPT else b""
