"""A process of its own round one pyttsx3 engine: requests in, WAV files out, JSON lines both ways.

Run as a script by `tts.pyttsx3_speaker`; imports nothing of ours, so that it starts in a tenth of a
second. It may hang or die with the engine: its parent kills and replaces it. It ends when standard
input closes, that is, with its parent.
"""

import ctypes
import json
import os
import queue
import sys
import threading
import time
from typing import Any

_SETTLE_SECONDS = 1.0
"""Voice and rate go through espeak's own queue and are in force a little later."""

_SPEAK_SECONDS = 30.0
"""The parent's deadline is shorter; this one only keeps a forgotten child from waiting for ever."""


class Engine:
    """The one pyttsx3 engine of this process, with its defects waited out."""

    def __init__(self) -> None:
        import espeakng_loader

        # pyttsx3 opens the library by name, which works only once it is loaded; without the data
        # path espeak ends the whole process
        ctypes.CDLL(espeakng_loader.get_library_path())
        os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
        import pyttsx3

        self._engine = pyttsx3.init("espeak")
        self._finished = threading.Event()
        self._engine.connect("finished-utterance", lambda **_: self._finished.set())
        self.voices = {
            language: voice.id
            for voice in self._engine.getProperty("voices")
            for language in voice.languages
        }

    def warm_up(self, scratch: str) -> None:
        """Speak once: until then espeak's queue does not run and a rate never comes into force."""
        self._render("a", scratch)
        os.unlink(scratch)

    def speak(self, text: str, voice: str, rate: int, path: str) -> None:
        """Write the spoken text to `path`; raises ValueError when the engine does not follow."""
        if voice not in self.voices:
            raise ValueError(f"engine has no voice {voice!r}")
        self._set("voice", voice, self.voices[voice])
        self._set("rate", rate, rate)
        self._render(text, path)

    def _set(self, name: str, value: object, expected: object) -> None:
        if self._engine.getProperty(name) == expected:
            return
        self._engine.setProperty(name, value)
        limit = time.monotonic() + _SETTLE_SECONDS
        while self._engine.getProperty(name) != expected:
            if time.monotonic() > limit:
                raise ValueError(f"engine keeps {name} {self._engine.getProperty(name)!r}")
            time.sleep(0.002)

    def _render(self, text: str, path: str) -> None:
        """One text a run: a second one would overwrite the first; runAndWait may return early."""
        self._finished.clear()
        self._engine.save_to_file(text, path)
        self._engine.runAndWait()
        if not self._finished.wait(_SPEAK_SECONDS):
            raise ValueError("engine did not report the end of the utterance")


def _read_requests(requests: "queue.SimpleQueue[str]") -> None:
    """Pass lines on; when the parent is gone end at once, even if the engine hangs."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _answer(engine: Engine, request: dict[str, Any]) -> dict[str, Any]:
    try:
        engine.speak(request["text"], request["voice"], request["rate"], request["path"])
    except (ValueError, OSError) as error:
        return {"id": request["id"], "error": str(error)}
    return {"id": request["id"]}


def main() -> None:
    """Serve requests until standard input closes."""
    # pyttsx3 prints on standard output: keep that for the answers alone
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    try:
        engine = Engine()
        engine.warm_up(sys.argv[1])
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        print(json.dumps({"error": f"engine does not start: {error}"}), file=answers)
        return
    print(json.dumps({"voices": sorted(engine.voices)}), file=answers)
    while True:
        print(json.dumps(_answer(engine, json.loads(requests.get()))), file=answers)


if __name__ == "__main__":
    main()
