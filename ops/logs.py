"""One line per event on standard error, with phone numbers masked by the formatter, not by good
will.
"""

import logging
import sys
from collections.abc import Callable


def configure_logs(mask: Callable[[str], str], level: int = logging.INFO) -> None:
    """Set up the root logger; `mask` hides phone numbers in whatever is written."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_MaskingFormatter(mask))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for noisy in ("twilio", "urllib3", "numba", "rq.worker", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class _MaskingFormatter(logging.Formatter):
    def __init__(self, mask: Callable[[str], str]) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")
        self._mask = mask

    def format(self, record: logging.LogRecord) -> str:
        return self._mask(super().format(record))
