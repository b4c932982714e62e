"""A training corpus on disk: shards of utterances that are read as one sequence.

A shard is two files: samples (mapped into memory, never read whole) and, written last, the spans.
"""

import json
import os
from collections.abc import Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from asr.training.errors import CorpusOfAnotherPlan
from asr.training.speech import AlignedSpeech, Span
from audio.frames import RATE

_PLAN = "corpus.json"


class Shard:
    """Some utterances of a corpus, in two files; it is whole when the second is there."""

    def __init__(self, folder: Path, number: int) -> None:
        self._folder, self._number = folder, number
        self._samples = folder / f"shard-{number:04d}.npy"
        self._index = folder / f"shard-{number:04d}.npz"

    def __reduce__(self) -> tuple[type["Shard"], tuple[Path, int]]:
        """What was read so far stays here: another process maps the files itself."""
        return Shard, (self._folder, self._number)

    @property
    def is_whole(self) -> bool:
        """Both files are in place."""
        return self._index.is_file()

    def write(self, utterances: Sequence[AlignedSpeech]) -> None:
        """Put the shard in place; an interruption leaves none."""
        spans = [span for one in utterances for span in one.spans]
        samples = np.concatenate([one.samples for one in utterances])
        index: dict[str, Any] = {
            "sample_ends": np.cumsum([one.samples.size for one in utterances]),
            "span_ends": np.cumsum([len(one.spans) for one in utterances]),
            "phones": np.array([span.phone for span in spans]),
            "times": np.array([(span.start, span.end) for span in spans]).reshape(-1, 2),
            "voices": np.array([one.voice for one in utterances]),
        }
        self._index.unlink(missing_ok=True)
        _put(self._samples, lambda file: np.save(file, samples))
        _put(self._index, lambda file: np.savez(file, **index))

    @cached_property
    def _columns(self) -> dict[str, NDArray[Any]]:
        with np.load(self._index) as index:
            return {name: index[name] for name in index.files}

    @cached_property
    def _mapped(self) -> NDArray[np.int16]:
        mapped: NDArray[np.int16] = np.load(self._samples, mmap_mode="r")
        return mapped

    def __len__(self) -> int:
        return int(self._columns["sample_ends"].size)

    def __getitem__(self, number: int) -> AlignedSpeech:
        first, last = _piece(self._columns["span_ends"], number)
        begin, end = _piece(self._columns["sample_ends"], number)
        phones, times = self._columns["phones"], self._columns["times"]
        spans = [Span(str(phones[n]), *map(float, times[n])) for n in range(first, last)]
        samples = np.array(self._mapped[begin:end])
        return AlignedSpeech(samples, spans, str(self._columns["voices"][number]))

    @property
    def samples(self) -> int:
        """How many there are."""
        return int(self._columns["sample_ends"][-1])


def _put(path: Path, save: Any) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        save(file)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def _piece(ends: NDArray[np.int64], number: int) -> tuple[int, int]:
    return (int(ends[number - 1]) if number else 0), int(ends[number])


class Corpus(Sequence[AlignedSpeech]):
    """Utterances of whole shards in order; picks by number are cheap, none is kept in memory."""

    def __init__(self, shards: Iterable[Shard]) -> None:
        self._shards = list(shards)
        self._ends = np.cumsum([len(shard) for shard in self._shards])

    @property
    def hours(self) -> float:
        """How long all of it lasts."""
        return sum(shard.samples for shard in self._shards) / RATE / 3600

    def __len__(self) -> int:
        return int(self._ends[-1]) if self._shards else 0

    @overload
    def __getitem__(self, number: int) -> AlignedSpeech: ...
    @overload
    def __getitem__(self, number: slice) -> list[AlignedSpeech]: ...
    def __getitem__(self, number: int | slice) -> AlignedSpeech | list[AlignedSpeech]:
        if isinstance(number, slice):
            return [self[n] for n in range(*number.indices(len(self)))]
        at = range(len(self))[number]
        shard = int(np.searchsorted(self._ends, at, side="right"))
        return self._shards[shard][at - (int(self._ends[shard - 1]) if shard else 0)]


def claim(folder: Path, plan: dict[str, Any]) -> None:
    """Make the folder this plan's own; raises CorpusOfAnotherPlan if it holds another's shards."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plan, sort_keys=True, indent=1)
    path = folder / _PLAN
    if not path.is_file():
        _put(path, lambda file: file.write(text.encode()))
    elif path.read_text(encoding="utf-8") != text:
        raise CorpusOfAnotherPlan(folder)
