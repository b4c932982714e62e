"""Small pictures, made byte by byte: a PNG, and a JPEG with the parts that a telephone writes.

Those with corners can be looked at: each quarter has a grey of its own.
"""

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


GREYS = (0, 80, 160, 240)
"""Of a picture's quarters as its samples have them: left and right above, left and right below."""


def exif(turn: int, order: str = "<") -> bytes:
    """A TIFF block as telephones write it: a text, the orientation, and another directory."""
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, 2)
    text = struct.pack(f"{order}HHII", 0x010E, 2, len(PLACE), 38)
    turned = struct.pack(f"{order}HHIHH", 0x0112, 3, 1, turn, 0)
    return head + text + turned + struct.pack(f"{order}I", 0) + PLACE


def corners_jpeg(tiff: bytes, width: int = 64, height: int = 48) -> bytes:
    """Blocks of one grey each: a difference in four bits and its value, then the block's end."""
    bits, last = "", 0
    for row in range(height // 8):
        for column in range(width // 8):
            grey = GREYS[2 * (row >= height // 16) + (column >= width // 16)] - 128
            step, last = grey - last, grey
            size = abs(step).bit_length()
            value = step if step > 0 else step + 2**size - 1
            bits += f"{size:04b}" + (f"{value:0{size}b}" if size else "") + "0"
    bits += "1" * (-len(bits) % 8)
    coded = bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits), 8))
    frame = struct.pack(">BHHB", 8, height, width, 1) + bytes((1, 0x11, 0))
    sizes = b"\0" + bytes((0, 0, 0, 9, *(0,) * 12, *range(9)))
    ends = b"\x10" + bytes((1, *(0,) * 15, 0))
    parts = (
        segment(0xE1, b"Exif\0\0" + tiff),
        segment(0xDB, b"\0" + bytes((8,) * 64)),
        segment(0xC0, frame),
        segment(0xC4, sizes),
        segment(0xC4, ends),
        segment(0xDA, bytes((1, 1, 0, 0, 63, 0))) + coded.replace(b"\xff", b"\xff\0"),
    )
    return b"\xff\xd8" + b"".join(parts) + b"\xff\xd9"


def corners_png(tiff: bytes, width: int = 64, height: int = 48) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = [
        b"\0" + bytes((GREYS[below],) * (width // 2) + (GREYS[below + 1],) * (width // 2))
        for below in (0, 2)
        for _ in range(height // 2)
    ]
    parts = (chunk(b"IHDR", head), chunk(b"eXIf", tiff))
    picture = chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + picture
