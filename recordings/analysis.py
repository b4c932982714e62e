"""How a recording sounds, after the call: level, pitch, silence and overlap, with librosa.

librosa compiles with numba and keeps the result on disk; two processes that compile at once can
leave a broken cache that crashes every later run. So: a cache folder of our own, used under a lock.
Run this only in a process whose death loses nothing.
"""

import fcntl
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from asr.recognizer import Pcm
from audio.frames import RATE
from recordings.errors import StorageFailed

_HOP = 160
"""Samples between measurements: 20 ms."""

_WINDOW = 512
"""Samples of one pitch measurement: 64 ms, four periods of the lowest voice."""

_PITCH_HZ = (65.0, 400.0)
"""Deep male to high female speech."""

_ACTIVE_DB = 20.0
"""Voice stands this far above the channel's own noise floor ..."""

_FAINTEST_DBFS = -50.0
"""... and is never fainter than this: below is line noise even on a silent channel."""

_HANGOVER_FRAMES = 10
"""200 ms: the gaps between syllables belong to the voice around them."""

_LOCK_SECONDS = 180.0
"""Longest wait for another process's first compilation (seen: 28 s on two busy cores)."""

Mask = NDArray[np.bool_]


class Acoustics:
    """Post-call measurements; construct once for a process, importing librosa costs seconds."""

    def __init__(self, cache_folder: Path, lock_seconds: float = _LOCK_SECONDS) -> None:
        self._cache = cache_folder
        self._lock_seconds = lock_seconds
        self._librosa: Any = None

    def analyse(
        self, parties: Mapping[str, Pcm], refused: Collection[str] = ()
    ) -> dict[str, dict[str, float | None]]:
        """By party: level_dbfs, pitch_hz, longest_silence_seconds, overlap_seconds.

        Level and pitch are None where a party never spoke or refused to have the voice analysed;
        silence and overlap are in seconds.
        """
        librosa = self._ready()
        levels = {party: _levels(librosa, pcm) for party, pcm in parties.items()}
        active = {party: _active(level) for party, level in levels.items()}
        both = _seconds(int(np.logical_and.reduce(_aligned(list(active.values()))).sum()))
        return {
            party: {
                **_voice(librosa, pcm, levels[party], active[party] & (party not in refused)),
                "longest_silence_seconds": _longest_silence(active[party]),
                "overlap_seconds": both if len(parties) > 1 else 0.0,
            }
            for party, pcm in parties.items()
        }

    def prepare(self) -> None:
        """Compile or load everything that `analyse` uses; for set-up and for a worker's start."""
        self._ready()

    def _ready(self) -> Any:
        if self._librosa is None:
            with _alone(self._cache, self._lock_seconds):
                self._librosa = _warm_librosa(self._cache)
        return self._librosa


def _warm_librosa(cache_folder: Path) -> Any:
    import numba

    # Before librosa's import: the place of the cache is fixed when functions are decorated.
    config: Any = numba.config
    config.CACHE_DIR = str(cache_folder)
    import librosa

    tone = np.sin(2 * np.pi * 150 * np.arange(RATE // 4) / RATE).astype(np.float32)
    librosa.feature.rms(y=tone, frame_length=_WINDOW, hop_length=_HOP)
    _yin(librosa, tone)
    return librosa


@contextmanager
def _alone(folder: Path, lock_seconds: float) -> Iterator[None]:
    """One process at a time, whoever it is; StorageFailed when the others never finish."""
    folder.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + lock_seconds
    with (folder / "lock").open("a") as file:
        while not _locked(file.fileno()):
            if time.monotonic() > deadline:
                raise StorageFailed("acoustics", f"cache locked for {lock_seconds:.0f} s")
            time.sleep(0.2)
        yield  # closing the file unlocks it, also when the process is killed


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _levels(librosa: Any, pcm: Pcm) -> NDArray[np.float32]:
    """Level of each 20 ms in dB below full scale."""
    if pcm.size == 0:
        return np.zeros(0, np.float32)
    sound = _normal(pcm)
    rms = librosa.feature.rms(y=sound, frame_length=2 * _HOP, hop_length=_HOP)[0]
    levels: NDArray[np.float32] = 20 * np.log10(np.maximum(rms, 1e-5))
    return levels


def _active(levels: NDArray[np.float32]) -> Mask:
    """Which 20 ms hold voice."""
    if levels.size == 0:
        return np.zeros(0, np.bool_)
    # The 10th percentile is the floor, unless the channel is voice nearly throughout.
    floor = min(float(np.percentile(levels, 10)), float(levels.max()) - _ACTIVE_DB - 10)
    loud = levels > max(_FAINTEST_DBFS, floor + _ACTIVE_DB)
    return _bridged(loud)


def _bridged(loud: Mask) -> Mask:
    """Short gaps between voice filled."""
    filled = loud.copy()
    at = np.flatnonzero(loud)
    for before, after in pairwise(at):
        if 1 < after - before <= _HANGOVER_FRAMES:
            filled[before:after] = True
    return filled


def _aligned(masks: list[Mask]) -> list[Mask]:
    shortest = min((mask.size for mask in masks), default=0)
    return [mask[:shortest] for mask in masks] or [np.zeros(0, np.bool_)]


def _voice(
    librosa: Any, pcm: Pcm, levels: NDArray[np.float32], active: Mask
) -> dict[str, float | None]:
    return {"level_dbfs": _mean_level(levels, active), "pitch_hz": _pitch(librosa, pcm, active)}


def _mean_level(levels: NDArray[np.float32], active: Mask) -> float | None:
    """Mean power while the party speaks."""
    if not active.any():
        return None
    return round(float(10 * np.log10(np.mean(10 ** (levels[active] / 10)))), 1)


def _pitch(librosa: Any, pcm: Pcm, active: Mask) -> float | None:
    """Median fundamental frequency while the party speaks, Hz."""
    if not active.any():
        return None
    pitch = _yin(librosa, _normal(pcm))
    count = min(pitch.size, active.size)
    # A value at either end of the search range means that no period was found.
    voiced = active[:count] & (pitch[:count] < _PITCH_HZ[1] * 0.98)
    voiced &= pitch[:count] > _PITCH_HZ[0] * 1.02
    return round(float(np.median(pitch[:count][voiced])), 1) if voiced.any() else None


def _normal(pcm: Pcm) -> NDArray[np.float32]:
    """Full scale is 1."""
    return np.divide(pcm, 32768, dtype=np.float32)


def _yin(librosa: Any, sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """Pitch every 20 ms by YIN: as good as pyin for a median, and sixty times cheaper."""
    pitch: NDArray[np.float64] = librosa.yin(
        sound, fmin=_PITCH_HZ[0], fmax=_PITCH_HZ[1], sr=RATE, frame_length=_WINDOW, hop_length=_HOP
    )
    return pitch


def _longest_silence(active: Mask) -> float:
    edges = np.flatnonzero(np.diff(np.concatenate(([1], active.astype(np.int8), [1]))))
    runs = edges[1::2] - edges[::2]
    return _seconds(int(runs.max())) if runs.size else 0.0


def _seconds(frames: int) -> float:
    return round(frames * _HOP / RATE, 2)
