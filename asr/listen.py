"""What `hotline listen FILE` answers: a sound file as words, JSON-able."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.decoding import model_for
from asr.errors import ChannelMissing, GrammarEmpty
from asr.language import READINGS, Contrast, Told, tell
from asr.readings import join_words
from asr.recognizer import SpeechModel, Transcript
from asr.transcribe import transcribe
from audio.files import read_sound
from audio.frames import RATE
from audio.resample import resample


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be known of a file."""

    language: str | None = None
    """None: told from the sound."""
    channel: int | None = None
    """From 0; None: all of them."""
    grammar: tuple[str, ...] | None = None
    """Words and phrases that alone are listened for."""
    alternatives: int = 0
    """Readings of each utterance."""


def listen_file(
    path: Path,
    models: Mapping[str, SpeechModel],
    request: Request | None = None,
    contrast: Contrast | None = None,
) -> dict[str, Any]:
    """Words of the channels in order of time; raises SoundUnreadable, LanguageMissing,
    ChannelMissing and what a grammar may cause. `contrast` tells the models' languages apart.
    """
    request = request or Request()
    if request.grammar is not None and not any(phrase.split() for phrase in request.grammar):
        raise GrammarEmpty
    asked = {request.language: model_for(models, request.language)} if request.language else models
    channels, rate = _channels(path, request.channel)
    sound = {number: resample(pcm, rate, RATE) for number, pcm in channels.items()}
    began = time.monotonic()  # of listening: what reads and resamples is loaded with the first file
    heard = {
        language: _hear(sound, model, request, telling=len(asked) > 1)
        for language, model in asked.items()
    }
    spoken = {la: list(chain(*by_channel.values())) for la, by_channel in heard.items()}
    told = tell(spoken, contrast)
    with_words = {
        number: [one for one in found if one.text] for number, found in heard[told.language].items()
    }
    seconds = next(iter(channels.values())).size / rate
    return {
        "file": str(path),
        **_described(with_words, told, request.alternatives),
        "seconds": round(seconds, 3),
        "real_time_factor": round((time.monotonic() - began) / seconds, 4),
    }


def _channels(path: Path, wanted: int | None) -> tuple[dict[int, NDArray[np.int16]], int]:
    pcm, rate = read_sound(path)
    if wanted is not None and wanted not in range(len(pcm)):
        raise ChannelMissing(path.name, wanted, len(pcm))
    return {n: one for n, one in enumerate(pcm) if wanted in (None, n)}, rate


def _hear(
    sound: Mapping[int, NDArray[np.int16]], model: SpeechModel, request: Request, *, telling: bool
) -> dict[int, list[Transcript]]:
    readings = max(request.alternatives, READINGS if telling else 0)
    return {
        number: transcribe(pcm, model, grammar=request.grammar, alternatives=readings)
        for number, pcm in sound.items()
    }


def _described(
    channels: Mapping[int, Sequence[Transcript]], told: Told, alternatives: int
) -> dict[str, Any]:
    numbered = [(number, one) for number, heard in channels.items() for one in heard]
    numbered.sort(key=lambda item: item[1].words[0].start_ms)
    return {
        "text": join_words([one.text for _, one in numbered], told.language),
        "language": told.language,
        "language_probability": round(told.probability, 3),
        "words": [word for number, one in numbered for word in _words(one, number)],
        "confidence": _confidence([one for _, one in numbered]),
        "utterances": [_utterance(one, number, alternatives) for number, one in numbered],
        "channels": [
            {
                "channel": number,
                "text": join_words([one.text for one in heard], told.language),
                "utterances": len(heard),
            }
            for number, heard in channels.items()
        ],
    }


def _utterance(transcript: Transcript, channel: int, alternatives: int) -> dict[str, Any]:
    found = {
        "text": transcript.text,
        "start_ms": transcript.words[0].start_ms,
        "end_ms": transcript.words[-1].end_ms,
        "channel": channel,
    }
    if not alternatives:
        return found
    readings = transcript.alternatives[:alternatives]
    return found | {
        "alternatives": [
            {"text": one.text, "probability": round(one.probability, 4)} for one in readings
        ]
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
