"""A process of its own round one pyttsx3 engine: JSON lines in; JSON lines and WAV bytes out.

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

    def __init__(self, folder: str) -> None:
        import espeakng_loader

        self._path = _sound_path(folder)
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
        # until it has spoken once espeak's queue does not run and a rate never comes into force
        self._render("a")

    def speak(self, text: str, voice: str, rate: int) -> bytes:
        """The spoken text as a WAV; raises ValueError when the engine does not follow."""
        if voice not in self.voices:
            raise ValueError(f"engine has no voice {voice!r}")
        self._set("voice", voice, self.voices[voice])
        self._set("rate", rate, rate)
        return self._render(text)

    def _set(self, name: str, value: object, expected: object) -> None:
        if self._engine.getProperty(name) == expected:
            return
        self._engine.setProperty(name, value)
        limit = time.monotonic() + _SETTLE_SECONDS
        while self._engine.getProperty(name) != expected:
            if time.monotonic() > limit:
                raise ValueError(f"engine keeps {name} {self._engine.getProperty(name)!r}")
            time.sleep(0.002)

    def _render(self, text: str) -> bytes:
        """One text a run: a second one would overwrite the first; runAndWait may return early."""
        with open(self._path, "wb"):  # empty: never the sound of the text before
            pass
        self._finished.clear()
        self._engine.save_to_file(text, self._path)
        self._engine.runAndWait()
        if not self._finished.wait(_SPEAK_SECONDS):
            raise ValueError("engine did not report the end of the utterance")
        with open(self._path, "rb") as sound:
            return sound.read()


def _read_requests(requests: "queue.SimpleQueue[str]") -> None:
    """Pass lines on; when the parent is gone end at once, even if the engine hangs."""
    for line in sys.stdin:
        requests.put(line)
    os._exit(0)


def _sound_path(folder: str) -> str:
    """Where the engine writes: memory with a file name, so that a full disk silences nobody."""
    if hasattr(os, "memfd_create"):
        return f"/proc/self/fd/{os.memfd_create('speech')}"
    return os.path.join(folder, f"engine-{os.getpid()}.wav")


def _answer(engine: Engine, request: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        sound = engine.speak(request["text"], request["voice"], request["rate"])
    except (ValueError, OSError) as error:
        return {"id": request["id"], "error": str(error)}, b""
    return {"id": request["id"], "size": len(sound)}, sound


def main() -> None:
    """Serve requests until standard input closes."""
    # pyttsx3 prints on standard output: keep that for the answers alone
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def answer(head: dict[str, Any], sound: bytes = b"") -> None:
        answers.write(json.dumps(head).encode() + b"\n" + sound)
        answers.flush()

    requests: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_requests, args=(requests,), daemon=True).start()
    try:
        engine = Engine(sys.argv[1])
    except (ImportError, OSError, RuntimeError, ValueError) as error:
        answer({"error": f"engine does not start: {error}"})
        return
    answer({"voices": sorted(engine.voices)})
    while True:
        answer(*_answer(engine, json.loads(requests.get())))


if __name__ == "__main__":
    main()
