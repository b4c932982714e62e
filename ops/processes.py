"""Child processes under supervision: started in order, restarted when they die, stopped in reverse.

Children die with the supervisor even when it is killed outright (Linux: parent-death signal).
"""

import contextlib
import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.0
RESTART_SECONDS = 0.5
"""A child that dies is started again after this long; doubled each time it dies young."""
YOUNG_SECONDS = 10.0
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """One child: its name (log file) and command."""

    name: str
    command: tuple[str, ...]


class Supervisor:
    """Runs children; `stop` leaves none behind."""

    def __init__(self, logs: Path, environ: Mapping[str, str]) -> None:
        self._logs = logs
        self._environ = dict(environ)
        self._specs: list[ProcessSpec] = []
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at: dict[str, float] = {}
        self._delay: dict[str, float] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self, spec: ProcessSpec) -> None:
        """Start a child and keep it running."""
        with self._lock:
            self._specs.append(spec)
            self._spawn(spec)
        if not self._watcher.is_alive():
            self._watcher.start()

    def pid(self, name: str) -> int | None:
        """Process id of a running child."""
        with self._lock:
            child = self._running.get(name)
            return child.pid if child and child.poll() is None else None

    def log_of(self, name: str) -> Path:
        """The child's output."""
        return self._logs / f"{name}.log"

    def stop(self) -> None:
        """Stop all, last started first; those that do not end in time are killed with their
        children.
        """
        self._stopping.set()
        with self._lock:
            for spec in reversed(self._specs):
                child = self._running.pop(spec.name, None)
                if child is not None:
                    _stop(child)

    def _spawn(self, spec: ProcessSpec) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        with self.log_of(spec.name).open("ab") as log:
            self._running[spec.name] = subprocess.Popen(
                spec.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._environ,
                start_new_session=True,  # Ctrl-C reaches the supervisor only, which stops in order
                preexec_fn=_die_with_parent,
            )
        self._started_at[spec.name] = time.monotonic()

    def _watch(self) -> None:
        # The parent-death signal is tied to this thread's life, and it lives as long as the
        # process.
        while not self._stopping.wait(0.2):
            with self._lock:
                for spec in self._specs:
                    self._restart_if_dead(spec)

    def _restart_if_dead(self, spec: ProcessSpec) -> None:
        child = self._running.get(spec.name)
        if child is None or child.poll() is None or self._stopping.is_set():
            return
        lived = time.monotonic() - self._started_at[spec.name]
        delay = self._delay.get(spec.name, RESTART_SECONDS) if lived < YOUNG_SECONDS else 0.0
        if lived < delay:
            return
        self._delay[spec.name] = min(30.0, max(RESTART_SECONDS, delay) * 2)
        if lived >= YOUNG_SECONDS:
            self._delay[spec.name] = RESTART_SECONDS
        logger.warning("%s ended with %s; starting it again", spec.name, child.returncode)
        _kill_group(child.pid)
        self._spawn(spec)


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS)
    _kill_group(child.pid)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(STOP_SECONDS)


def _kill_group(pid: int) -> None:
    """Whatever the child left in its process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
