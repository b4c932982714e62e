"""Decoding off the loop: a caller's recogniser on the threads, its ordered jobs on the loop."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from asr.errors import LanguageMissing
from asr.language import READINGS
from asr.recognizer import Pcm, Recognizer, SpeechModel, Transcript
from audio.frames import RATE

log = logging.getLogger(__name__)


def shifted(transcript: Transcript, by_ms: int) -> Transcript:
    """The same words, later by `by_ms`."""
    words = tuple(
        replace(word, start_ms=word.start_ms + by_ms, end_ms=word.end_ms + by_ms)
        for word in transcript.words
    )
    return replace(transcript, words=words)


def model_for(models: Mapping[str, SpeechModel], language: str) -> SpeechModel:
    """The model of a language; raises LanguageMissing."""
    if language not in models:
        raise LanguageMissing(language, tuple(models))
    return models[language]


class UtteranceDecoder:
    """One caller's recognisers; every method runs on an executor thread, one at a time."""

    def __init__(
        self, models: Mapping[str, SpeechModel], recycle_ms: int, alternatives: int = 0
    ) -> None:
        self._models = models
        self._recycle_ms = recycle_ms
        self._alternatives = alternatives
        self._open: dict[str, _OpenRecognizer] = {}

    def begin(self, languages: Sequence[str], at_ms: int) -> None:
        """An utterance begins at `at_ms` of stream time, to be heard in these languages; old
        recognisers are renewed first.
        """
        several = len(languages) > 1
        readings = max(self._alternatives, READINGS if several else 0)
        kept = {
            language: one
            for language, one in self._open.items()
            if one.readings == readings and at_ms - one.opened_ms < self._recycle_ms
        }
        self._open = {}
        for language in languages:
            one = kept.get(language)
            if one is None:
                opened = model_for(self._models, language).open(alternatives=readings)
                one = _OpenRecognizer(opened, readings, opened_ms=at_ms)
            one.shift_ms = at_ms - one.accepted_ms
            self._open[language] = one

    def accept(self, pcm: Pcm) -> str:
        """Decode a piece; returns the words so far, in the first language."""
        for one in self._open.values():
            one.recognizer.accept(pcm)
            one.accepted_ms += pcm.size * 1000 // RATE
        return next((one.recognizer.interim() for one in self._open.values()), "")

    def finish(self) -> tuple[Transcript, ...]:
        """The utterance's transcripts in stream time, one a language, in the order asked for."""
        return tuple(shifted(one.recognizer.finish(), one.shift_ms) for one in self._open.values())

    def abandon(self) -> None:
        """After a failure: the next utterance gets fresh recognisers."""
        self._open = {}


@dataclass(slots=True)
class _OpenRecognizer:
    recognizer: Recognizer
    readings: int
    opened_ms: int
    accepted_ms: int = 0
    shift_ms: int = 0


@dataclass(slots=True)
class _Job:
    work: Callable[[], object]
    done: Callable[[object, BaseException | None], None]
    sound_ms: int


class DecodeQueue:
    """A caller's decoding jobs: at most one in the executor, always in order; lives on the loop."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._waiting: deque[_Job] = deque()
        self._running: asyncio.Future[object] | None = None
        self._closed = False
        self.sound_ms = 0
        """Sound handed in and not decoded yet."""

    def put(
        self,
        work: Callable[[], object],
        done: Callable[[object, BaseException | None], None],
        sound_ms: int = 0,
    ) -> None:
        """Run `work` on a thread after all earlier jobs; `done(result, error)` on the loop."""
        if self._closed:
            return
        self._waiting.append(_Job(work, done, sound_ms))
        self.sound_ms += sound_ms
        if self._running is None:
            self._next()

    async def close(self, limit_seconds: float) -> None:
        """Forget waiting jobs and wait for the one that runs, at most so long."""
        self._closed = True
        self._waiting.clear()
        if self._running is not None:
            await asyncio.wait({self._running}, timeout=limit_seconds)

    def _next(self) -> None:
        if not self._waiting:
            self._running = None
            return
        job = self._waiting.popleft()
        self._running = asyncio.get_running_loop().run_in_executor(self._executor, job.work)
        self._running.add_done_callback(lambda future: self._finished(job, future))

    def _finished(self, job: _Job, future: "asyncio.Future[object]") -> None:
        self.sound_ms -= job.sound_ms
        self._running = None
        if self._closed or future.cancelled():
            return
        error = future.exception()
        if error is not None:
            log.error("decoding failed, the utterance counts as not understood", exc_info=error)
        job.done(None if error else future.result(), error)
        if self._running is None:  # `done` may have put, and so started, another job
            self._next()
