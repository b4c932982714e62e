"""espeak-ng's speech: which sounds a text is read with, to which word each belongs, and samples.

The library of the espeakng_loader wheel, through ctypes. It ends the whole process when its data
is missing, so it only runs in the process that builds a model.
"""

import ctypes as c
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
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
_BETWEEN, _SEPARATOR_BITS = "\x1f", 8
"""What TextToPhonemes writes between two sounds, and from which bit on its mode holds that."""
_STRESS = "',"
_MANDARIN = "cmn"
_TONED = re.compile(r"(.*\D)(11|35|51|55|214)")
_TONES = {"55": 1, "35": 2, "214": 3, "51": 4, "11": 5}
"""espeak-ng writes a Mandarin tone as its heights in Chao's numbers; and what pinyin numbers it."""


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
    tone: int = 0
    """Of a Mandarin syllable's vowel: 1 to 4, or 5 for the neutral one."""


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
        self._library.espeak_TextToPhonemes.argtypes = [c.POINTER(c.c_char_p), c.c_int, c.c_int]
        self._library.espeak_TextToPhonemes.restype = c.c_char_p

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
        samples = np.frombuffer(self._samples, "<i2").astype(np.int16)
        if manner.voice.startswith(_MANDARIN):
            return Spoken(samples, with_tones(self._sounds, list(self._written(text))))
        return Spoken(samples, self._sounds)

    def _written(self, text: str) -> Iterator[str]:
        """The text's sounds with their tones, which no event tells."""
        rest = c.c_char_p(text.encode())
        mode = ord(_BETWEEN) << _SEPARATOR_BITS
        for _ in text:
            clause = self._library.espeak_TextToPhonemes(c.byref(rest), _UTF8, mode) or b""
            for word in clause.decode("utf-8", "replace").split(" "):
                yield from (sound.lstrip(_STRESS) for sound in word.split(_BETWEEN))
            if not rest.value:
                return

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
                mnemonic = raw.decode("utf-8", "replace").lstrip(_STRESS)
                self._sounds.append(Sound(mnemonic, *self._word, event.sample))
            number += 1
        return 0


def with_tones(sounds: Sequence[Sound], written: Sequence[str]) -> list[Sound]:
    """The sounds with the tones of what is written; without any where the two are not the same."""
    read = [_parted(one) for one in written if _is_spoken(one)]
    spoken = [sound for sound in sounds if _is_spoken(sound.mnemonic)]
    if [name for name, _ in read] != [sound.mnemonic for sound in spoken]:
        return list(sounds)
    tones = iter([tone for _, tone in read])
    return [
        replace(sound, tone=next(tones)) if _is_spoken(sound.mnemonic) else sound
        for sound in sounds
    ]


def _parted(written: str) -> tuple[str, int]:
    """A mnemonic and its tone, or 0."""
    found = _TONED.fullmatch(written)
    return (found[1], _TONES[found[2]]) if found else (written, 0)


def _is_spoken(mnemonic: str) -> bool:
    """And neither a pause nor a limit."""
    return bool(mnemonic) and not mnemonic.startswith("_")
