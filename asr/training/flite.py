"""flite's English voices through ctypes: another engine than espeak-ng, with times of its sounds.

From the system's packages (libflite1); a voice may be missing anywhere, so ask first.
"""

import ctypes as c
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.training.speech import SILENCE_NAME, Span

TRAINING_VOICES = ("slt", "rms")
"""A woman and a man, both American. A third, kal, has one sound for "cup" and "cop"."""
UNHEARD_VOICE = "awb"
"""A Scot; he only measures a model."""

_LANGUAGE_LIBRARIES = ("libflite_usenglish.so.1", "libflite_cmulex.so.1")
_VOICE_LIBRARY = "libflite_cmu_us_{}.so.1"
_PAUSE = "pau"
_HURRIED = 0.2
"""How stretched what nobody listens to is spoken: its sound is the costly part."""
_pointer = c.c_void_p


class _Wave(c.Structure):
    _fields_ = [
        ("type", c.c_char_p), ("rate", c.c_int), ("samples", c.c_int), ("channels", c.c_int),
        ("data", c.POINTER(c.c_short)),
    ]  # fmt: skip


class _Voice(c.Structure):
    _fields_ = [("name", c.c_char_p), ("features", _pointer)]


_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "flite_init": (c.c_int, []),
    "flite_synth_text": (_pointer, [c.c_char_p, c.POINTER(_Voice)]),
    "flite_feat_set_float": (None, [_pointer, c.c_char_p, c.c_float]),
    "utt_wave": (c.POINTER(_Wave), [_pointer]),
    "utt_relation": (_pointer, [_pointer, c.c_char_p]),
    "relation_head": (_pointer, [_pointer]),
    "item_next": (_pointer, [_pointer]),
    "item_daughter": (_pointer, [_pointer]),
    "item_feat_string": (c.c_char_p, [_pointer, c.c_char_p]),
    "item_feat_float": (c.c_float, [_pointer, c.c_char_p]),
    "delete_utterance": (None, [_pointer]),
}


@dataclass(frozen=True, slots=True)
class FliteSpeech:
    """Samples at the voice's own rate and when each phone is heard in them."""

    samples: NDArray[np.int16]
    rate: int
    spans: Sequence[Span]


def installed_voices(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the voices that this machine has."""
    try:
        for library in ("libflite.so.1", *_LANGUAGE_LIBRARIES):
            c.CDLL(library, mode=c.RTLD_GLOBAL)
    except OSError:
        return ()
    return tuple(name for name in names if _loads(_VOICE_LIBRARY.format(name)))


def _loads(library: str) -> bool:
    try:
        c.CDLL(library)
    except OSError:
        return False
    return True


class Flite:
    """One per process, one thread; raises OSError where flite is not installed."""

    def __init__(self) -> None:
        self._library = c.CDLL("libflite.so.1", mode=c.RTLD_GLOBAL)
        for name in _LANGUAGE_LIBRARIES:
            c.CDLL(name, mode=c.RTLD_GLOBAL)
        for name, (result, arguments) in _FUNCTIONS.items():
            function = getattr(self._library, name)
            function.restype, function.argtypes = result, arguments
        self._library.flite_init()
        self._voices: dict[str, Any] = {}

    def speak(
        self, text: str, voice: str, stretch: float = 1.0, pitch: float = 1.0
    ) -> FliteSpeech:  # fmt: skip
        """The text said aloud, `stretch` times as slowly; raises OSError for a voice not there."""
        with self._spoken(text, voice, stretch, pitch) as utterance:
            wave = self._library.utt_wave(utterance).contents
            samples = np.ctypeslib.as_array(wave.data, (wave.samples,)).astype(np.int16)
            spans = list(self._spans(utterance, samples.size / wave.rate))
            return FliteSpeech(samples, int(wave.rate), spans)

    def read(self, text: str, voice: str) -> list[tuple[str, tuple[str, ...]]]:
        """Each word as flite writes it, with its phones; raises OSError for a voice not there."""
        with self._spoken(text, voice, _HURRIED, 1.0) as utterance:
            words = self._library.utt_relation(utterance, b"SylStructure")
            return [
                (self._text(word, b"name"), tuple(self._phones(word)))
                for word in self._row(self._library.relation_head(words))
            ]

    @contextmanager
    def _spoken(self, text: str, voice: str, stretch: float, pitch: float) -> Iterator[Any]:
        known = self._voice(voice)
        features = known.contents.features
        self._library.flite_feat_set_float(features, b"duration_stretch", stretch)
        self._library.flite_feat_set_float(features, b"f0_shift", pitch)
        utterance = self._library.flite_synth_text(text.encode(), known)
        try:
            yield utterance
        finally:
            self._library.delete_utterance(utterance)

    def _voice(self, name: str) -> Any:
        if name not in self._voices:
            library = c.CDLL(_VOICE_LIBRARY.format(name))
            register = getattr(library, f"register_cmu_us_{name}")
            register.restype, register.argtypes = c.POINTER(_Voice), [c.c_char_p]
            self._voices[name] = register(None)
        return self._voices[name]

    def _spans(self, utterance: Any, length: float) -> Iterator[Span]:
        """Segments, the last one up to the last sample."""
        segments = self._library.utt_relation(utterance, b"Segment")
        row = list(self._row(self._library.relation_head(segments)))
        start = 0.0
        for segment in row:
            name = self._text(segment, b"name")
            end = self._library.item_feat_float(segment, b"end")
            end = length if segment == row[-1] else min(end, length)
            yield Span(SILENCE_NAME if name == _PAUSE else name, start, max(start, end))
            start = max(start, end)

    def _phones(self, word: Any) -> Iterator[str]:
        """A word's syllables' sounds."""
        for syllable in self._row(self._library.item_daughter(word)):
            for sound in self._row(self._library.item_daughter(syllable)):
                yield self._text(sound, b"name")

    def _row(self, item: Any) -> Iterator[Any]:
        """The item and those after it."""
        while item:
            yield item
            item = self._library.item_next(item)

    def _text(self, item: Any, feature: bytes) -> str:
        text: bytes = self._library.item_feat_string(item, feature)
        return text.decode()
