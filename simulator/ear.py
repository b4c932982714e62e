"""What a person on the line hears: when the other side speaks, and whose voice it is."""

from collections import deque
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from audio import mulaw
from audio.frames import FRAME_BYTES, FRAME_MS, RATE
from audio.pcm import level_dbfs
from audio.wav import write_wav

_VOICED_DBFS = -45.0
"""Quieter frames are line noise: a telephone's noise floor lies below -55, speech around -25."""
_BREATH_MS = 400
"""Shorter gaps belong to one stretch: stops inside words take 100 ms, commas some 250 ms."""
_KEPT_STRETCHES = 2000
_KEPT_SOUND_FRAMES = 30 * 60 * 1000 // FRAME_MS
"""Half an hour: a story that goes on for ever must not fill the memory."""


@dataclass(slots=True)
class Stretch:
    """One piece of heard voice, in ms of the party's clock."""

    start_ms: int
    end_ms: int
    """End of the last voiced frame."""
    voiced_ms: int = FRAME_MS


class Ear:
    """Follows the other side frame by frame; `now_ms` is when the frame was heard."""

    def __init__(self, keep_sound: bool = False) -> None:
        self.stretches: deque[Stretch] = deque(maxlen=_KEPT_STRETCHES)
        self._sound: deque[bytes] | None = deque(maxlen=_KEPT_SOUND_FRAMES) if keep_sound else None

    def hear(self, frame: bytes, now_ms: int) -> None:
        """Take one frame of mu-law."""
        if self._sound is not None:
            self._sound.append(frame)
        if frame == mulaw.SILENCE or level_dbfs(mulaw.decode(frame)) < _VOICED_DBFS:
            return
        last = self.stretches[-1] if self.stretches else None
        if last is not None and now_ms - last.end_ms <= _BREATH_MS:
            last.end_ms = now_ms
            last.voiced_ms += FRAME_MS
        else:
            self.stretches.append(Stretch(now_ms - FRAME_MS, now_ms))

    def is_voiced(self, now_ms: int) -> bool:
        """Whether the other side is in the middle of a stretch."""
        return bool(self.stretches) and now_ms - self.stretches[-1].end_ms <= _BREATH_MS

    def has_spoken_since(self, since_ms: int, quiet_ms: int, now_ms: int) -> bool:
        """Whether someone spoke after `since_ms` and has been quiet for `quiet_ms` by now."""
        if not self.stretches:
            return False
        last = self.stretches[-1]
        after = min(last.voiced_ms, last.end_ms - since_ms)
        return after >= 200 and now_ms - last.end_ms >= quiet_ms  # 200 ms: not the tail of a word

    def first_voice_after(self, since_ms: int) -> int | None:
        """When voice was first heard at or after that moment, in a stretch begun after it."""
        starts = (s.start_ms for s in self.stretches if s.start_ms >= since_ms)
        return next(starts, None)

    def stretch_at(self, moment_ms: int) -> Stretch | None:
        """The stretch that was going on at that moment."""
        around = (s for s in self.stretches if s.start_ms <= moment_ms <= s.end_ms + _BREATH_MS)
        return next(around, None)

    def save(self, path: Path) -> bool:
        """Write what was heard as WAV; False when nothing was kept."""
        if not self._sound:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        write_wav(path, mulaw.decode(b"".join(self._sound)), RATE)
        return True


class VoiceRecall:
    """Knows a person again by a sentence: compares loudness curves, not bytes.

    A caller must know the agent from the bot and from the music, as a human does; the agents'
    first words are in the story, so their curve of loudness is known beforehand.
    """

    _LIKENESS = 0.9
    """Correlation of 1.2 s of loudness; two different sentences stay below 0.7."""
    _FRAMES = 60

    def __init__(self, sentences: list[bytes]) -> None:
        self._wanted = [_curve(s)[: self._FRAMES] for s in sentences]
        self._heard: deque[float] = deque(maxlen=self._FRAMES)

    def hear(self, frame: bytes) -> bool:
        """Take one frame; True when the last frames are the beginning of a known sentence."""
        self._heard.append(_loudness(frame))
        if not self._wanted or self._heard[-1] == 0.0:
            return False
        recent = np.array(self._heard)
        return any(
            recent.size >= known.size >= 20
            and _alike(recent[-known.size :], known) > self._LIKENESS
            for known in self._wanted
        )


def _loudness(frame: bytes) -> float:
    if frame == mulaw.SILENCE:
        return 0.0
    return float(np.sqrt(np.mean(mulaw.decode(frame).astype(np.float64) ** 2)))


def _curve(sound: bytes) -> NDArray[np.float64]:
    whole = len(sound) - len(sound) % FRAME_BYTES
    frames = [sound[at : at + FRAME_BYTES] for at in range(0, whole, FRAME_BYTES)]
    return np.array([_loudness(frame) for frame in frames])


def _alike(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    one, other = one - one.mean(), other - other.mean()
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size > 0 else 0.0
