"""Who is heard by a model that never heard them: leave one speaker out, one corpus out, and calls.

Calm voice: five clips of a speaker (labelled calm, else neutral) make the baseline and are not
scored. Nothing here chooses anything: the recipe is `emotion.train`, fixed beforehand.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import Pool
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.corpus import (
    CLEAN,
    FOUR,
    TELEPHONE,
    TRAINING,
    Clip,
    Measured,
    measure,
    read_clip,
    read_manifest,
    through,
)
from emotion.fusion import EmotionScorer, EmotionState
from emotion.lexical import LexicalScorer
from emotion.train import fit
from emotion.voice_model import VoiceModel
from emotion.weights import Weights

BASELINE_CLIPS = 5
LINES = {
    "clean": (CLEAN, 5),
    "telephone": (TELEPHONE, 5),
    "louder": (replace(TELEPHONE, gain_db=(12.0,)), 5),
    "softer": (replace(TELEPHONE, gain_db=(-12.0,)), 5),
    "training": (TRAINING, 11),
    "training again": (TRAINING, 12),
}
"""Name: line and seed. The louder and the softer line carry the same noise as the plain one."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One clip that was judged by a model without its speaker."""

    clip: Clip
    anger: float
    """Calibrated, mean over windows."""
    chances: dict[str, float]
    """By class, before calibration."""

    @property
    def guess(self) -> str:
        """The likeliest of the four classes."""
        return max(FOUR, key=lambda name: self.chances.get(name, 0.0))

    @property
    def certainty(self) -> float:
        """Share of the likeliest among the four."""
        among = [self.chances.get(name, 0.0) for name in FOUR]
        return max(among) / max(sum(among), 1e-9)


def measure_lines(folder: Path) -> dict[str, list[Measured]]:
    """Every clip through every line."""
    with Pool(2) as pool:
        heard = pool.map(partial(_measured, folder), LINES)
    return dict(zip(LINES, heard, strict=True))


def _measured(folder: Path, name: str) -> list[Measured]:
    line, seed = LINES[name]
    return measure(read_manifest(folder), line, seed)


def leave_one_out(training: list[Measured], *, together: bool = False) -> dict[str, Weights]:
    """For each speaker the model of all the others: of the language, or `together` of everybody."""
    speakers = sorted({m.clip.speaker for m in training})
    with Pool(2) as pool:
        fitted = pool.map(partial(_without, training, together=together), speakers)
    return dict(zip(speakers, fitted, strict=True))


def _without(training: list[Measured], speaker: str, *, together: bool) -> Weights:
    language = next(m.clip.language for m in training if m.clip.speaker == speaker)
    others = [m for m in training if m.clip.speaker != speaker]
    if together:
        return fit(others, version="evaluation", about="")
    mine = [m for m in others if m.clip.language == language]
    return fit(mine, version="evaluation", about="", everyone=others)


def across(training: list[Measured]) -> dict[str, Weights]:
    """For each speaker the model of the other corpora."""
    corpora = {m.clip.speaker: m.clip.corpus for m in training}
    models = {
        corpus: fit([m for m in training if m.clip.corpus != corpus], version="x", about="")
        for corpus in set(corpora.values())
    }
    return {speaker: models[corpus] for speaker, corpus in corpora.items()}


def calm_clips(clips: list[Clip]) -> dict[str, list[Clip]]:
    """The clips of each speaker that make the baseline: spread evenly over what is calm."""
    calm: dict[str, list[Clip]] = defaultdict(list)
    for wanted in ("calm", "neutral"):
        for speaker in {clip.speaker for clip in clips} - set(calm):
            found = [c for c in clips if c.speaker == speaker and c.emotion == wanted]
            if len(found) > BASELINE_CLIPS:
                step = len(found) / BASELINE_CLIPS
                calm[speaker] = [found[int(i * step)] for i in range(BASELINE_CLIPS)]
    return calm


def score(
    models: dict[str, Weights],
    tested: list[Measured],
    calm_heard: list[Measured] | None,
) -> list[Scored]:
    """Judge every clip that is no baseline; `calm_heard` None gives no baseline at all."""
    calm = calm_clips([m.clip for m in tested])
    paths = {clip.path for clips in calm.values() for clip in clips}
    baselines: dict[str, Baseline] = defaultdict(Baseline)
    for m in calm_heard or []:
        if m.clip.path in paths:
            for window in m.windows:
                baselines[m.clip.speaker] = baselines[m.clip.speaker].after(window)
    voices = {speaker: VoiceModel(weights) for speaker, weights in models.items()}
    out = []
    for m in tested:
        if m.clip.path not in paths and m.windows:
            out.append(_scored(m, voices[m.clip.speaker], baselines[m.clip.speaker]))
    return out


def _scored(m: Measured, voice: VoiceModel, baseline: Baseline) -> Scored:
    windows = [voice.probabilities(w, baseline) for w in m.windows]
    anger = float(np.mean([voice.anger(chances) for chances in windows]))
    mean = np.mean(windows, axis=0).tolist()
    return Scored(m.clip, anger, dict(zip(voice.classes, mean, strict=True)))


@dataclass(frozen=True, slots=True)
class Played:
    """One made-up call by voice alone: calm clips, then clips of one emotion."""

    clip: Clip
    plain: float
    """Fused score at its end."""
    level: int
    moved: dict[str, float]
    """How far a change of gain moved the score, by where it came."""


def play_calls(folder: Path, models: dict[str, Weights]) -> list[Played]:
    """Five calm clips, then four of one emotion and speaker; no words at all."""
    clips = read_manifest(folder)
    calm = calm_clips(clips)
    groups: dict[tuple[str, str], list[Clip]] = defaultdict(list)
    for clip in clips:
        if clip not in calm[clip.speaker]:
            groups[(clip.speaker, clip.emotion)].append(clip)
    calls = [
        (calm[speaker], group[start : start + 4])
        for (speaker, _), group in sorted(groups.items())
        for start in range(0, len(group) - 3, 8 if len(group) > 20 else 4)
    ]
    with Pool(2) as pool:
        return pool.map(partial(_play, models), calls)


def _play(models: dict[str, Weights], call: tuple[list[Clip], list[Clip]]) -> Played:
    calm, upset = call
    rng = np.random.default_rng(5)
    sounds = [through(_quiet(read_clip(c.path)), TELEPHONE, rng) for c in [*calm, *upset]]
    scorer = EmotionScorer(AcousticScorer([models[upset[0].speaker]]), LexicalScorer({}))
    plain, level = _hear(scorer, sounds)
    moved = {}
    for gain in (12.0, -12.0):
        for where, at in (
            ("after the baseline", len(calm)),
            ("within a sentence", len(calm) + 1.5),
        ):
            changed, _ = _hear(scorer, _changed(sounds, at, gain))
            moved[f"{gain:+.0f} dB {where}"] = changed - plain
    return Played(upset[0], plain, level, moved)


def _quiet(pcm: NDArray[np.int16]) -> NDArray[np.int16]:
    """Peak at -15 dBFS, so that 12 dB more is louder and not broken."""
    peak = max(int(np.abs(pcm.astype(np.int32)).max()), 1)
    return (pcm * (32768 * 10 ** (-15 / 20) / peak)).astype(np.int16)


def _changed(sounds: list[NDArray[np.int16]], at: float, gain: float) -> list[NDArray[np.int16]]:
    """The line's gain changes in clip `at`; at its middle for a half."""
    out = []
    for number, pcm in enumerate(sounds):
        start = 0 if number >= int(np.ceil(at)) else len(pcm)
        if at != int(at) and number == int(at):
            start = len(pcm) // 2
        louder = pcm.astype(np.float64)
        louder[start:] *= 10 ** (gain / 20)
        out.append(np.clip(louder, -32768, 32767).astype(np.int16))
    return out


def _hear(scorer: EmotionScorer, sounds: list[NDArray[np.int16]]) -> tuple[float, int]:
    state = EmotionState()
    score, level = 0.0, 0
    for number, pcm in enumerate(sounds, 1):
        heard = scorer.hear(state, pcm, "", "zh", 4000 * number)
        state, score, level = heard.state, heard.reading.score, heard.reading.level
    return score, level
