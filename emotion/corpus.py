"""Labelled speech for training and evaluation, passed through a telephone; never imported live."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio.files import read_sound
from audio.mulaw import decode, encode
from audio.pcm import telephone_band
from audio.resample import resample
from emotion.errors import CorpusInvalid
from emotion.features import RATE, Features, extract
from emotion.windows import cut

Pcm = NDArray[np.int16]

CLASSES = ("angry", "happy", "neutral", "sad", "fear", "surprise", "disgust", "calm")
SAME_AS = {"anger": "angry", "joy": "happy", "fearful": "fear"}
FOUR = ("angry", "happy", "neutral", "sad")


@dataclass(frozen=True, slots=True)
class Clip:
    """One labelled recording."""

    path: Path
    corpus: str
    language: str
    speaker: str
    emotion: str
    """As the corpus calls it; `label` is what the model learns."""

    @property
    def label(self) -> str:
        """One of `CLASSES`."""
        return SAME_AS.get(self.emotion, self.emotion)

    @property
    def is_calm(self) -> bool:
        """May it teach what this speaker's calm voice is?"""
        return self.label in ("neutral", "calm")


@dataclass(frozen=True, slots=True)
class Line:
    """What the speech passes through."""

    band: bool = True
    """300-3400 Hz and mu-law."""
    noise_db: tuple[float, float] | None = (30.0, 30.0)
    """Speech above line noise, drawn from this range for each clip; None adds none."""
    gain_db: tuple[float, ...] = (0.0,)
    """One of these is drawn for each clip."""
    speed: tuple[float, ...] = (1.0,)
    """One is drawn for each speaker: pitch, formants and rate move as if another person spoke."""


CLEAN = Line(band=False, noise_db=None)
TELEPHONE = Line()
TRAINING = Line(noise_db=(15.0, 35.0), gain_db=(-12.0, -6.0, 0.0, 6.0))
STRANGERS = replace(TRAINING, speed=(0.86, 0.93, 1.07, 1.15))


@dataclass(frozen=True, slots=True)
class Measured:
    """A clip and what its windows measured like; no window when it holds no voice."""

    clip: Clip
    windows: tuple[Features, ...]


def read_manifest(folder: Path) -> list[Clip]:
    """Rows of `manifest.csv` (path, dataset, lang, speaker, emotion); raises CorpusInvalid."""
    return _rows(folder / "manifest.csv", folder, ("path", "dataset", "lang", "speaker", "emotion"))


def read_labels(path: Path) -> list[Clip]:
    """A user's own CSV (path, label, speaker; paths relative to it); raises CorpusInvalid."""
    return _rows(path, path.parent, ("path", "", "", "speaker", "label"))


def _rows(path: Path, folder: Path, columns: tuple[str, ...]) -> list[Clip]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as problem:
        raise CorpusInvalid(path, [str(problem)]) from problem
    if not rows:
        raise CorpusInvalid(path, ["it has no rows"])
    missing = [name for name in columns if name and name not in rows[0]]
    if missing:
        raise CorpusInvalid(path, [f"column {name!r} is missing" for name in missing])
    clips = [
        Clip(folder / row[columns[0]], *(row[name] if name else "own" for name in columns[1:]))
        for row in rows
    ]
    problems = [
        f"row {number}: label {clip.emotion!r} is none of {', '.join(CLASSES)}"
        for number, clip in enumerate(clips, 2)
        if clip.label not in CLASSES
    ]
    problems += [
        f"row {number}: {clip.path} is not there"
        for number, clip in enumerate(clips, 2)
        if not clip.path.is_file()
    ]
    if problems:
        raise CorpusInvalid(path, problems)
    return clips


def measure(clips: Iterable[Clip], line: Line, seed: int = 5) -> list[Measured]:
    """Every clip through `line`, cut and measured as in a call; the same seed, the same noise."""
    rng = np.random.default_rng(seed)
    clips = list(clips)
    speakers = sorted({clip.speaker for clip in clips})
    speed = dict(zip(speakers, rng.choice(line.speed, len(speakers)), strict=True))
    out = []
    for clip in clips:
        pcm = through(read_clip(clip.path, speed[clip.speaker]), line, rng)
        windows = tuple(f for f in map(extract, cut(pcm)) if f.voiced_seconds > 0.0)
        out.append(Measured(clip, windows))
    return out


def read_clip(path: Path, speed: float = 1.0) -> Pcm:
    """First channel at 8 kHz, played `speed` times as fast."""
    channels, rate = read_sound(path)
    return resample(channels[0], round(rate * speed), RATE)


def through(pcm: Pcm, line: Line, rng: np.random.Generator) -> Pcm:
    """Gain, line noise under the speech, telephone band, mu-law and back."""
    sound = pcm.astype(np.float64) * 10.0 ** (float(rng.choice(line.gain_db)) / 20.0)
    if line.noise_db is not None:
        spoken = np.sqrt(np.mean(np.sort(sound**2)[sound.size // 2 :])) if sound.size else 0.0
        noise = rng.standard_normal(sound.size)
        sound = sound + noise * spoken * 10.0 ** (-rng.uniform(*line.noise_db) / 20.0)
    heard = np.clip(sound, -32768, 32767).astype(np.int16)
    return decode(encode(telephone_band(heard))) if line.band else heard
