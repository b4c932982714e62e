"""What `hotline listen FILE` answers: a sound file as words, JSON-able."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from asr.decoding import model_for
from asr.recognizer import SpeechModel, Transcript
from asr.transcribe import transcribe
from asr.vosk_recognizer import join_words
from audio.files import read_sound
from audio.frames import RATE
from audio.resample import resample


def listen_file(path: Path, models: Mapping[str, SpeechModel], language: str) -> dict[str, Any]:
    """Words of every channel in order of time; raises SoundUnreadable and LanguageMissing."""
    model = model_for(models, language)
    began = time.monotonic()
    pcm, rate = read_sound(path)
    channels = [transcribe(resample(one, rate, RATE), model) for one in pcm]
    spent = time.monotonic() - began
    seconds = pcm.shape[1] / rate
    numbered = [(number, one) for number, heard in enumerate(channels) for one in heard]
    numbered.sort(key=lambda item: item[1].words[0].start_ms)
    return {
        "text": join_words([one.text for _, one in numbered], language),
        "language": language,
        "words": [word for number, one in numbered for word in _words(one, number)],
        "confidence": _confidence([one for _, one in numbered]),
        "seconds": round(seconds, 3),
        "real_time_factor": round(spent / seconds, 4),
        "channels": [
            {"text": join_words([one.text for one in heard], language), "utterances": len(heard)}
            for heard in channels
        ],
    }


def _words(transcript: Transcript, channel: int) -> list[dict[str, Any]]:
    return [
        {
            "text": word.text,
            "start_ms": word.start_ms,
            "end_ms": word.end_ms,
            "confidence": round(word.confidence, 3),
            "channel": channel,
        }
        for word in transcript.words
    ]


def _confidence(heard: list[Transcript]) -> float:
    """Mean over words, so that a long utterance counts more than a short one."""
    count = sum(len(one.words) for one in heard)
    total = sum(one.confidence * len(one.words) for one in heard)
    return round(total / count, 3) if count else 0.0
