"""Starts the process that makes an acoustic model, passes its progress on, and puts the result in
place once libvosk has loaded it.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from threading import Timer
from typing import Any

from asr.training.errors import BuildFailed

_DEADLINE_SECONDS = 6 * 3600
"""The bundled models take half an hour each on two cores; a slow machine a few hours."""

Watch = Callable[[str, Mapping[str, float]], None]
"""Called with the name of a step and its numbers, of which `done` of `total` is the progress."""


def run_acoustic(request: Mapping[str, Any], watch: Watch) -> None:
    """Fill the request's target with am/ and conf/; raises BuildFailed.

    `request` has the fields of `asr.training.acoustic.AcousticRequest`.
    """
    command = [sys.executable, "-m", "asr.training.acoustic"]
    with (
        tempfile.TemporaryFile("w+") as noise,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=noise, text=True,
            cwd=Path(__file__).parents[2],
        ) as process,
    ):  # fmt: skip
        limit = Timer(_DEADLINE_SECONDS, process.kill)
        limit.start()
        try:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(dict(request)))
            process.stdin.close()
            last = ""
            for last, numbers in _lines(process.stdout):
                watch(last, numbers)
        finally:
            limit.cancel()
            process.terminate()
        if last != "done":
            noise.seek(0)
            raise BuildFailed(_last_line(noise.read()) or "the process ended before it was done")


def _lines(output: Any) -> Iterator[tuple[str, dict[str, float]]]:
    """Steps and their numbers; lines of other origin are passed over."""
    for line in output:
        try:
            told = json.loads(line)
        except ValueError:
            continue
        if not isinstance(told, dict):
            continue
        if "problem" in told:
            raise BuildFailed(told["problem"])
        if "step" in told:
            yield told.pop("step"), told


def _last_line(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "")
