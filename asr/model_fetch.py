"""Fetches a model: resumable download, checksum, unpacking aside, check, and one rename at the end.

What has come so far lies in `.fetch` below the models folder, with the server's mark of the file's
version, so that a later run continues only the very same file.
"""

import fcntl
import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from asr.catalogue import CatalogueModel
from asr.errors import AsrError, FetchBusy, FetchFailed
from asr.model_archive import unpack
from asr.model_check import verify_model

Progress = Callable[[int, int], None]
"""Called with bytes so far and bytes in all (0 where the server does not say)."""

_TIMEOUT_SECONDS = 30
_ATTEMPTS = 4
_PIECE = 1 << 18
_MEGABYTE = 1_000_000
_LOST = (
    urllib.error.URLError,
    http.client.HTTPException,
    ConnectionError,
    TimeoutError,
)
_SPARE = 2.0
"""An unpacked model may be so many times larger than its list says."""


def fetch_model(model: CatalogueModel, folder: Path, progress: Progress) -> Path:
    """The folder of the installed model; raises FetchFailed, FetchBusy, ArchiveUnsafe or
    ModelBroken. A model without a checksum is taken as it comes: the caller has to ask first.
    """
    installed = folder / model.name
    aside = folder / ".fetch"
    try:
        aside.mkdir(parents=True, exist_ok=True)
        with _alone(model, aside):
            if not installed.exists():
                _fetch(model, aside / f"{model.name}.zip", installed, progress)
    except OSError as problem:
        mend = "make room or set HOTLINE_MODELS to another disk"
        raise FetchFailed(model.address, str(problem), mend) from problem
    return installed


@contextmanager
def _alone(model: CatalogueModel, aside: Path) -> Iterator[None]:
    """Nobody else fetches this model meanwhile; the system gives the lock back if we die."""
    with (aside / f"{model.name}.lock").open("a+", encoding="utf-8") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise FetchBusy(model.name, held.read().strip()) from None
        held.truncate(0)
        held.write(str(os.getpid()))
        held.flush()
        yield  # the file stays: were it removed, two could hold a lock on two files of one name


def _fetch(model: CatalogueModel, archive: Path, installed: Path, progress: Progress) -> None:
    """Download what is not here yet, check it, install it."""
    _need_room(model, archive.parent)
    if not archive.is_file():
        _download(model, archive, progress)
    _check_sum(model, archive)
    _install(model, archive, installed)
    archive.unlink(missing_ok=True)


def checksum(archive: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits."""
    with archive.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _need_room(model: CatalogueModel, folder: Path) -> None:
    needed = (model.megabytes + model.unpacked) * _MEGABYTE
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise FetchFailed(
            model.address,
            f"{needed / _MEGABYTE:.0f} MB are needed, {free / _MEGABYTE:.0f} MB are free",
            f"make room in {folder.parent} or set HOTLINE_MODELS to another disk",
        )


def _download(model: CatalogueModel, archive: Path, progress: Progress) -> None:
    """The archive in whole; a lost connection is taken up again some times."""
    part, mark = archive.with_suffix(".part"), archive.with_suffix(".mark")
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _continue(model, part, mark, progress)
            break
        except (urllib.error.HTTPError, http.client.InvalidURL) as problem:
            raise FetchFailed(
                model.address, f"the server answers {problem}", "check the list's address"
            ) from problem
        except _LOST as problem:
            if attempt == _ATTEMPTS:
                came = part.stat().st_size if part.is_file() else 0
                finding = f"the connection was lost after {came} bytes ({problem})"
                raise FetchFailed(model.address, finding) from problem
    part.replace(archive)
    mark.unlink(missing_ok=True)


def _continue(model: CatalogueModel, part: Path, mark: Path, progress: Progress) -> None:
    """Ask for what is missing; the server begins anew if its file is another by now."""
    done = part.stat().st_size if part.is_file() and mark.is_file() else 0
    # the check of the list lets only http and https through
    request = urllib.request.Request(model.address, headers={"User-Agent": "hotline"})  # noqa: S310
    if done:
        request.add_header("Range", f"bytes={done}-")
        request.add_header("If-Range", mark.read_text())
    with _open(request, part) as answer:
        if answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            done = 0
        version = answer.headers.get("ETag") or answer.headers.get("Last-Modified") or ""
        if version and not version.startswith("W/"):
            mark.write_text(version)
        else:
            mark.unlink(missing_ok=True)
        length = int(answer.headers.get("Content-Length") or 0)
        total = done + length if length else 0
        with part.open("ab" if done else "wb") as sink:
            while piece := answer.read(_PIECE):
                sink.write(piece)
                done += len(piece)
                progress(done, total)
                _stop_a_flood(model, done)
    if total and done < total:
        raise ConnectionError(f"{done} of {total} bytes came")


def _open(request: urllib.request.Request, part: Path) -> http.client.HTTPResponse:
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(  # noqa: S310
            request, timeout=_TIMEOUT_SECONDS
        )
    except urllib.error.HTTPError as problem:
        problem.close()
        if problem.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise
        part.unlink(missing_ok=True)  # more than the server has: begin anew
        raise ConnectionError("the part that is here is no part of the server's file") from problem
    return answer


def _stop_a_flood(model: CatalogueModel, done: int) -> None:
    if done > _SPARE * model.megabytes * _MEGABYTE + _MEGABYTE:
        raise FetchFailed(
            model.address,
            f"more than twice the listed {model.megabytes} MB came",
            "check the list's address and size",
        )


def _check_sum(model: CatalogueModel, archive: Path) -> None:
    if not model.sha256:
        return
    found = checksum(archive)
    if found != model.sha256:
        archive.unlink()
        raise FetchFailed(
            model.address,
            f"its SHA-256 is {found}, the list says {model.sha256}",
            "nothing was kept; fetch it again or check the list",
        )


def _install(model: CatalogueModel, archive: Path, installed: Path) -> None:
    """Unpacked and checked aside, then renamed: nobody ever sees half a model."""
    most = int(_SPARE * model.unpacked * _MEGABYTE) + _MEGABYTE
    with tempfile.TemporaryDirectory(dir=archive.parent, prefix=f"{model.name}.") as scratch:
        try:
            folder = unpack(archive, Path(scratch) / "model", most)
            verify_model(folder, model.language)
        except AsrError:
            archive.unlink(missing_ok=True)  # only another archive can mend it
            raise
        folder.rename(installed)
