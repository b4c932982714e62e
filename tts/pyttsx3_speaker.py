"""pyttsx3 (espeak-ng) in supervised child processes: a hung or dead one is replaced."""

import os
import queue
import time
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

import numpy as np

from audio import mulaw
from audio.errors import SoundUnreadable
from audio.frames import RATE
from audio.pcm import Pcm
from audio.resample import resample
from audio.wav import read_wav
from tts.engine_process import EngineGone, EngineProcess
from tts.errors import SynthesisFailed, VoiceMissing
from tts.speaker import Speech
from tts.voices import check_voices, voice_of, words_a_minute

_MS_PER_CHARACTER = 12
"""Less sound than this for a letter means that the engine lost some; speech has 50 and more."""

_QUIET = 60
"""Samples below this (-55 dBFS) are the engine's silence."""

_TAIL_MS = 120
"""Silence kept after the last sound."""


class Pyttsx3Speaker:
    """Speaks for several threads at once: a text has one child to itself while it is rendered."""

    def __init__(self, *, workers: int = 2, deadline_seconds: float = 6.0, scratch: Path) -> None:
        """Nothing is started yet: a child's first text takes about 0.1 s more.

        Sound goes through memory; only systems that cannot do so need the folder `scratch`.
        """
        self.engine_version = f"pyttsx3-{version('pyttsx3')}+espeakng-{version('espeakng-loader')}"
        self._workers = workers
        self._deadline_seconds = deadline_seconds
        self._scratch = scratch
        self._seat_all()

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        """Sound of `text` within the deadline; raises SynthesisFailed and VoiceMissing."""
        voice, pace = voice_of(language), words_a_minute(language, rate)
        if not any(character.isalnum() for character in text):
            raise SynthesisFailed(len(text), "there is no word in it")
        if os.getpid() != self._pid:  # forked (a worker's job): the children belong to the parent
            self._seat_all()
        limit = time.monotonic() + self._deadline_seconds
        try:
            engine = self._seats.get(timeout=self._deadline_seconds)
        except queue.Empty:
            raise SynthesisFailed(len(text), "all engines are busy") from None
        reason = ""
        try:
            for attempts_left in (2, 1):
                seconds = (limit - time.monotonic()) / attempts_left
                try:
                    engine = engine or self._start(limit - time.monotonic())
                    pcm = self._render(engine, text, voice, pace, seconds)
                except EngineGone as gone:
                    engine, reason = None, str(gone)
                except SoundUnreadable as unreadable:
                    reason = str(unreadable)
                else:
                    return Speech(ulaw=mulaw.encode(pcm), text=text, language=language)
        finally:
            self._seats.put(engine)
        raise SynthesisFailed(len(text), reason)

    def pids(self) -> tuple[int, ...]:
        """Children that run and wait for a text."""
        return tuple(engine.pid for engine in list(self._seats.queue) if engine is not None)

    def close(self) -> None:
        """End the children; a text asked for afterwards starts a new one."""
        engines: list[EngineProcess | None] = []
        with suppress(queue.Empty):  # one that still speaks after the deadline is beyond waiting
            while len(engines) < self._workers:
                engines.append(self._seats.get(timeout=self._deadline_seconds))
        for engine in engines:
            if engine is not None:
                engine.kill()
            self._seats.put(None)

    def _seat_all(self) -> None:
        """A place for every child; a child sits down when it is first needed."""
        self._pid = os.getpid()
        self._seats: queue.LifoQueue[EngineProcess | None] = queue.LifoQueue()
        for _ in range(self._workers):
            self._seats.put(None)

    def _start(self, seconds: float) -> EngineProcess:
        engine = EngineProcess(self._scratch, seconds)
        try:
            check_voices(engine.voices)
        except VoiceMissing:
            engine.kill()
            raise
        return engine

    def _render(
        self, engine: EngineProcess, text: str, voice: str, pace: int, seconds: float
    ) -> Pcm:
        """The text at 8 kHz; raises SoundUnreadable for a file that is too short to be it."""
        channels, rate = read_wav(engine.render(text, voice, pace, seconds))
        least_ms = _MS_PER_CHARACTER * sum(character.isalnum() for character in text)
        ms = channels.shape[1] * 1000 // rate
        if ms < least_ms or not channels.any():
            raise SoundUnreadable("speech", f"{ms} ms of sound, needs {least_ms} ms")
        return _trimmed(resample(channels[0], rate, RATE))


def _trimmed(pcm: Pcm) -> Pcm:
    """Without the engine's third of a second of silence at the end: the caller may speak then."""
    loud = np.flatnonzero(np.abs(pcm.astype(np.int32)) > _QUIET)
    return pcm[: int(loud[-1]) + RATE * _TAIL_MS // 1000] if loud.size else pcm
