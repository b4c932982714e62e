"""Disk and database trouble in this folder's words."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from recordings.errors import StorageFailed, StorageFull

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def keeping(sid: str) -> Iterator[None]:
    """Work on a recording's file or row; raises StorageFull or StorageFailed, both retryable."""
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in _FULL else StorageFailed
        raise kind(sid, error.strerror or str(error)) from error
    except SQLAlchemyError as error:
        raise StorageFailed(sid, reason_of(error)) from error


def reason_of(error: SQLAlchemyError) -> str:
    """The driver's first line, without the statement: its values may be somebody's words."""
    cause = getattr(error, "orig", None) or error
    return f"{type(cause).__name__}: {cause}".splitlines()[0][:200]
