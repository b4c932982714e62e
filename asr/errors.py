"""What can go wrong while listening.

AsrError
├── ModelMissing       a model folder is absent or incomplete
├── LanguageMissing    no model is loaded for this language
├── ChannelMissing     a sound file has fewer channels than the one asked for
├── GrammarEmpty       a grammar without a phrase
├── GrammarUnknown     a grammar holds words that the model does not know
├── GrammarUnsupported  a grammar is asked of a model with a fixed graph
├── ModelBroken        a model that is whole by its names but cannot be used
├── ModelUnknown       no model of this name can be fetched, or lies in the models folder
├── CatalogueInvalid   the list of models to fetch is wrong
├── ContrastInvalid    the measure by which two models tell languages apart is wrong
├── ChecksumMissing    a model that nobody could tell from another: its list has no checksum
├── FetchBusy          another process fetches the same model now (retryable)
├── FetchFailed        a model did not arrive (retryable: what came is kept)
├── ArchiveUnsafe      an archive that would write elsewhere, or far more than it should
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


class ChannelMissing(AsrError):
    """A channel that a file does not have; both are counted from 0."""

    def __init__(self, name: str, channel: int, channels: int) -> None:
        super().__init__(name, channel, channels)
        self.name = name
        self.channel = channel
        self.channels = channels

    def __str__(self) -> str:
        right = "0" if self.channels == 1 else f"0 to {self.channels - 1}"
        return f"sound {self.name!r} has no channel {self.channel}; give {right}"


class GrammarUnknown(AsrError):
    """Phrases that can never be heard: Vosk itself would drop their words in silence."""

    def __init__(self, phrases: tuple[str, ...], words: tuple[str, ...], language: str) -> None:
        super().__init__(phrases, words, language)
        self.phrases = phrases
        self.words = words
        """Those of the phrases' words that the model lacks."""
        self.language = language

    def __str__(self) -> str:
        return (
            f"the {self.language!r} model lacks {', '.join(map(repr, self.words))} of the phrases"
            f" {list(self.phrases)}; leave them out, or teach the bundled model:"
            f" hotline models build --graph-only --lang {self.language} --words FILE"
        )


class GrammarEmpty(AsrError):
    """A grammar without a phrase, which would hear nothing at all."""

    def __str__(self) -> str:
        return "the grammar holds no word; give words or phrases that may be said"


class GrammarUnsupported(AsrError):
    """Vosk itself would pass over the grammar with a warning and hear everything."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return (
            f"speech model {str(self.folder)!r} has a fixed graph (HCLG.fst) and takes no grammar;"
            " use a model with HCLr.fst and Gr.fst, such as the small ones"
        )


class ModelBroken(AsrError):
    """The library refuses or crashes on this model; found out in a child process."""

    def __init__(self, folder: Path, finding: str) -> None:
        super().__init__(folder, finding)
        self.folder = folder
        self.finding = finding

    def __str__(self) -> str:
        return (
            f"speech model {str(self.folder)!r} cannot be used: {self.finding};"
            " remove it and fetch it again"
        )


class ModelUnknown(AsrError):
    """A name that stands for no model."""

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(name, known)
        self.name = name
        self.known = known

    def __str__(self) -> str:
        return f"there is no speech model {self.name!r}; known are {', '.join(self.known)}"


class CatalogueInvalid(AsrError):
    """All problems of a list of models."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        super().__init__(path, problems)
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        return f"the list of models {str(self.path)!r} is wrong: {'; '.join(self.problems)}"


class ContrastInvalid(AsrError):
    """A file that says how two models' likelihoods compare, and cannot be used."""

    def __init__(self, path: Path, finding: str) -> None:
        super().__init__(path, finding)
        self.path = path
        self.finding = finding

    def __str__(self) -> str:
        return (
            f"{str(self.path)!r} does not say how two models compare ({self.finding});"
            " measure it again: hotline models compare"
        )


class ChecksumMissing(AsrError):
    """An archive is run through a native library: what it is must be known before."""

    def __init__(self, name: str, address: str) -> None:
        super().__init__(name, address)
        self.name = name
        self.address = address

    def __str__(self) -> str:
        return (
            f"the list has no SHA-256 of {self.name}; give the one that its maker or somebody you"
            f" trust names (--sha256 ...), or accept whatever {self.address} sends (--unchecked)"
        )


class FetchBusy(AsrError):
    """Somebody else fetches the same model; two at once would write into one file."""

    retryable = True

    def __init__(self, name: str, holder: str) -> None:
        super().__init__(name, holder)
        self.name = name
        self.holder = holder

    def __str__(self) -> str:
        who = f"process {self.holder}" if self.holder else "another process"
        return f"{who} is fetching {self.name} now; wait until it is done, or end it"


class FetchFailed(AsrError):
    """Nothing was installed; what has come so far is continued next time unless it was wrong."""

    retryable = True

    def __init__(self, address: str, finding: str, mend: str = "") -> None:
        super().__init__(address, finding, mend)
        self.address = address
        self.finding = finding
        self.mend = mend or "run the same command again, it continues where it stopped"

    def __str__(self) -> str:
        return f"{self.address} was not fetched: {self.finding}; {self.mend}"


class ArchiveUnsafe(AsrError):
    """Nothing of such an archive is kept."""

    def __init__(self, archive: str, finding: str) -> None:
        super().__init__(archive, finding)
        self.archive = archive
        self.finding = finding

    def __str__(self) -> str:
        return f"archive {self.archive!r} is refused: {self.finding}; take it from another place"


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
