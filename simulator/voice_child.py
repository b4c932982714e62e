"""The process that speaks for a story's people: JSON lines in, espeak-ng samples out (base64).

espeak-ng ends the whole process when its data is missing, so it never runs beside the exchange.
"""

import base64
import ctypes as c
import json
import sys
from pathlib import Path
from typing import Any, Protocol, TextIO

import espeakng_loader

_SYNCHRONOUS = 2
"""espeak_AUDIO_OUTPUT: samples come through the callback, before espeak_Synth returns."""
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
"""espeak_PARAMETER numbers."""

_Callback = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.c_void_p)


class Synthesizer(Protocol):
    """What answers a request with samples."""

    rate: int

    def speak(self, request: dict[str, Any]) -> bytes:
        """Int16 little-endian samples at `rate`; raises ValueError for an unknown voice."""


class Espeak:
    """libespeak-ng of the espeakng_loader wheel; one per process, one thread."""

    def __init__(self) -> None:
        self._library = c.CDLL(espeakng_loader.get_library_path())
        data_path = str(espeakng_loader.get_data_path())
        self._variants = Path(data_path) / "voices" / "!v"
        self.rate = int(
            self._library.espeak_Initialize(_SYNCHRONOUS, 500, data_path.encode(), _DO_NOT_EXIT)
        )
        if self.rate <= 0:
            raise ValueError(f"espeak-ng found no voice data in {data_path!r}")
        self._samples = bytearray()
        self._keep = _Callback(self._take)  # ctypes holds no reference of its own
        self._library.espeak_SetSynthCallback(self._keep)
        self._library.espeak_Synth.argtypes = [
            c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint,
            c.POINTER(c.c_uint), c.c_void_p,
        ]  # fmt: skip

    def _take(self, samples: Any, count: int, _events: Any) -> int:
        if samples and count > 0:
            self._samples += c.string_at(samples, count * 2)
        return 0

    def speak(self, request: dict[str, Any]) -> bytes:
        """Samples of `text` in `voice`; pitch, pitch_range and volume as espeak counts them."""
        voice = str(request["voice"])
        _, _, variant = voice.partition("+")
        # espeak-ng passes over a variant that it does not know and speaks with the plain voice
        is_known = not variant or (self._variants / variant).is_file()
        if not is_known or self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}; try 'cmn' or 'en-us+f2'")
        settings = (
            (_RATE, "rate"), (_PITCH, "pitch"), (_RANGE, "pitch_range"), (_VOLUME, "volume"),
        )  # fmt: skip
        for number, name in settings:
            self._library.espeak_SetParameter(number, int(request[name]), 0)
        self._samples.clear()
        text = str(request["text"]).encode() + b"\0"
        self._library.espeak_Synth(text, len(text), 0, 1, 0, _UTF8, None, None)
        return bytes(self._samples)


def serve(synthesizer: Synthesizer, requests: TextIO, answers: TextIO) -> None:
    """Answer each line with one line until the input ends: {"rate", "pcm"} or {"problem"}."""
    for line in requests:
        try:
            pcm = synthesizer.speak(json.loads(line))
            answer = {"rate": synthesizer.rate, "pcm": base64.b64encode(pcm).decode()}
        except (ValueError, KeyError) as problem:
            answer = {"problem": str(problem)}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve(Espeak(), sys.stdin, sys.stdout)
