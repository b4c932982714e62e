"""What can go wrong while a model is made.

TrainingError
├── VocabularyEmpty      a word list without a word
├── WordsUnusable        words that cannot be pronounced, or a pronunciation of unknown sounds
├── AcousticModelBroken  am/final.mdl is no transition model that we can read
├── NotOurModel          a model folder without the word list that a graph is rebuilt from
├── ToolMissing          a package of the optional extra [training] is not installed
├── BuildFailed          the child that builds ended without an answer
├── CorpusOfAnotherPlan  a folder with training speech of other voices or texts
├── CorpusUnspeakable    texts in which no utterance can be spoken
├── RenderFailed         the processes that speak a piece of a corpus all died
└── CheckpointOfAnotherRun  a training's kept state that was made with other data or another plan
"""

from pathlib import Path


class TrainingError(Exception):
    """Any trouble with making a model."""


class VocabularyEmpty(TrainingError):
    """A list of words in which there is none."""

    def __init__(self, source: str) -> None:
        super().__init__(source)
        self.source = source

    def __str__(self) -> str:
        return f"{self.source} holds no word; give one word or phrase on each line"


class WordsUnusable(TrainingError):
    """Words with the reason why each cannot be heard."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__(reasons)
        self.reasons = reasons

    def __str__(self) -> str:
        return "; ".join(self.reasons)


class AcousticModelBroken(TrainingError):
    """Bytes that are no Kaldi transition model of the kind we make."""

    def __init__(self, path: Path | str, finding: str) -> None:
        super().__init__(path, finding)
        self.path = path
        self.finding = finding

    def __str__(self) -> str:
        return f"{str(self.path)!r} is no acoustic model of ours: {self.finding}; fetch it again"


class NotOurModel(TrainingError):
    """Only models that carry lexicon.txt can have their graph rebuilt."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return (
            f"model {str(self.folder)!r} has no lexicon.txt: only the bundled models' graphs can be"
            " rebuilt"
        )


class ToolMissing(TrainingError):
    """An optional package is wanted."""

    def __init__(self, package: str, target: str = "setup-training") -> None:
        super().__init__(package, target)
        self.package = package
        self.target = target

    def __str__(self) -> str:
        return f"{self.package} is not installed; run: make {self.target}"


class BuildFailed(TrainingError):
    """The building process died."""

    def __init__(self, finding: str) -> None:
        super().__init__(finding)
        self.finding = finding

    def __str__(self) -> str:
        return f"the model was not built: {self.finding}"


class CorpusOfAnotherPlan(TrainingError):
    """What is in the folder was made of another plan, seed or text."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.folder = folder

    def __str__(self) -> str:
        return (
            f"{str(self.folder)!r} holds training speech of another plan; give an empty folder, or"
            " remove that one"
        )


class CorpusUnspeakable(TrainingError):
    """Many texts in a row had sounds that the language's phones lack."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"no drawn text can be spoken, the last was {self.text!r}; check the sentences"


class CheckpointOfAnotherRun(TrainingError):
    """State that a training cannot go on from."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.path = path

    def __str__(self) -> str:
        return (
            f"{str(self.path)!r} was kept by a training on other data or with another plan; delete"
            " it to begin anew, or name another folder"
        )


class RenderFailed(TrainingError):
    """No process lived to the end of a piece of the corpus."""

    def __init__(self, first: int, status: int | None) -> None:
        super().__init__(first, status)
        self.first = first
        self.status = status

    def __str__(self) -> str:
        return (
            f"training speech from utterance {self.first} on could not be made: the last process"
            f" ended with status {self.status}; start again, what is done is kept"
        )


class RecordingsUnusable(TrainingError):
    """A manifest that is missing or wrong, or names a sound that cannot be read."""

    def __init__(self, manifest: Path, finding: str) -> None:
        super().__init__(manifest, finding)
        self.manifest = manifest
        self.finding = finding

    def __str__(self) -> str:
        return (
            f"{str(self.manifest)!r}: {self.finding}; it needs the columns path, dataset, lang,"
            " speaker and text, and sound files beside it"
        )
