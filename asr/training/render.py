"""Makes a training corpus: texts drawn, spoken by many voices, with the times of their sounds."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.training.corpus import Corpus, Shard, claim
from asr.training.errors import CorpusUnspeakable
from asr.training.espeak import Espeak, Spoken
from asr.training.espeak_spans import spans_of
from asr.training.speech import AlignedSpeech
from asr.training.speech_text import SpeechTexts, draw_text
from asr.training.voices import draw_manner
from audio.frames import RATE
from audio.resample import resample

_RECIPE = 1
"""To be raised when the same plan gives other sounds than before."""
_PER_SHARD = 250
_SHORTEST, _LONGEST = 0.25, 16.0
"""Seconds of an utterance that is kept."""
_TRIES = 50
"""Texts in a row of which none could be spoken, until we give up."""

Progress = Callable[[int, int], None]
"""Utterances done and in all."""


@dataclass(frozen=True, slots=True)
class CorpusPlan:
    """What is spoken, and how many utterances of each kind."""

    texts: SpeechTexts
    espeak: int
    """12,000 are about 9 hours of English."""

    @property
    def total(self) -> int:
        """Utterances of all kinds."""
        return self.espeak

    def mark(self, language: str, seed: int) -> dict[str, object]:
        """What tells this corpus from any other."""
        said = json.dumps([self.texts.sentences, self.texts.words], ensure_ascii=False)
        return {
            "recipe": _RECIPE, "language": language, "seed": seed, "espeak": self.espeak,
            "texts": hashlib.sha256(said.encode()).hexdigest(),
        }  # fmt: skip


def render_corpus(
    language: str, folder: Path, plan: CorpusPlan, seed: int, progress: Progress = lambda *_: None
) -> Corpus:
    """The corpus in `folder`; shards that are whole are kept, so an interrupted call goes on.

    Raises CorpusOfAnotherPlan for a folder with other contents.
    """
    claim(folder, plan.mark(language, seed))
    studio = Studio(language, plan.texts)
    shards = []
    for number, first in enumerate(range(0, plan.total, _PER_SHARD)):
        shard = Shard(folder, number)
        count = min(_PER_SHARD, plan.total - first)
        if not shard.is_whole:
            shard.write(studio.utterances(count, f"{language} {seed} {number}"))
        shards.append(shard)
        progress(first + count, plan.total)
    return Corpus(shards)


class Studio:
    """Where texts are drawn and spoken; one per process, for espeak-ng's sake."""

    def __init__(self, language: str, texts: SpeechTexts) -> None:
        self._language = language
        self._texts = texts
        self._espeak = Espeak()

    def utterances(self, count: int, seed: str) -> Sequence[AlignedSpeech]:
        """So many, the same for the same seed; raises CorpusUnspeakable."""
        dice = random.Random(seed)
        return [self._utterance(dice) for _ in range(count)]

    def _utterance(self, dice: random.Random) -> AlignedSpeech:
        for _ in range(_TRIES):
            text, manner = draw_text(self._texts, dice), draw_manner(self._language, dice)
            spoken = self._espeak.speak(text, manner)
            speech = self._aligned(spoken, manner.voice)
            if speech is not None:
                return speech
        raise CorpusUnspeakable(text)

    def _aligned(self, spoken: Spoken, voice: str) -> AlignedSpeech | None:
        """None where a sound is unknown or the length unusual."""
        rate = self._espeak.rate
        spans = spans_of(spoken, rate, voice, self._language)
        if not spans or not _SHORTEST <= spoken.samples.size / rate <= _LONGEST:
            return None
        return AlignedSpeech(resample(spoken.samples, rate, RATE), spans, voice)
