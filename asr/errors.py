"""What can go wrong while listening.

AsrError
├── ModelMissing       a model folder is absent or incomplete
├── LanguageMissing    no model is loaded for this language
├── GrammarUnknown     a grammar holds words that the model does not know
├── VoiceDetectorBroken  the voice detector fails its own test: nothing must be served with it
└── BacklogFull        a caller's sound comes faster than it is decoded (retryable)
"""

from pathlib import Path


class AsrError(Exception):
    """Any trouble with recognition."""

    retryable = False


class ModelMissing(AsrError):
    """A folder that is no whole Vosk model; `missing` are paths inside it."""

    def __init__(self, folder: Path, missing: tuple[str, ...]) -> None:
        super().__init__(folder, missing)
        self.folder = folder
        self.missing = missing

    def __str__(self) -> str:
        if not self.missing:
            return f"speech model folder {str(self.folder)!r} does not exist; unpack a model there"
        return (
            f"speech model {str(self.folder)!r} lacks {', '.join(self.missing)};"
            " a Vosk model folder holds am/, conf/ and graph/"
        )


class LanguageMissing(AsrError):
    """A language that no loaded model understands."""

    def __init__(self, language: str, known: tuple[str, ...]) -> None:
        super().__init__(language, known)
        self.language = language
        self.known = known

    def __str__(self) -> str:
        return f"no speech model for language {self.language!r}; loaded are {list(self.known)}"


class GrammarUnknown(AsrError):
    """Phrases that can never be heard: Vosk itself would drop their words in silence."""

    def __init__(self, phrases: tuple[str, ...], language: str) -> None:
        super().__init__(phrases, language)
        self.phrases = phrases
        self.language = language

    def __str__(self) -> str:
        return (
            f"the {self.language!r} model does not know all words of {list(self.phrases)};"
            " use words of its vocabulary"
        )


class VoiceDetectorBroken(AsrError):
    """Voice detection answers its own test wrongly."""

    def __init__(self, finding: str) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        return f"voice detection failed its self test: {self.finding}; reinstall webrtcvad-wheels"


class BacklogFull(AsrError):
    """Decoding is behind by more than the limit; the frame just fed was not kept."""

    retryable = True

    def __init__(self, waiting_ms: int, limit_ms: int) -> None:
        super().__init__(waiting_ms, limit_ms)
        self.waiting_ms = waiting_ms
        self.limit_ms = limit_ms

    def __str__(self) -> str:
        return (
            f"{self.waiting_ms} ms of speech wait to be decoded, the limit is {self.limit_ms} ms;"
            " fewer calls or more cores"
        )
