"""The process in which training speech is spoken, one shard in its life.

The engines' own libraries run here: espeak-ng may die of a bad address, and what it says must not
depend on what it said before.
"""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from asr.training.corpus import Shard
from asr.training.errors import CorpusUnspeakable
from asr.training.espeak import Espeak
from asr.training.espeak_spans import spans_of
from asr.training.flite import Flite
from asr.training.noises_alone import no_speech
from asr.training.phone_sets import phone_set
from asr.training.render_plan import CorpusPlan
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from asr.training.speech_text import draw_text
from asr.training.voices import draw_manner
from audio.frames import RATE
from audio.pcm import Pcm
from audio.resample import resample

_SHORTEST, _LONGEST = 0.25, 16.0
"""Seconds of an utterance that is kept."""
_STRETCHES, _PITCH_SHIFTS = (0.75, 1.35), (0.8, 1.25)
_TRIES = 50
"""Texts in a row of which none could be spoken, until we give up."""


@dataclass(frozen=True, slots=True)
class ShardJob:
    """What one process makes."""

    plan: CorpusPlan
    seed: int
    shard: Shard
    utterances: range
    attempt: int = 0
    """Raised where a process died: other texts are drawn."""


def render_shard(job: ShardJob) -> None:
    """Speak a shard and put it in place; raises CorpusUnspeakable."""
    studio = Studio(job.plan)
    shared = f"{job.plan.language} {job.seed} {job.attempt}"
    job.shard.write([studio.utterance(n, _number(f"{shared} {n}")) for n in job.utterances])


def _number(seed: str) -> int:
    return int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big")


class Studio:
    """Where texts are drawn and spoken; one per process, for the engines' sake."""

    def __init__(self, plan: CorpusPlan) -> None:
        self._plan = plan
        self._language = plan.language
        self._espeak = Espeak()
        self._flite = Flite() if plan.flite else None

    def utterance(self, number: int, seed: int) -> AlignedSpeech:
        """The utterance of that number in the plan; raises CorpusUnspeakable."""
        if number >= self._plan.espeak + self._plan.flite:
            return no_speech(np.random.default_rng(seed))
        dice = random.Random(seed)
        at = number - self._plan.espeak
        for _ in range(_TRIES):
            text = draw_text(self._plan.texts, dice)
            speech = self._by_espeak(text, dice) if at < 0 else self._by_flite(text, at, dice)
            if speech is not None:
                return speech
        raise CorpusUnspeakable(text)

    def _by_espeak(self, text: str, dice: random.Random) -> AlignedSpeech | None:
        manner = draw_manner(self._language, dice)
        spoken = self._espeak.speak(text, manner)
        spans = spans_of(spoken, self._espeak.rate, manner.voice, self._language)
        return self._aligned(spoken.samples, self._espeak.rate, spans, manner.voice)

    def _by_flite(self, text: str, number: int, dice: random.Random) -> AlignedSpeech | None:
        assert self._flite is not None
        voice = self._plan.flite_voices[number % len(self._plan.flite_voices)]
        stretch, pitch = dice.uniform(*_STRETCHES), dice.uniform(*_PITCH_SHIFTS)
        spoken = self._flite.speak(text, voice, stretch, pitch)
        return self._aligned(spoken.samples, spoken.rate, spoken.spans, f"flite-{voice}")

    def _aligned(
        self, samples: Pcm, rate: int, spans: Sequence[Span], voice: str
    ) -> AlignedSpeech | None:
        """None where a sound is unknown or the length unusual."""
        if not spans or not _SHORTEST <= samples.size / rate <= _LONGEST:
            return None
        if phone_set(self._language).unknown([s.phone for s in spans if s.phone != SILENCE_NAME]):
            return None
        return AlignedSpeech(resample(samples, rate, RATE), spans, voice)
