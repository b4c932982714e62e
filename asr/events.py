"""What listening to a caller reports; all times are milliseconds of stream time."""

from dataclasses import dataclass

from asr.recognizer import Pcm, Transcript


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """Voice began; may still prove a cough. Nothing is interrupted yet."""

    at_ms: int


@dataclass(frozen=True, slots=True)
class SpeechAccepted:
    """Enough voice above the noise to be speech: a bot that speaks must stop now."""

    started_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class UtteranceHeard:
    """The caller finished; `transcript.text` may be empty (no known words: a no-match)."""

    transcript: Transcript
    pcm: Pcm
    """The utterance's sound, for the emotion scorer."""
    started_ms: int
    ended_ms: int
    """True end of voice, before the stop timer."""


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was said for the no-input time while the caller was expected to speak."""

    at_ms: int


ListeningEvent = SpeechStarted | SpeechAccepted | UtteranceHeard | NoInput
