"""Makes a training corpus: texts drawn, spoken by many voices, with the times of their sounds."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from asr.training.corpus import Corpus, Shard, claim
from asr.training.errors import CorpusUnspeakable
from asr.training.espeak import Espeak
from asr.training.espeak_spans import spans_of
from asr.training.flite import TRAINING_VOICES, Flite, installed_voices
from asr.training.noises_alone import no_speech
from asr.training.phone_sets import phone_set
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from asr.training.speech_text import SpeechTexts, draw_text
from asr.training.voices import draw_manner
from audio.frames import RATE
from audio.pcm import Pcm
from audio.resample import resample

_RECIPE = 2
"""To be raised when the same plan gives other sounds than before."""
_PER_SHARD = 250
_SHORTEST, _LONGEST = 0.25, 16.0
"""Seconds of an utterance that is kept."""
_ESPEAK = {"en": 14_500, "zh": 11_500}
"""Utterances of the bundled models' corpora: 9 hours of English, 7 of Mandarin."""
_FLITE_EACH = 700
"""Of those, by each voice of flite; it speaks at 40 to 80 times real time, espeak-ng at 500."""
_NON_SPEECH = 700
_STRETCHES, _PITCH_SHIFTS = (0.75, 1.35), (0.8, 1.25)
_TRIES = 50
"""Texts in a row of which none could be spoken, until we give up."""

Progress = Callable[[int, int], None]
"""Utterances done and in all."""


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """What is spoken, and how many utterances each engine speaks; 1,000 last some 40 minutes."""

    texts: SpeechTexts
    espeak: int
    flite: int = 0
    """Utterances, of which flite_voices speak the same number each."""
    flite_voices: tuple[str, ...] = ()
    non_speech: int = 0
    """Tones, noises and silence."""

    @property
    def total(self) -> int:
        """Utterances of all kinds."""
        return self.espeak + self.flite + self.non_speech

    def mark(self, language: str, seed: int) -> dict[str, object]:
        """What tells this corpus from any other."""
        said = json.dumps([self.texts.sentences, self.texts.words], ensure_ascii=False)
        return {
            "recipe": _RECIPE, "language": language, "seed": seed, "espeak": self.espeak,
            "flite": self.flite, "flite_voices": list(self.flite_voices),
            "non_speech": self.non_speech, "texts": hashlib.sha256(said.encode()).hexdigest(),
        }  # fmt: skip


def whole_plan(texts: SpeechTexts) -> CorpusPlan:
    """The bundled models' corpus, with the flite voices that are installed here."""
    voices = installed_voices(TRAINING_VOICES) if texts.language == "en" else ()
    flite = _FLITE_EACH * len(voices)
    return CorpusPlan(texts, _ESPEAK[texts.language] - flite, flite, voices, _NON_SPEECH)


def render_corpus(
    language: str, folder: Path, plan: CorpusPlan, seed: int, progress: Progress = lambda *_: None
) -> Corpus:
    """The corpus in `folder`; shards that are whole are kept, so an interrupted call goes on.

    Raises CorpusOfAnotherPlan for a folder with other contents.
    """
    claim(folder, plan.mark(language, seed))
    studio = Studio(language, plan)
    shards = []
    for number, first in enumerate(range(0, plan.total, _PER_SHARD)):
        shard = Shard(folder, number)
        last = min(first + _PER_SHARD, plan.total)
        if not shard.is_whole:
            shard.write([studio.utterance(n, _seed(language, seed, n)) for n in range(first, last)])
        shards.append(shard)
        progress(last, plan.total)
    return Corpus(shards)


def _seed(language: str, seed: int, number: int) -> int:
    digest = hashlib.sha256(f"{language} {seed} {number}".encode()).digest()
    return int.from_bytes(digest[:8], "big")


class Studio:
    """Where texts are drawn and spoken; one per process, for the engines' sake."""

    def __init__(self, language: str, plan: CorpusPlan) -> None:
        self._language = language
        self._plan = plan
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
