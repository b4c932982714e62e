"""A whole recording into utterances: the live call's voice detection, without its clock."""

from collections.abc import Iterator

import numpy as np

from asr.decoding import shifted
from asr.endpointer import Ended, Endpointer, EndpointerSettings
from asr.recognizer import Pcm, Recognizer, SpeechModel, Transcript
from asr.vad import VoiceDetector
from audio.frames import FRAME_MS, FRAME_SAMPLES, RATE
from audio.pcm import level_dbfs

_BRIEF_MS = 2000
"""A sound so short may be voice from end to end: then the line's noise cannot be learned from it,
and no voice is found above it. It is decoded whole."""
_LEAST_MS = 200
"""A shorter sound holds no word."""
_MARGIN_MS = 300
"""Sound decoded before and after the voice, as the live pre-roll."""


def transcribe(
    pcm: Pcm,
    model: SpeechModel,
    *,
    start_ms: int = 0,
    grammar: tuple[str, ...] | None = None,
    alternatives: int = 0,
) -> list[Transcript]:
    """Utterances in 8 kHz sound, in order; times count from `start_ms`. Those of which no word is
    known are among them: they tell which language it is not.
    """
    length_ms = pcm.size * 1000 // RATE
    spans = speech_spans(pcm)
    if not spans and _LEAST_MS <= length_ms <= _BRIEF_MS:
        spans = [(0, length_ms)]
    return [
        shifted(decode(pcm, span, model.open(grammar, alternatives)), start_ms + span[0])
        for span in spans
    ]


def decode(pcm: Pcm, span: tuple[int, int], recognizer: Recognizer) -> Transcript:
    """What is said between two milliseconds, by a fresh recogniser: on long streams it grows and
    gets worse. Times count from the span's beginning.
    """
    recognizer.accept(pcm[span[0] * RATE // 1000 : span[1] * RATE // 1000])
    return recognizer.finish()


def speech_spans(pcm: Pcm, settings: EndpointerSettings | None = None) -> list[tuple[int, int]]:
    """Where voice is, in milliseconds with a margin; spans never overlap."""
    length_ms = pcm.size * 1000 // RATE
    spans: list[tuple[int, int]] = []
    for ended in _utterances(pcm, settings or EndpointerSettings()):
        after = spans[-1][1] if spans else 0
        begin = max(after, ended.started_ms - _MARGIN_MS)
        end = min(length_ms, ended.ended_ms + _MARGIN_MS)
        if end > begin:
            spans.append((begin, end))
    return spans


def _utterances(pcm: Pcm, settings: EndpointerSettings) -> Iterator[Ended]:
    detector = VoiceDetector(floor_dbfs=_floor_dbfs(pcm))
    endpointer = Endpointer(settings)
    for frame in _frames(pcm, tail_ms=settings.stop_ms + FRAME_MS):
        for event in endpointer.process(detector.is_speech(frame)):
            if isinstance(event, Ended):
                yield event


def _frames(pcm: Pcm, *, tail_ms: int) -> Iterator[Pcm]:
    """All frames, and silence after the end so that the last utterance ends too."""
    padded = np.concatenate([pcm, np.zeros(FRAME_SAMPLES + tail_ms * RATE // 1000, np.int16)])
    for start in range(0, padded.size - FRAME_SAMPLES + 1, FRAME_SAMPLES):
        yield padded[start : start + FRAME_SAMPLES]


def _floor_dbfs(pcm: Pcm) -> float | None:
    """Noise of a whole file: the level that a tenth of its frames stay below."""
    whole = pcm[: pcm.size - pcm.size % FRAME_SAMPLES].reshape(-1, FRAME_SAMPLES)
    if not len(whole):
        return None
    return float(np.percentile([level_dbfs(frame) for frame in whole], 10))
