"""Small pictures, made byte by byte: a PNG, and a JPEG with the parts that a telephone writes."""

import struct
import zlib

PLACE = b"GPS 31.2304 N 121.4737 E"
"""What the picture's metadata tells of where somebody lives."""


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int = 64, height: int = 48, extra: bytes = b"") -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * ((width + 1) * height)) if width * height < 10**6 else b"x"
    text = chunk(b"tEXt", b"Comment\0" + PLACE)
    parts = (chunk(b"IHDR", head), text, chunk(b"IDAT", rows), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + extra


def segment(marker: int, body: bytes) -> bytes:
    return bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body


def jpeg(width: int = 64, height: int = 48, extra: bytes = b"") -> bytes:
    """The parts in their order; the coded samples are none, which only a decoder would notice."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes((1, 0x11, 0))
    scan = segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + b"\x12\xff\x00\x34\xff\xd0\x56"
    return b"".join(
        (
            b"\xff\xd8",
            segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0"),
            segment(0xE1, b"Exif\0\0" + PLACE),
            segment(0xFE, b"made by Mei's telephone"),
            segment(0xDB, b"\0" + bytes(64)),
            segment(0xC0, frame),
            scan,
            b"\xff\xd9",
            extra,
        )
    )
