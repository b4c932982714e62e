"""Voices of a story's people: espeak-ng in a killable child, shaped by temper, telephone band.

The result is mu-law without silence at either end, kept in a scratch folder by its content.
"""

import asyncio
import base64
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio import mulaw
from audio.frames import RATE
from audio.pcm import level_dbfs, telephone_band
from audio.resample import resample

_VERSION = 1
"""Part of every cache name: raise it when the shaping below changes."""
_DEADLINE_SECONDS = 5.0
"""A sentence takes some 10 ms; a child that is silent this long hangs and is replaced."""
_LINE_LIMIT = 32 * 1024 * 1024
_BASE_NAMES = {"zh": "cmn", "en": "en-us"}


class VoiceFailed(Exception):
    """No sound came of a text; the sentence says why."""

    retryable = True


class Temper(StrEnum):
    """How it is said."""

    CALM = "calm"
    ANGRY = "angry"
    TIRED = "tired"


@dataclass(frozen=True, slots=True)
class Voice:
    """Who speaks: `zh` or `en`, and an espeak-ng variant such as f2 or m3 (empty: plain)."""

    language: str
    variant: str = ""

    @property
    def espeak_name(self) -> str:
        """The name espeak-ng knows it by."""
        base = _BASE_NAMES[self.language]
        return f"{base}+{self.variant}" if self.variant else base


@dataclass(frozen=True, slots=True)
class _Manner:
    """What a temper does to a voice; pitch and range of 100, rate in words a minute."""

    pitch: int
    pitch_range: int
    rate: int
    level_dbfs: float
    tilt: float
    """Weight of the former sample that is taken away: 0 leaves the spectrum, 0.5 brightens."""


_MANNERS = {
    Temper.CALM: _Manner(pitch=50, pitch_range=50, rate=160, level_dbfs=-25.0, tilt=0.0),
    # five semitones up, wider melody, a sixth faster, 9 dB louder and brighter
    Temper.ANGRY: _Manner(pitch=71, pitch_range=75, rate=188, level_dbfs=-16.0, tilt=0.5),
    Temper.TIRED: _Manner(pitch=40, pitch_range=30, rate=140, level_dbfs=-30.0, tilt=0.0),
}


class Voices:
    """Turns text into mu-law; one child process, one text at a time, every answer kept."""

    def __init__(self, scratch: Path) -> None:
        self._scratch = scratch
        self._child: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._works: set[asyncio.Task[bytes]] = set()

    async def speak(self, text: str, voice: Voice, temper: Temper = Temper.CALM) -> bytes:
        """Mu-law of `text`; raises VoiceFailed when the child gives none twice."""
        if not any(letter.isalnum() for letter in text):
            return mulaw.SILENCE  # "..." is a legal thing to say and has no sound
        kept = self._scratch / f"{_fingerprint(text, voice, temper)}.ulaw"
        if kept.is_file():
            return await asyncio.to_thread(kept.read_bytes)
        work = asyncio.create_task(self._make(kept, text, voice, temper))
        self._works.add(work)
        work.add_done_callback(self._works.discard)
        # a caller who hangs up meanwhile must not leave half an answer in the child's pipe
        return await asyncio.shield(work)

    async def close(self) -> None:
        """End the child, after what it is saying."""
        if self._works:
            await asyncio.wait(self._works)
        await self._end_child()

    async def _make(self, kept: Path, text: str, voice: Voice, temper: Temper) -> bytes:
        async with self._turn:
            samples, rate = await self._synthesize(text, voice, temper)
        sound = await asyncio.to_thread(shape, samples, rate, temper)
        if not sound:
            raise VoiceFailed(f"text {text!r} in voice {voice.espeak_name!r} makes no sound")
        await asyncio.to_thread(_keep, kept, sound)
        return sound

    async def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.kill()
            await child.wait()

    async def _synthesize(
        self, text: str, voice: Voice, temper: Temper
    ) -> tuple[NDArray[np.int16], int]:
        request = json.dumps(_request(text, voice, temper)).encode() + b"\n"
        for _attempt in range(2):
            answer = await self._ask(request)
            if answer is not None:
                break
            await self._end_child()  # it hangs or died; the next attempt starts another
        else:
            raise VoiceFailed(f"the voice process gave no answer to {text!r} within 5 s, twice")
        if "problem" in answer:
            raise VoiceFailed(str(answer["problem"]))
        pcm = base64.b64decode(str(answer["pcm"]))
        return np.frombuffer(pcm, dtype="<i2").astype(np.int16), int(str(answer["rate"]))

    async def _ask(self, request: bytes) -> dict[str, object] | None:
        """The child's answer, or None when it died or is too slow."""
        child = self._child
        if child is None or child.returncode is not None:
            child = self._child = await _start_child()
        assert child.stdin is not None and child.stdout is not None
        try:
            child.stdin.write(request)
            await child.stdin.drain()
            line = await asyncio.wait_for(child.stdout.readline(), _DEADLINE_SECONDS)
        except (TimeoutError, ConnectionError):
            return None
        if not line:
            return None
        answer: dict[str, object] = json.loads(line)
        return answer


def shape(samples: NDArray[np.int16], rate: int, temper: Temper) -> bytes:
    """Telephone-band mu-law at the temper's level and brightness, without silence around it."""
    manner = _MANNERS[temper]
    narrow = telephone_band(resample(samples, rate, RATE)).astype(np.float64)
    if narrow.size == 0:
        return b""
    narrow[1:] -= manner.tilt * narrow[:-1]
    spoken = _without_edges(narrow)
    if spoken.size == 0:
        return b""
    wanted = 10.0 ** ((manner.level_dbfs - level_dbfs(spoken.astype(np.int16))) / 20.0)
    # a throat does not clip: loud peaks are bent, not cut
    bent = np.tanh(spoken * wanted / 32768.0) * 32767.0
    return mulaw.encode(bent.astype(np.int16))


def _without_edges(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    # at least 30: resampling dithers digital silence by a step or two
    floor = max(30.0, 0.02 * float(np.max(np.abs(samples))))
    loud = np.flatnonzero(np.abs(samples) > floor)
    return samples[loud[0] : loud[-1] + 1] if loud.size else samples[:0]


def _request(text: str, voice: Voice, temper: Temper) -> dict[str, object]:
    manner = _MANNERS[temper]
    return {
        "text": text,
        "voice": voice.espeak_name,
        "rate": manner.rate,
        "pitch": manner.pitch,
        "pitch_range": manner.pitch_range,
        "volume": 100,
    }


def _fingerprint(text: str, voice: Voice, temper: Temper) -> str:
    whole = json.dumps([_VERSION, _request(text, voice, temper), temper], ensure_ascii=False)
    return hashlib.sha256(whole.encode()).hexdigest()


def _keep(path: Path, sound: bytes) -> None:
    """Written aside and renamed: nobody reads half a sentence."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(f".{os.getpid()}")
    aside.write_bytes(sound)
    aside.replace(path)


async def _start_child() -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "simulator.voice_child"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=_LINE_LIMIT,
    )
