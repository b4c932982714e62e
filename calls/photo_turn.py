"""How a camera was held (Exif, CIPA DC-008: tag 0x0112): all of a picture's Exif that is kept.

A telephone writes the samples as its sensor saw them and a number that says how to turn them.
Browsers do so; leaving the number out would lay every upright photo on its side.
"""

import struct

UPRIGHT = 1
_ORIENTATION, _SHORT = 0x0112, 3
_BYTE_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}


def bare(tiff: bytes) -> bytes:
    """An Exif block (TIFF 6.0) with the orientation alone; empty for upright, none or unread."""
    turn = _orientation(tiff)
    if turn == UPRIGHT:
        return b""
    entry = struct.pack(">HHIHH", _ORIENTATION, _SHORT, 1, turn, 0)
    return b"MM\0*" + struct.pack(">IH", 8, 1) + entry + struct.pack(">I", 0)


def _orientation(tiff: bytes) -> int:
    """1 to 8, of the first directory."""
    order = _BYTE_ORDERS.get(tiff[:4])
    if order is None:
        return UPRIGHT
    try:
        (at,) = struct.unpack_from(f"{order}I", tiff, 4)
        (entries,) = struct.unpack_from(f"{order}H", tiff, at)
        for entry in range(entries):
            found = struct.unpack_from(f"{order}HHIH", tiff, at + 2 + 12 * entry)
            if found[:3] == (_ORIENTATION, _SHORT, 1) and found[3] in range(1, 9):
                return int(found[3])
    except struct.error:  # a directory that points beyond its end
        return UPRIGHT
    return UPRIGHT
