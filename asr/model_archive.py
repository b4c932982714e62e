"""Unpacks a model's archive: only plain files, only below the given folder, only as much as said.

The whole archive is looked through before a byte is written, and counted again while writing: the
sizes in an archive are claims.
"""

import stat
import zipfile
from pathlib import Path, PurePosixPath

from asr.errors import ArchiveUnsafe

MOST_FILES = 2000
_PIECE = 1 << 20
_LONGEST_PATH = 200


def unpack(archive: Path, target: Path, most_bytes: int) -> Path:
    """The unpacked model's own folder below `target` (empty); raises ArchiveUnsafe."""
    try:
        with zipfile.ZipFile(archive) as opened:
            files = _checked(opened, archive.name, most_bytes)
            left = most_bytes
            for info in files:
                left -= _write(opened, info, target, archive.name, left)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, EOFError) as problem:
        raise ArchiveUnsafe(archive.name, f"it is no whole ZIP archive ({problem})") from problem
    except (RuntimeError, UnicodeError) as problem:  # a password is asked for, a name is no text
        raise ArchiveUnsafe(archive.name, str(problem)) from problem
    return _model_folder(target)


def _checked(opened: zipfile.ZipFile, archive: str, most_bytes: int) -> list[zipfile.ZipInfo]:
    """Its files, if all may be written."""
    infos = opened.infolist()
    if len(infos) > MOST_FILES:
        raise ArchiveUnsafe(archive, f"it holds {len(infos)} entries, {MOST_FILES} are allowed")
    for info in infos:
        finding = _unsafe(info)
        if finding:
            raise ArchiveUnsafe(archive, f"entry {info.filename!r} {finding}")
    claimed = sum(info.file_size for info in infos)
    if claimed > most_bytes:
        raise ArchiveUnsafe(
            archive, f"it would take {claimed >> 20} MB, at most {most_bytes >> 20} are expected"
        )
    files = [info for info in infos if not info.is_dir()]
    if len({_path(info).as_posix().lower() for info in files}) < len(files):
        raise ArchiveUnsafe(archive, "two of its entries have the same name")
    return files


def _path(info: zipfile.ZipInfo) -> PurePosixPath:
    return PurePosixPath(info.filename.replace("\\", "/"))


def _unsafe(info: zipfile.ZipInfo) -> str:
    """Why an entry must not be written, or nothing."""
    path = _path(info)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if path.is_absolute() or ":" in path.as_posix():
        return "names a place outside"
    if ".." in path.parts:
        return "climbs out with '..'"
    if stat.S_ISLNK(info.external_attr >> 16):
        return "is a link"
    if kind and not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        return "is neither file nor folder"
    if info.flag_bits & 0x1:
        return "is encrypted"
    if len(path.as_posix()) > _LONGEST_PATH or any(ord(c) < 32 for c in path.as_posix()):
        return "has a name that no model's file has"
    return ""


def _write(
    opened: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, archive: str, left: int
) -> int:
    """Bytes written; stops as soon as there are more than `left`."""
    path = target.joinpath(*_path(info).parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(info) as source, path.open("xb") as sink:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > left:
                raise ArchiveUnsafe(archive, f"entry {info.filename!r} is larger than it says")
            sink.write(piece)
    return written


def _model_folder(target: Path) -> Path:
    """Archives hold one folder with the model in it, or the model itself."""
    entries = [entry for entry in target.iterdir() if entry.name != "__MACOSX"]
    if len(entries) == 1 and entries[0].is_dir():
        return entries[0]
    return target
