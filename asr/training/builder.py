"""Starts the process that builds a graph, checks what came, and puts it in place at once."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.model_check import verify_model
from asr.training.errors import BuildFailed, VocabularyEmpty
from asr.training.texts import WeightedText
from asr.training.vocabulary import AddedWord

_DEADLINE_SECONDS = 900
_BESIDE_GRAPH = ("am", "conf")


@dataclass(frozen=True, slots=True)
class BuildRequest:
    """What is built from what."""

    language: str
    base: Path
    """A model of ours: its acoustic model is copied, its lexicon kept."""
    sentences: Sequence[WeightedText]
    words: Sequence[AddedWord] = ()
    whole: bool = False
    """Make the lexicon anew from all text instead of keeping the base's."""


def build_model(request: BuildRequest, target: Path) -> dict[str, int]:
    """Sizes of the graph in the new model folder `target`; raises TrainingError or AsrError.

    The model is built and verified aside; a model that was there before is then replaced.
    """
    if not request.whole and not request.words:
        raise VocabularyEmpty("the list of words")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".build-") as scratch:
        made = Path(scratch) / "model"
        for name in _BESIDE_GRAPH:
            shutil.copytree(request.base / name, made / name)
        sizes = _run_child(request, made)
        verify_model(made, request.language)
        _put_in_place(made, target, Path(scratch) / "former")
    return sizes


def _run_child(request: BuildRequest, made: Path) -> dict[str, int]:
    data = {
        "language": request.language,
        "base": str(request.base.absolute()),
        "target": str(made.absolute()),
        "whole": request.whole,
        "words": [[word.text, word.said] for word in request.words],
        "sentences": [[one.text, one.weight] for one in request.sentences],
    }
    command = [sys.executable, "-m", "asr.training.build"]
    try:
        done = subprocess.run(
            command, input=json.dumps(data), capture_output=True, text=True,
            timeout=_DEADLINE_SECONDS, cwd=Path(__file__).parents[2],
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise BuildFailed(f"it took more than {_DEADLINE_SECONDS} s") from None
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        last = (done.stderr.strip().splitlines() or [f"status {done.returncode}"])[-1]
        raise BuildFailed(f"the process ended with {last}") from None
    if "problem" in answer:
        raise BuildFailed(answer["problem"])
    sizes: dict[str, int] = answer["size"]
    return sizes


def _put_in_place(made: Path, target: Path, former: Path) -> None:
    """Parts are moved one by one, so that other files of a model (its card) stay."""
    target.mkdir(exist_ok=True)
    former.mkdir()
    for part in sorted(made.iterdir()):
        if (target / part.name).exists():
            (target / part.name).rename(former / part.name)
        part.rename(target / part.name)
