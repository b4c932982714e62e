"""Who is heard by a model that never heard them: speakers left out, a corpus left out, and calls.

Calm voice: five clips of a speaker (labelled calm, else neutral) make the baseline and are not
scored. Nothing here chooses anything: the recipe is in `emotion.train` and
`emotion.network_training`, fixed beforehand.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.calibration import Calibration, calibrate
from emotion.corpus import (
    CLEAN,
    FOUR,
    STRANGERS,
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
from emotion.labels import EmotionReading
from emotion.lexical import LexicalScorer
from emotion.network import Network
from emotion.network_training import fit_network
from emotion.train import fit_languages
from emotion.voice_model import VoiceModel
from emotion.weights import Weights

Numbers = NDArray[np.float64]
Truth = NDArray[np.bool_]

BASELINE_CLIPS = 5
FOLDS = 6
"""Of 18 English speakers three are left out at a time, of 3 Mandarin ones one."""
LINES = {
    "clean": (CLEAN, 5),
    "telephone": (TELEPHONE, 5),
    "louder": (replace(TELEPHONE, gain_db=(12.0,)), 5),
    "softer": (replace(TELEPHONE, gain_db=(-12.0,)), 5),
    "training": (TRAINING, 11),
    "training again": (TRAINING, 12),
    "as strangers": (STRANGERS, 13),
}
"""Name: line and seed. The louder and the softer line carry the same noise as the plain one."""
LINEAR_LINES = ("training", "training again")
NETWORK_LINES = (*LINEAR_LINES, "as strangers")

Heard = dict[str, list[Measured]]


@dataclass(frozen=True, slots=True)
class Fitted:
    """One language's model and the network beside it."""

    weights: Weights
    network: Network | None

    def voice(self) -> VoiceModel:
        """Both, ready to judge."""
        return VoiceModel(self.weights, self.network)

    def scorer(self) -> AcousticScorer:
        """As a call has it."""
        return AcousticScorer([self.weights], self.network)


Models = dict[str, Fitted]
"""By speaker: a model that has not heard this one."""


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


def measure_line(folder: Path, name: str) -> list[Measured]:
    """Every clip through one of `LINES`."""
    line, seed = LINES[name]
    return measure(read_manifest(folder), line, seed)


def train(heard: Heard, without: set[str], version: str = "x", about: str = "") -> list[Fitted]:
    """A model for each language from all speakers but some; its anger is not calibrated yet."""
    known = {
        name: [m for m in heard[name] if m.clip.speaker not in without] for name in NETWORK_LINES
    }
    linear = [m for name in LINEAR_LINES for m in known[name]]
    weights = fit_languages(linear, version=version, about=about)
    calm = {one.languages[0]: one.mean[one.features.index("pitch")] for one in weights}
    network = fit_network([m for name in NETWORK_LINES for m in known[name]], calm, version=version)
    return [Fitted(one, network) for one in weights]


def folds(clips: list[Clip]) -> list[set[str]]:
    """Who is left out together: speakers of every language in each."""
    out: list[set[str]] = [set() for _ in range(FOLDS)]
    for language in sorted({clip.language for clip in clips}):
        speakers = sorted({clip.speaker for clip in clips if clip.language == language})
        for number in range(max(FOLDS, len(speakers))):
            out[number % FOLDS].add(speakers[number % len(speakers)])
    return out


def unheard(fitted: list[tuple[set[str], list[Fitted]]], clips: list[Clip]) -> Models:
    """For each speaker the model of the own language in the first fold that leaves them out."""
    models: Models = {}
    languages = {clip.speaker: clip.language for clip in clips}
    for left_out, of_languages in fitted:
        for speaker in left_out - set(models):
            models[speaker] = next(
                one for one in of_languages if languages[speaker] in one.weights.languages
            )
    return models


def across(heard: Heard, corpus: str) -> Fitted:
    """The model of all speakers of the other corpora."""
    (fitted,) = train(heard, {m.clip.speaker for m in heard["training"] if m.clip.corpus == corpus})
    return fitted


def calibrated(models: Models, tested: list[Measured]) -> tuple[Models, dict[str, Calibration]]:
    """Each model calibrated on the other speakers of its language; and on all, by language.

    The models that scored those others have heard this speaker; two numbers cannot tell much of it.
    """
    rows = {speaker: _logits(models[speaker], speaker, tested) for speaker in models}
    languages = {m.clip.speaker: m.clip.language for m in tested}
    out: Models = {}
    for speaker, fitted in models.items():
        others = [s for s in models if languages[s] == languages[speaker] and s != speaker]
        out[speaker] = replace(fitted, weights=_joined(rows, others).of(fitted.weights))
    whole = {
        language: _joined(rows, [s for s in models if languages[s] == language])
        for language in set(languages.values())
    }
    return out, whole


def _joined(rows: dict[str, tuple[Numbers, Truth]], speakers: list[str]) -> Calibration:
    logits, angry = zip(*(rows[speaker] for speaker in speakers), strict=True)
    return calibrate(np.concatenate(logits), np.concatenate(angry))


def _logits(fitted: Fitted, speaker: str, tested: list[Measured]) -> tuple[Numbers, Truth]:
    """Of every window of the speaker, with a baseline of five clips and with none."""
    mine = [m for m in tested if m.clip.speaker == speaker]
    calm = {clip.path for clip in calm_clips([m.clip for m in mine])[speaker]}
    voice = fitted.voice()
    angry = voice.classes.index("angry")
    logits, truth = [], []
    for baseline in (_baseline([m for m in mine if m.clip.path in calm]), Baseline()):
        for m in mine:
            for window in m.windows:
                chance = float(
                    np.clip(voice.probabilities(window, baseline)[angry], 1e-9, 1 - 1e-9)
                )
                logits.append(np.log(chance / (1.0 - chance)))
                truth.append(m.clip.label == "angry")
    return np.array(logits), np.array(truth)


def _baseline(calm: list[Measured]) -> Baseline:
    baseline = Baseline()
    for m in calm:
        for window in m.windows:
            baseline = baseline.after(window)
    return baseline


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
    models: Models, tested: list[Measured], calm_heard: list[Measured] | None
) -> list[Scored]:
    """Judge every clip that is no baseline; `calm_heard` None gives no baseline at all."""
    calm = calm_clips([m.clip for m in tested])
    paths = {clip.path for clips in calm.values() for clip in clips}
    baselines = {
        speaker: _baseline(
            [m for m in calm_heard or [] if m.clip.speaker == speaker and m.clip.path in paths]
        )
        for speaker in models
    }
    voices = {speaker: fitted.voice() for speaker, fitted in models.items()}
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


def play_calls(folder: Path, models: Models) -> list[Played]:
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
    return [_play(models, call) for call in calls]


def _play(models: Models, call: tuple[list[Clip], list[Clip]]) -> Played:
    calm, upset = call
    rng = np.random.default_rng(5)
    sounds = [through(_quiet(read_clip(c.path)), TELEPHONE, rng) for c in [*calm, *upset]]
    scorer = EmotionScorer(models[upset[0].speaker].scorer(), LexicalScorer({}))
    start = len(calm)
    at_rest, _ = _hear(scorer, EmotionState(), sounds[:start])
    _, plain = _hear(scorer, at_rest, sounds[start:], start + 1)
    moved = {}
    for gain in (12.0, -12.0):
        for where, at in (("after the baseline", 0.0), ("within a sentence", 1.5)):
            _, changed = _hear(scorer, at_rest, _changed(sounds[start:], at, gain), start + 1)
            moved[f"{gain:+.0f} dB {where}"] = changed.score - plain.score
    return Played(upset[0], plain.score, plain.level, moved)


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


def _hear(
    scorer: EmotionScorer, state: EmotionState, sounds: list[NDArray[np.int16]], number: int = 1
) -> tuple[EmotionState, EmotionReading]:
    """State and reading after these utterances, four seconds apart; the first is `number`."""
    for at, pcm in enumerate(sounds, number):
        heard = scorer.hear(state, pcm, "", "zh", 4000 * at)
        state = heard.state
    return state, heard.reading
