"""espeak-ng's speech: which sounds a text is read with, to which word each belongs, and samples.

The library of the espeakng_loader wheel, through ctypes. It ends the whole process when its data
is missing, so it only runs in the process that builds a model.
"""

import ctypes as c
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_RATE, _PITCH, _RANGE, _WORD_GAP = 1, 3, 4, 7
"""espeak_PARAMETER numbers."""
_END_OF_EVENTS, _WORD_EVENT, _PHONEME_EVENT = 0, 1, 7
_CHUNK_MS = 500


class _Name(c.Union):
    _fields_ = [("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8)]


class _Event(c.Structure):
    _fields_ = [
        ("type", c.c_int), ("unique", c.c_uint), ("text_position", c.c_int), ("length", c.c_int),
        ("audio_position", c.c_int), ("sample", c.c_int), ("user_data", c.c_void_p), ("id", _Name),
    ]  # fmt: skip


_Callback = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Sound:
    """One phoneme: espeak's mnemonic without stress marks, and where its word stands."""

    mnemonic: str
    position: int
    """First character of the word in the text, from 0; -1 before any word."""
    length: int
    sample: int = 0
    """Where it begins in what was spoken."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a text is spoken; the numbers are espeak-ng's own defaults."""

    voice: str
    """A language, or a language and a variant: en-us+f2."""
    rate: int = 175
    """Words a minute."""
    pitch: int = 50
    pitch_range: int = 50
    word_gap: int = 0
    """Pause between words in 10 ms."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """Samples at the synthesizer's rate and the sounds in them, in order."""

    samples: NDArray[np.int16]
    sounds: list[Sound]


class Espeak:
    """One per process, one thread."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = c.CDLL(espeakng_loader.get_library_path())
        data = Path(espeakng_loader.get_data_path())
        self._variants = data / "voices" / "!v"
        options = _PHONEME_EVENTS | _DO_NOT_EXIT
        self.rate = int(
            self._library.espeak_Initialize(
                _SYNCHRONOUS, _CHUNK_MS, str(data).encode(), options
            )
        )  # fmt: skip
        if self.rate <= 0:
            raise OSError(f"espeak-ng found no voice data in {str(data)!r}")
        self._sounds: list[Sound] = []
        self._samples = bytearray()
        self._word = (-1, 0)
        self._keep = _Callback(self._take)  # ctypes holds no reference of its own
        self._library.espeak_Synth.argtypes = [
            c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint,
            c.POINTER(c.c_uint), c.c_void_p,
        ]  # fmt: skip

    def sounds(self, text: str, voice: str) -> list[Sound]:
        """Phonemes in order; raises ValueError for a voice that does not exist."""
        return self.speak(text, Manner(voice)).sounds

    def speak(self, text: str, manner: Manner) -> Spoken:
        """The text said aloud; raises ValueError for a voice that does not exist."""
        self._set(manner)
        self._sounds, self._samples, self._word = [], bytearray(), (-1, 0)
        # The library has one receiver for the process: another object's may be set, or gone.
        self._library.espeak_SetSynthCallback(self._keep)
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        return Spoken(np.frombuffer(self._samples, "<i2").astype(np.int16), self._sounds)

    def _set(self, manner: Manner) -> None:
        variant = manner.voice.partition("+")[2]
        # espeak-ng passes over a variant that it does not know and speaks with the plain voice
        is_known = not variant or (self._variants / variant).is_file()
        if not is_known or self._library.espeak_SetVoiceByName(manner.voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {manner.voice!r}")
        for number, value in (
            (_RATE, manner.rate), (_PITCH, manner.pitch), (_RANGE, manner.pitch_range),
            (_WORD_GAP, manner.word_gap),
        ):  # fmt: skip
            self._library.espeak_SetParameter(number, value, 0)

    def _take(self, samples: Any, count: int, events: Any) -> int:
        if samples and count > 0:
            self._samples += c.string_at(samples, count * 2)
        number = 0
        while events[number].type != _END_OF_EVENTS:
            event = events[number]
            if event.type == _WORD_EVENT:
                self._word = (event.text_position - 1, event.length)
            elif event.type == _PHONEME_EVENT:
                raw = bytes(event.id.string).split(b"\0")[0]
                mnemonic = raw.decode("utf-8", "replace").lstrip("',")
                self._sounds.append(Sound(mnemonic, *self._word, event.sample))
            number += 1
        return 0
