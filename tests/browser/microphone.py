"""A fake microphone: a WAV file in which a voice of the box says sentences at given seconds."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from audio import mulaw
from audio.frames import RATE
from audio.pcm import gain
from audio.resample import resample
from audio.wav import write_wav
from simulator.voices import Voice, Voices

BROWSER_RATE = 48_000
LOUDER_DB = 6.0
"""A microphone near the mouth; the browser's own noise suppression takes some of it away."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is said, in seconds after the browser opened its microphone."""

    at_seconds: float
    text: str


def write_microphone(path: Path, sentences: Sequence[Sentence], voice: Voice) -> Path:
    """Write the file: silence, the sentences, and two minutes of silence for files that loop."""
    # a thread of its own: playwright keeps an event loop running in ours
    with ThreadPoolExecutor(1) as thread:
        spoken = thread.submit(asyncio.run, _speak(path.parent, sentences, voice)).result(60)
    whole = np.zeros(int((sentences[-1].at_seconds + 120) * BROWSER_RATE), np.int16)
    for sentence, sound in zip(sentences, spoken, strict=True):
        pcm = resample(gain(mulaw.decode(sound), LOUDER_DB), RATE, BROWSER_RATE)
        start = int(sentence.at_seconds * BROWSER_RATE)
        whole[start : start + pcm.size] = pcm
    path.parent.mkdir(parents=True, exist_ok=True)
    write_wav(path, whole, BROWSER_RATE)
    return path


async def _speak(folder: Path, sentences: Sequence[Sentence], voice: Voice) -> list[bytes]:
    voices = Voices(folder / "voices")
    try:
        return [await voices.speak(sentence.text, voice) for sentence in sentences]
    finally:
        await voices.close()
