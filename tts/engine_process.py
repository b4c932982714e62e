"""The parent's side of one engine child: start, ask with a deadline, kill."""

import json
import os
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("engine_child.py")


class EngineGone(Exception):
    """The child died, hung past the deadline or reported an error; stays within this folder."""


class EngineProcess:
    """One running child; used by one thread at a time."""

    def __init__(self, scratch: Path, seconds: float) -> None:
        """Start and wait until the engine is ready, which takes 0.1 s; raises EngineGone."""
        limit = time.monotonic() + seconds
        # a new program, not a fork: a forked espeak hangs for ever. -P keeps our folder off the
        # child's import path; a group of its own keeps Ctrl-C for the parent, which then ends it
        try:
            self._child = subprocess.Popen(
                [sys.executable, "-P", str(_CHILD), str(scratch)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                process_group=0,
            )
        except OSError as error:
            raise EngineGone(f"engine process cannot be started: {error}") from error
        self._unread = b""
        self._asked = 0
        self.voices = frozenset(self._head(limit)["voices"])

    @property
    def pid(self) -> int:
        """Process number, for tests and for the operator."""
        return self._child.pid

    def render(self, text: str, voice: str, rate: int, seconds: float) -> bytes:
        """The text as a WAV within `seconds`; raises EngineGone and is then of no more use."""
        limit = time.monotonic() + seconds
        self._asked += 1
        request = {"id": self._asked, "text": text, "voice": voice, "rate": rate}
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(json.dumps(request).encode() + b"\n")
            self._child.stdin.flush()
        except OSError as error:
            self.kill()
            raise EngineGone(f"engine process is gone: {error}") from error
        answer = self._head(limit)
        if answer.get("id") != self._asked:
            self.kill()
            raise EngineGone(f"engine answered request {answer.get('id')}, not {self._asked}")
        while len(self._unread) < answer["size"]:
            self._read_more(limit)
        sound, self._unread = self._unread[: answer["size"]], self._unread[answer["size"] :]
        return sound

    def kill(self) -> None:
        """End the child now and collect it; harmless when it is gone already."""
        self._child.kill()
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                with suppress(OSError):  # what could not be sent to a dead child is lost
                    pipe.close()
        self._child.wait(timeout=5)

    def _head(self, limit: float) -> dict[str, Any]:
        """The next answer's line; an error in it kills the child and raises EngineGone."""
        while b"\n" not in self._unread:
            self._read_more(limit)
        line, _, self._unread = self._unread.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            self.kill()
            raise EngineGone(str(answer["error"]))
        return answer

    def _read_more(self, limit: float) -> None:
        """Wait for bytes; the child's end or the deadline kills it and raises EngineGone."""
        assert self._child.stdout is not None
        handle = self._child.stdout.fileno()
        waiting = select.poll()  # select would refuse handles over 1023
        waiting.register(handle, select.POLLIN)
        left = limit - time.monotonic()
        if left <= 0 or not waiting.poll(1000 * left):
            self.kill()
            raise EngineGone("engine did not answer in time")
        data = os.read(handle, 1 << 20)
        if not data:
            self.kill()
            raise EngineGone(f"engine process ended with status {self._child.returncode}")
        self._unread += data
