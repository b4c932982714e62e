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
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

logger = logging.getLogger(__name__)

STOP_SECONDS = 8.0
RESTART_SECONDS = 0.5
"""A child that dies is started again after this long; doubled each time it dies young."""
YOUNG_SECONDS = 10.0
LONGEST_PAUSE_SECONDS = 30.0
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
        self._restart_at: dict[str, float] = {}
        """For a child that has died: when it is started again."""
        self._first_act = parent_death_signal()
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
        with self._lock:
            for spec in reversed(self._specs):
                child = self._running.pop(spec.name, None)
                if child is not None:
                    _stop(child)
            self._specs.clear()
        # Only now may the watcher end: the children that it restarted would die with its thread.
        self._stopping.set()

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
                preexec_fn=self._first_act,
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
        child, now = self._running[spec.name], time.monotonic()
        if child.poll() is None:
            return
        if spec.name not in self._restart_at:
            self._restart_at[spec.name] = now + self._pause(spec.name, now)
            logger.warning("%s ended with %s; it is started again", spec.name, child.returncode)
            _kill_group(child.pid)
        if now < self._restart_at[spec.name]:
            return
        try:
            self._spawn(spec)
        except OSError as problem:
            logger.error("%s cannot be started: %s", spec.name, problem)
            self._restart_at[spec.name] = now + LONGEST_PAUSE_SECONDS
        else:
            del self._restart_at[spec.name]

    def _pause(self, name: str, now: float) -> float:
        """Nothing for a child that had lived; ever longer for one that keeps dying young."""
        if now - self._started_at[name] >= YOUNG_SECONDS:
            self._delay.pop(name, None)
            return 0.0
        pause = self._delay.get(name, RESTART_SECONDS)
        self._delay[name] = min(LONGEST_PAUSE_SECONDS, pause * 2)
        return pause


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


def parent_death_signal() -> Callable[[], None] | None:
    """What a child does first; the library is found here, for little is safe after a fork."""
    if sys.platform != "linux":
        return None
    return partial(ctypes.CDLL(None).prctl, _PR_SET_PDEATHSIG, signal.SIGKILL)
