"""Voice and words fused over a call: a bounded score, a level with hysteresis, and its reasons.

The voice alone can make a caller "annoyed" at most: pitch and effort do not tell anger from joy, so
only words lift the level to angry or furious. Too little of either, and the reading abstains.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.features import Features, extract
from emotion.labels import AcousticReading, EmotionReading, LexicalReading
from emotion.lexical import LexicalScorer
from emotion.reasons import Reason, reason
from emotion.signs import NO_SIGNS, Signs
from emotion.windows import cut

FEWEST_WINDOWS = 3
"""Single windows called 38 % of speech angry in the field; so three, or strong words."""
STRONG_LEVEL = 2
"""Words from this level on need no voice beside them."""
_MOST_WINDOWS = 7  # ten seconds of the caller's voice
_VOICE_MEMORY_MS = 30_000
_WORDS_MEMORY_MS = 60_000
_MOST_WORDS = 12
_WORDS_SCORE = (0.0, 0.4, 0.7, 0.92)
_VOICE_SHARE = 0.55
_RECENCY = 0.8
"""Each older window weighs this much of the next."""
_SURE = 0.5
"""Confidence from which the voice is believed whole; about five calm clips give it."""
_RISE, _FALL = 0.6, 0.3
LEVELS_FROM = (0.35, 0.6, 0.85)
"""Score from which the level is 1, 2, 3."""
_LEAVE_BELOW = 0.1
"""A level is left only this far below its entrance, so that it does not flicker."""
_CALM_VOICE = 0.5
_TRUSTED = 0.5


@dataclass(frozen=True, slots=True)
class Window:
    """What one window of voice gave."""

    at_ms: int
    arousal: float
    anger: float
    confidence: float


@dataclass(frozen=True, slots=True)
class SaidWords:
    """What the lexicon found in one utterance."""

    at_ms: int
    level: int
    confidence: float
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmotionState:
    """All that is known of one caller's temper; simple types, it travels in the call's state."""

    baseline: Baseline = field(default_factory=Baseline)
    windows: tuple[Window, ...] = ()
    said: tuple[SaidWords, ...] = ()
    """Utterances with upset words, of the last minute."""
    score: float = 0.0
    """Smoothed, 0-1."""
    level: int = 0
    """0-3, with hysteresis."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One utterance judged: the caller's next state, the fused reading and its two parts."""

    state: EmotionState
    reading: EmotionReading
    acoustic: AcousticReading | None
    """Mean of the utterance's windows; None when it holds too little voice."""
    lexical: LexicalReading


class EmotionScorer:
    """Hears utterances of callers; holds none of them, one serves all calls."""

    def __init__(self, acoustic: AcousticScorer, lexical: LexicalScorer) -> None:
        self._acoustic = acoustic
        self._lexical = lexical

    def hear(
        self,
        state: EmotionState,
        pcm: NDArray[np.int16],
        text: str,
        language: str,
        at_ms: int,
        signs: Signs = NO_SIGNS,
    ) -> Heard:
        """Judge one utterance of the caller's channel that ended at `at_ms` of stream time.

        Sound that cannot be judged and text in another language count as nothing heard; never
        raises for what a caller says.
        """
        state = _on_this_clock(state, at_ms)
        lexical = self._lexical.score(text, language)
        scored, doubts = self._windows(pcm, state.baseline, language)
        readings = [window for _, window in scored]
        state = replace(
            state,
            baseline=self._learned(state.baseline, scored, lexical, language),
            windows=_recent_windows(state, readings, at_ms),
            said=_recent_words(state, lexical, at_ms),
        )
        acoustic = _mean(readings)
        if not _enough(state):
            state = replace(state, score=0.0, level=0)
            return Heard(state, _abstention(state, doubts), acoustic, lexical)
        state = self._moved(state, at_ms, signs, language)
        reading = EmotionReading(
            score=state.score,
            level=state.level,
            confidence=_confidence(state),
            reasons=_reasons(state, acoustic) + signs.reasons,
        )
        return Heard(state, reading, acoustic, lexical)

    def _windows(
        self, pcm: NDArray[np.int16], baseline: Baseline, language: str
    ) -> tuple[list[tuple[Features, AcousticReading]], list[Reason]]:
        """What can be judged, and why the rest cannot."""
        if pcm.dtype != np.int16 or pcm.ndim != 1:
            return [], [reason("wrong_sound", type=str(pcm.dtype), dimensions=pcm.ndim)]
        scored, doubts = [], []
        for features in map(extract, cut(pcm)):
            doubt = self._acoustic.doubt(features, language)
            reading = None if doubt else self._acoustic.score_features(features, baseline, language)
            if reading is not None:
                scored.append((features, reading))
            elif doubt:
                doubts.append(doubt)
        return scored, doubts

    def _learned(
        self,
        baseline: Baseline,
        scored: list[tuple[Features, AcousticReading]],
        lexical: LexicalReading,
        language: str,
    ) -> Baseline:
        """Calm words teach the baseline; a voice that a trusted baseline finds angry does not."""
        if lexical.level > 0:
            return baseline
        for features, reading in scored:
            raised = self._acoustic.raised(reading.anger, language)
            if baseline.trust < _TRUSTED or raised < _CALM_VOICE:
                baseline = baseline.after(features)
        return baseline

    def _moved(self, state: EmotionState, at_ms: int, signs: Signs, language: str) -> EmotionState:
        """Smoothed score and level after the evidence in `state`; strong words count at once."""
        words = max((_fading(said, at_ms) for said in state.said), default=0.0)
        voice = self._voice(state, language)
        target = 1.0 - (1.0 - words) * (1.0 - _VOICE_SHARE * voice) * (1.0 - signs.strength)
        rise = 1.0 if words >= _WORDS_SCORE[STRONG_LEVEL] else _RISE
        step = rise if target > state.score else _FALL
        score = min(1.0, max(0.0, state.score + step * (target - state.score)))
        ceiling = max((said.level for said in state.said), default=0) + 1
        return replace(state, score=score, level=min(_level(score, state.level), ceiling, 3))

    def _voice(self, state: EmotionState, language: str) -> float:
        """Anger of the last windows, newer and surer ones first; 0.5 is the alarm point."""
        if len(state.windows) < FEWEST_WINDOWS:
            return 0.0
        sure = np.array([window.confidence for window in state.windows])
        weight = sure * _RECENCY ** np.arange(len(sure) - 1, -1, -1)
        raised = _weighted(
            [self._acoustic.raised(w.anger, language) for w in state.windows], weight
        )
        return raised * min(1.0, float(sure.mean()) / _SURE)


def _on_this_clock(state: EmotionState, at_ms: int) -> EmotionState:
    """A stream that was lost begins again at 0: what was heard before it happened just now."""
    return replace(
        state,
        windows=tuple(replace(w, at_ms=min(w.at_ms, at_ms)) for w in state.windows),
        said=tuple(replace(said, at_ms=min(said.at_ms, at_ms)) for said in state.said),
    )


def _recent_windows(
    state: EmotionState, readings: list[AcousticReading], at_ms: int
) -> tuple[Window, ...]:
    new = tuple(Window(at_ms, r.arousal, r.anger, r.confidence) for r in readings)
    kept = tuple(w for w in state.windows if at_ms - w.at_ms <= _VOICE_MEMORY_MS)
    return (*kept, *new)[-_MOST_WINDOWS:]


def _recent_words(
    state: EmotionState, lexical: LexicalReading, at_ms: int
) -> tuple[SaidWords, ...]:
    kept = tuple(said for said in state.said if at_ms - said.at_ms <= _WORDS_MEMORY_MS)
    if lexical.level == 0:
        return kept
    return (*kept, SaidWords(at_ms, lexical.level, lexical.confidence, lexical.words))[
        -_MOST_WORDS:
    ]


def _mean(readings: list[AcousticReading]) -> AcousticReading | None:
    if not readings:
        return None
    weight = np.array([reading.confidence for reading in readings])
    loudest = max(readings, key=lambda reading: reading.anger)
    return AcousticReading(
        arousal=_weighted([reading.arousal for reading in readings], weight),
        anger=_weighted([reading.anger for reading in readings], weight),
        confidence=float(weight.mean()),
        reasons=loudest.reasons,
    )


def _weighted(values: list[float], weight: NDArray[np.float64]) -> float:
    total = float(weight.sum())
    return float(np.array(values) @ weight) / total if total else 0.0


def _enough(state: EmotionState) -> bool:
    strong = any(said.level >= STRONG_LEVEL for said in state.said)
    return strong or len(state.windows) >= FEWEST_WINDOWS


def _abstention(state: EmotionState, doubts: list[Reason]) -> EmotionReading:
    count = len(state.windows)
    why = reason("little_voice", windows=count, needed=FEWEST_WINDOWS)
    if count == 0:
        why = reason("no_voice")
    counted = Counter(doubt.code for doubt in doubts)
    common = max(doubts, key=lambda doubt: counted[doubt.code], default=None)
    reasons = (why, common) if common else (why,)
    return EmotionReading(score=0.0, level=0, confidence=0.0, reasons=reasons, abstained=True)


def _fading(said: SaidWords, at_ms: int) -> float:
    """Words count whole for half of their memory, then fade to nothing."""
    age = max(0, at_ms - said.at_ms) / _WORDS_MEMORY_MS
    return _WORDS_SCORE[said.level] * min(1.0, 2.0 * (1.0 - age))


def _level(score: float, level: int) -> int:
    entered = sum(score >= step for step in LEVELS_FROM)
    held = sum(score >= step - _LEAVE_BELOW for step in LEVELS_FROM)
    return max(entered, min(level, held))


def _confidence(state: EmotionState) -> float:
    """Two half-sure witnesses are surer together."""
    words = max((said.confidence for said in state.said), default=0.0)
    voice = 0.0
    if len(state.windows) >= FEWEST_WINDOWS:
        voice = float(np.mean([window.confidence for window in state.windows]))
    return 1.0 - (1.0 - words) * (1.0 - voice)


def _reasons(state: EmotionState, acoustic: AcousticReading | None) -> tuple[Reason, ...]:
    counted = Counter(word for said in state.said for word in said.words)
    said = (reason("said", words=dict(counted.most_common(4))),) if counted else ()
    return (acoustic.reasons if acoustic else ()) + said
