"""The pictures that callers left for their calls: at most two each, in a folder of the call."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from calls.pictures import Picture, kind_of

MOST = 2
"""Pictures of one call."""
_SID = re.compile("CA[0-9a-f]{32}")
_HEAD = 8


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture on disk."""

    number: int
    """From 1."""
    path: Path
    kind: str
    """jpeg or png."""

    @property
    def mimetype(self) -> str:
        """As browsers want it."""
        return f"image/{self.kind}"


class PhotoStore:
    """Files <folder>/<call>/1 and 2; the place in the folder is taken by whoever links it first."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, call_sid: str, picture: Picture) -> int | None:
        """The number under which it is kept; None: the call has its two already.

        Raises OSError where the disk takes nothing.
        """
        folder = self._of(call_sid)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".") as file:
            file.write(picture.data)
            file.flush()
            os.fsync(file.fileno())
            for number in range(1, MOST + 1):
                with suppress(FileExistsError):  # another upload was there first
                    os.link(file.name, folder / str(number))
                    return number
        return None

    def of(self, call_sid: str) -> list[Photo]:
        """The call's pictures in the order in which they came."""
        found = (self.one(call_sid, number) for number in range(1, MOST + 1))
        return [photo for photo in found if photo is not None]

    def one(self, call_sid: str, number: int) -> Photo | None:
        """One picture; None: there is none, or no such call can be."""
        if not _SID.fullmatch(call_sid) or not 1 <= number <= MOST:
            return None
        path = self._of(call_sid) / str(number)
        try:
            with path.open("rb") as file:
                return Photo(number, path, kind_of(file.read(_HEAD)))
        except FileNotFoundError:
            return None

    def expire(self, before: datetime) -> Iterator[tuple[str, int]]:
        """Remove every picture that came before then; calls that lost some, and how many.

        Raises OSError where the disk lets none go; what was removed stays removed.
        """
        for folder in sorted(self._folder.glob("CA*")):
            if not _SID.fullmatch(folder.name):
                continue
            count = 0
            with suppress(FileNotFoundError):  # another process was first
                count = sum([_removed(file, before) for file in folder.iterdir()])
            with suppress(OSError):  # younger ones are in it, or it is gone
                folder.rmdir()
            if count:
                yield folder.name, count

    def _of(self, call_sid: str) -> Path:
        if not _SID.fullmatch(call_sid):
            raise ValueError(f"{call_sid!r} is no call's sid; CA and 32 hexadecimal digits are")
        return self._folder / call_sid


def _removed(file: Path, before: datetime) -> bool:
    """Whether a picture of that age was here and is gone; a broken upload goes uncounted."""
    try:
        if file.stat().st_mtime >= before.timestamp():
            return False
        file.unlink()
    except FileNotFoundError:  # another worker was first
        return False
    return not file.name.startswith(".")
