"""What a training corpus consists of, and how large the bundled models' is."""

import hashlib
import json
from dataclasses import dataclass

from asr.training.flite import TRAINING_VOICES, installed_voices
from asr.training.speech_text import SpeechTexts

_RECIPE = 5
"""To be raised when the same plan gives other sounds than before."""
_ESPEAK = {"en": 14_500, "zh": 11_500}
"""Utterances of the bundled models' corpora: 9 hours of English, 7 of Mandarin."""
_FLITE_EACH = 2_500
"""Of those, by each voice of flite; it speaks at 40 to 80 times real time, espeak-ng at 500."""
_NON_SPEECH = 700


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
    per_shard: int = 250

    @property
    def total(self) -> int:
        """Utterances of all kinds."""
        return self.espeak + self.flite + self.non_speech

    @property
    def language(self) -> str:
        """Of all its texts."""
        return self.texts.language

    def mark(self, seed: int) -> dict[str, object]:
        """What tells this corpus from any other."""
        said = json.dumps([self.texts.sentences, self.texts.words], ensure_ascii=False)
        return {
            "recipe": _RECIPE, "language": self.language, "seed": seed, "espeak": self.espeak,
            "flite": self.flite, "flite_voices": list(self.flite_voices),
            "non_speech": self.non_speech,
            "per_shard": self.per_shard, "texts": hashlib.sha256(said.encode()).hexdigest(),
        }  # fmt: skip


def whole_plan(texts: SpeechTexts) -> CorpusPlan:
    """The bundled models' corpus, with the flite voices that are installed here."""
    voices = installed_voices(TRAINING_VOICES) if texts.language == "en" else ()
    flite = _FLITE_EACH * len(voices)
    return CorpusPlan(texts, _ESPEAK[texts.language] - flite, flite, voices, _NON_SPEECH)
