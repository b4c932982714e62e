"""espeak-ng's reading of a text: which sounds, and to which word of the text each belongs.

The library of the espeakng_loader wheel, through ctypes. It ends the whole process when its data
is missing, so it only runs in the process that builds a model.
"""

import ctypes as c
from dataclasses import dataclass
from typing import Any

_SYNCHRONOUS = 2
_PHONEME_EVENTS = 1
_DO_NOT_EXIT = 0x8000
_UTF8 = 1
_END_OF_EVENTS, _WORD_EVENT, _PHONEME_EVENT = 0, 1, 7
_CHUNK_MS = 500


class _Name(c.Union):
    _fields_ = [("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8)]


class _Event(c.Structure):
    _fields_ = [
        ("type", c.c_int), ("unique", c.c_uint), ("text_position", c.c_int), ("length", c.c_int),
        ("audio_position", c.c_int), ("sample", c.c_int), ("user_data", c.c_void_p), ("id", _Name),
    ]  # fmt: skip


_Callback = c.CFUNCTYPE(c.c_int, c.POINTER(c.c_short), c.c_int, c.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class Sound:
    """One phoneme: espeak's mnemonic without stress marks, and where its word stands."""

    mnemonic: str
    position: int
    """First character of the word in the text, from 0; -1 before any word."""
    length: int


class Espeak:
    """One per process, one thread."""

    def __init__(self) -> None:
        import espeakng_loader

        self._library = c.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        options = _PHONEME_EVENTS | _DO_NOT_EXIT
        if self._library.espeak_Initialize(_SYNCHRONOUS, _CHUNK_MS, data, options) <= 0:
            raise OSError(f"espeak-ng found no voice data in {data.decode()!r}")
        self._sounds: list[Sound] = []
        self._word = (-1, 0)
        self._keep = _Callback(self._take)  # ctypes holds no reference of its own
        self._library.espeak_SetSynthCallback(self._keep)
        self._library.espeak_Synth.argtypes = [
            c.c_char_p, c.c_size_t, c.c_uint, c.c_int, c.c_uint, c.c_uint,
            c.POINTER(c.c_uint), c.c_void_p,
        ]  # fmt: skip

    def sounds(self, text: str, voice: str) -> list[Sound]:
        """Phonemes in order; raises ValueError for a voice that does not exist."""
        if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self._sounds, self._word = [], (-1, 0)
        data = text.encode() + b"\0"
        self._library.espeak_Synth(data, len(data), 0, 1, 0, _UTF8, None, None)
        return self._sounds

    def _take(self, _samples: Any, _count: int, events: Any) -> int:
        number = 0
        while events[number].type != _END_OF_EVENTS:
            event = events[number]
            if event.type == _WORD_EVENT:
                self._word = (event.text_position - 1, event.length)
            elif event.type == _PHONEME_EVENT:
                raw = bytes(event.id.string).split(b"\0")[0]
                mnemonic = raw.decode("utf-8", "replace").lstrip("',")
                self._sounds.append(Sound(mnemonic, *self._word))
            number += 1
        return 0
