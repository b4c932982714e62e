"""What the emotion scorer says. Caller channel only; never a figure about an agent."""

from dataclasses import dataclass

from emotion.reasons import Reason


@dataclass(frozen=True, slots=True)
class AcousticReading:
    """How it was said, one utterance or window."""

    arousal: float
    """0 flat ... 1 highly aroused, relative to the caller's own baseline where there is one."""
    anger: float
    """Probability 0-1."""
    confidence: float
    reasons: tuple[Reason, ...] = ()
    """e.g. "voice 4.2 semitones above own baseline"."""


@dataclass(frozen=True, slots=True)
class LexicalReading:
    """What was said."""

    level: int
    """0 calm, 1 annoyed, 2 angry, 3 furious or threatening."""
    confidence: float
    words: tuple[str, ...] = ()
    """The words it rests on."""


@dataclass(frozen=True, slots=True)
class EmotionReading:
    """Voice and words fused over the last seconds."""

    score: float
    """0-1."""
    level: int
    """0-3."""
    confidence: float
    reasons: tuple[Reason, ...] = ()
    abstained: bool = False
    """True: too little to judge; nothing may act on it."""
