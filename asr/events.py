"""What listening to a caller reports; all times are milliseconds of stream time."""

from dataclasses import dataclass, replace

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
    others: tuple[Transcript, ...] = ()
    """The same sound as other languages' recognisers heard it, while the language is open."""

    @property
    def transcripts(self) -> tuple[Transcript, ...]:
        """All of them, one a language."""
        return (self.transcript, *self.others)

    def heard_in(self, language: str) -> "UtteranceHeard":
        """The same with a language's transcript alone; as it is where that was not listened for."""
        found = (one for one in self.transcripts if one.language == language)
        return replace(self, transcript=next(found, self.transcript), others=())


@dataclass(frozen=True, slots=True)
class NoInput:
    """Nothing was said for the no-input time while the caller was expected to speak."""

    at_ms: int


ListeningEvent = SpeechStarted | SpeechAccepted | UtteranceHeard | NoInput
