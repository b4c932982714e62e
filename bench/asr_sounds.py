"""Speech to measure with: synthetic voices that no training used, and the line between."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from asr.recognizer import Pcm
from asr.training.flite import UNHEARD_VOICE, Flite, installed_voices
from asr.training.voices import UNHEARD_ACCENTS, UNHEARD_VARIANTS
from audio import mulaw
from audio.frames import RATE
from audio.pcm import level_dbfs, mix, saturate, telephone_band
from audio.resample import resample
from simulator.voice_child import Espeak

SENTENCES = Path(__file__).with_name("asr_sentences.yaml")
BASES = {"zh": ("cmn",), "en": ("en-us", "en-us", "en-gb-scotland", *UNHEARD_ACCENTS)}
"""The last English one is an accent that training never heard."""
DIGITS = {
    "zh": tuple("零一二三四五六七八九"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}
NOISE_DB = 15.0
CONDITIONS = ("plain voice", "unheard voice", "unheard voice, noisy line")
OTHER_ENGINE = f"flite {UNHEARD_VOICE}"


@dataclass(frozen=True)
class Clip:
    """A sound and what was said in it."""

    condition: str
    words: tuple[str, ...]
    """English words, Mandarin characters."""
    pcm: Pcm


def units(text: str, language: str) -> tuple[str, ...]:
    """What errors are counted in."""
    return tuple(text.replace(" ", "")) if language == "zh" else tuple(text.split())


def sentences(language: str, kind: str) -> list[str]:
    """The report's own sentences: hotline or outside."""
    return list(yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))[language][kind])


def same_but_for_tone() -> list[list[str]]:
    """Groups of Mandarin words that nothing but their tones tells apart."""
    groups = yaml.safe_load(SENTENCES.read_text(encoding="utf-8"))["zh"]["same_but_for_tone"]
    return [group.split() for group in groups]


def heldout(language: str, folder: Path) -> list[str]:
    """Sentences that dialogue's own tests keep from its training."""
    data = yaml.safe_load((folder / f"heldout_{language}.yaml").read_text(encoding="utf-8"))
    return [text for texts in data.values() for text in texts]


def digit_strings(language: str, count: int) -> list[str]:
    """5 to 12 digits each."""
    dice = random.Random(12)
    gap = "" if language == "zh" else " "
    return [
        gap.join(dice.choice(DIGITS[language]) for _ in range(dice.randint(5, 12)))
        for _ in range(count)
    ]


class Studio:
    """Speaks texts in the three conditions; the same seed gives the same sounds."""

    def __init__(self, seed: int = 2026) -> None:
        self._espeak = Espeak()
        self._dice = random.Random(seed)
        self._noise = np.random.default_rng(seed)

    def clips(self, texts: list[str], language: str) -> Iterator[Clip]:
        """Every text in every condition."""
        for text in texts:
            said = units(text, language)
            plain = self._speak(text, BASES[language][0], rate=165, pitch=50)
            yield Clip(CONDITIONS[0], said, over_the_line(plain))
            voice = f"{self._dice.choice(BASES[language])}+{self._dice.choice(UNHEARD_VARIANTS)}"
            rate, pitch = self._dice.randint(130, 200), self._dice.randint(35, 70)
            other = self._speak(text, voice, rate=rate, pitch=pitch)
            yield Clip(CONDITIONS[1], said, over_the_line(other))
            yield Clip(CONDITIONS[2], said, over_the_line(noisy(other, self._noise)))

    def _speak(self, text: str, voice: str, *, rate: int, pitch: int) -> Pcm:
        request = {
            "text": text, "voice": voice, "rate": rate, "pitch": pitch, "pitch_range": 50,
            "volume": 100,
        }  # fmt: skip
        raw = np.frombuffer(self._espeak.speak(request), "<i2").astype(np.int16)
        return resample(raw, self._espeak.rate, RATE)


class OtherStudio:
    """flite's voice that no training used: another engine, clean and on a noisy line."""

    def __init__(self, seed: int = 2026) -> None:
        self._flite = Flite()
        self._noise = np.random.default_rng(seed)

    @staticmethod
    def is_installed() -> bool:
        """Flite is here, and this voice."""
        return bool(installed_voices([UNHEARD_VOICE]))

    def clips(self, texts: list[str]) -> Iterator[Clip]:
        """Every English text twice."""
        for text in texts:
            spoken = self._flite.speak(text, UNHEARD_VOICE)
            pcm = resample(spoken.samples, spoken.rate, RATE)
            said = units(text, "en")
            yield Clip(OTHER_ENGINE, said, over_the_line(pcm))
            yield Clip(f"{OTHER_ENGINE}, noisy line", said, over_the_line(noisy(pcm, self._noise)))


def noisy(pcm: Pcm, noise: np.random.Generator) -> Pcm:
    """White noise, NOISE_DB below what is voiced."""
    voiced = pcm[np.abs(pcm) > 100]
    level = 10 ** ((level_dbfs(voiced) - NOISE_DB) / 20) * 32768
    return mix(pcm, saturate(noise.normal(0, level, pcm.size)))


def over_the_line(pcm: Pcm) -> Pcm:
    """Telephone band and mu-law, with a third of a second of silence at either end."""
    quiet = np.zeros(RATE // 3, np.int16)
    whole = np.concatenate([quiet, pcm // 2, quiet])
    return mulaw.decode(mulaw.encode(telephone_band(whole)))
