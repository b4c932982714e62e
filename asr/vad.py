"""Is this frame speech? It must stand above the line's noise, sound like speech to WebRTC's
detector, and have had vocal cords in it a moment ago."""

from collections import deque
from dataclasses import dataclass

import numpy as np

from asr.errors import VoiceDetectorBroken
from asr.recognizer import Pcm
from asr.voicing import periodicity
from audio.frames import FRAME_MS, FRAME_SAMPLES, RATE
from audio.pcm import gain, level_dbfs

_MOST_LIFT_DB = 18.0


@dataclass(frozen=True, slots=True)
class VadSettings:
    """How eager voice detection is."""

    mode: int = 2
    """WebRTC's own strictness, 0 to 3; alone it takes white noise and taps for speech."""
    snr_db: float = 9.0
    """Speech stands at least this far above the line's noise."""
    window_ms: int = 3000
    """The noise is the quietest level of this time: no one talks 3 s without a gap."""
    lifted_floor_dbfs: float = -42.0
    """Quieter lines are amplified up to this noise before WebRTC, which misses soft voices."""
    voiced: float = 0.27
    """Periodicity of vocal cords; white and pink noise stay below 0.25, which WebRTC lets pass."""
    voiced_hold_ms: int = 200
    """Consonants without voice count this long after voice; less than it takes to accept speech."""
    quietest_floor_dbfs: float = -62.0
    """Digital silence counts as this much noise, so that line crackle is not speech."""


class VoiceDetector:
    """Answers for the frames of one stream, in order; keeps the stream's noise floor."""

    _BUCKET_MS = 500

    def __init__(
        self, settings: VadSettings | None = None, *, floor_dbfs: float | None = None
    ) -> None:
        """With `floor_dbfs` the noise is known beforehand (a whole file), else it is learned."""
        import webrtcvad  # absent or broken must stop the start, never turn detection off

        self._settings = settings or VadSettings()
        self._webrtc = webrtcvad.Vad(self._settings.mode)
        self._levels: deque[float] = deque(maxlen=3)
        self._buckets: deque[float] = deque(maxlen=self._settings.window_ms // self._BUCKET_MS)
        if floor_dbfs is not None:
            self._buckets.append(floor_dbfs)
        self._quietest = np.inf
        self._bucket_frames = 0
        self._before: Pcm = np.zeros(FRAME_SAMPLES, np.int16)
        self._voiced_left_ms = 0

    def is_speech(self, frame: Pcm) -> bool:
        """Whether this 20 ms frame (160 samples at 8 kHz) is voice above the noise."""
        level = level_dbfs(frame)
        self._follow(level)
        before, self._before = self._before, frame
        self._voiced_left_ms -= FRAME_MS
        if level < self.floor_dbfs + self._settings.snr_db or not self._webrtc_agrees(frame):
            return False
        if periodicity(np.concatenate([before, frame])) >= self._settings.voiced:
            self._voiced_left_ms = self._settings.voiced_hold_ms
        return self._voiced_left_ms > 0

    def _webrtc_agrees(self, frame: Pcm) -> bool:
        lift_db = min(max(0.0, self._settings.lifted_floor_dbfs - self.floor_dbfs), _MOST_LIFT_DB)
        lifted = gain(frame, lift_db) if lift_db else frame
        return bool(self._webrtc.is_speech(lifted.tobytes(), RATE))

    @property
    def floor_dbfs(self) -> float:
        """The line's noise now."""
        known = min(self._quietest, *self._buckets) if self._buckets else self._quietest
        return max(float(known), self._settings.quietest_floor_dbfs)

    def _follow(self, level: float) -> None:
        """Minimum of the level over the window, smoothed over 60 ms so that one gap is no floor."""
        self._levels.append(level)
        self._quietest = min(self._quietest, sum(self._levels) / len(self._levels))
        self._bucket_frames += 1
        if self._bucket_frames * FRAME_MS >= self._BUCKET_MS:
            self._buckets.append(self._quietest)
            self._quietest = np.inf
            self._bucket_frames = 0


def check() -> None:
    """Self test before serving: silence and noise are no speech, a voiced burst is; else raises."""
    silence = np.zeros(25 * FRAME_SAMPLES, np.int16)
    noise = np.random.default_rng(7).normal(0, 1000, 50 * FRAME_SAMPLES).astype(np.int16)
    if _speech_frames(silence):
        raise VoiceDetectorBroken("silence was taken for speech")
    if _speech_frames(np.concatenate([silence, noise])) > 10:
        raise VoiceDetectorBroken("noise was taken for speech")
    voiced = _speech_frames(np.concatenate([silence, _vowel(400)]))
    if voiced < 15:
        raise VoiceDetectorBroken(f"only {voiced} of 20 frames of a loud vowel were speech")


def _speech_frames(pcm: Pcm) -> int:
    detector = VoiceDetector()
    starts = range(0, pcm.size - FRAME_SAMPLES + 1, FRAME_SAMPLES)
    return sum(detector.is_speech(pcm[start : start + FRAME_SAMPLES]) for start in starts)


def _vowel(length_ms: int) -> Pcm:
    """A loud buzz of 130 Hz with the two formants of an open vowel (700 and 1100 Hz)."""
    time = np.arange(RATE * length_ms // 1000) / RATE
    sound = np.zeros(time.size)
    for harmonic in range(1, 26):
        hertz = 130.0 * harmonic
        weight = sum(1.0 / (1.0 + ((hertz - formant) / 130.0) ** 2) for formant in (700, 1100))
        sound += (weight + 0.05) * np.sin(2 * np.pi * hertz * time)
    return np.asarray(12000 * sound / np.abs(sound).max()).astype(np.int16)
