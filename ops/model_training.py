"""A speech model made from nothing but text: speech, network and graph, with progress shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from asr.training.acoustic_builder import run_acoustic
from asr.training.builder import BuildRequest, build_model
from ops.model_text import own_sentences

_STEPS = {
    "speech": "speaking",
    "development": "speaking, to measure",
    "training": "learning",
    "people": "learning from people",
}


@dataclass(frozen=True, slots=True)
class ModelTraining:
    """What one model is made of, and where."""

    language: str
    work: Path
    """Speech and the state of the training are kept here: an interrupted run goes on."""
    target: Path
    recorded: Path | None = None
    left_out: tuple[str, ...] = ()
    """Recorded speakers (dataset/speaker) that only measure the model."""
    workers: int = 1


def train_model(training: ModelTraining, console: Console) -> dict[str, int]:
    """The sizes of the finished model's graph; raises TrainingError or AsrError."""
    sentences = own_sentences(training.language)
    made = training.work / "model"
    request = {
        "language": training.language,
        "folder": str(training.work.absolute()),
        "target": str(made.absolute()),
        "sentences": [one.text for one in sentences],
        "recorded": str(training.recorded.absolute()) if training.recorded else "",
        "kept_out": training.left_out,
        "workers": training.workers,
    }
    with _Bars(console) as bars:
        run_acoustic(request, bars.show)
    graph = BuildRequest(training.language, made, sentences, whole=True)
    return build_model(graph, training.target)


class _Bars:
    """A bar for every step, with how well the network hears by now."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description:<22}"), BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn(),
            TextColumn("{task.fields[found]}"), console=console,
        )  # fmt: skip
        self._tasks: dict[str, TaskID] = {}

    def show(self, step: str, numbers: Mapping[str, float]) -> None:
        """Move the step's bar."""
        if step not in _STEPS:
            return
        if step not in self._tasks:
            self._tasks[step] = self._progress.add_task(_STEPS[step], found="")
        shown: dict[str, float | str] = {
            "total": numbers["total"], "completed": numbers["done"],
        }  # fmt: skip
        if "right" in numbers:
            right = 100 * numbers["right"]
            shown["found"] = f"pass {numbers['pass']:.0f}: {right:.1f} % of moments right"
        self._progress.update(self._tasks[step], **shown)  # type: ignore[arg-type]

    def __enter__(self) -> "_Bars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
