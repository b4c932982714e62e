import sys

import numpy as np
import pytest

from asr import vad
from asr.errors import VoiceDetectorBroken
from asr.vad import VoiceDetector
from audio import mulaw

FRAME = 160


def speech_frames(pcm, detector=None):
    detector = detector or VoiceDetector()
    return [
        detector.is_speech(pcm[start : start + FRAME])
        for start in range(0, pcm.size - FRAME + 1, FRAME)
    ]


def noise(seconds, rms, *, seed=1):
    return np.random.default_rng(seed).normal(0, rms, int(8000 * seconds)).astype(np.int16)


def test_the_self_test_passes_here():
    vad.check()


@pytest.mark.parametrize("rms", [3, 30, 300, 3000])
def test_steady_noise_of_any_loudness_is_no_speech(rms):
    over_the_line = mulaw.decode(mulaw.encode(noise(20, rms)))
    assert sum(speech_frames(over_the_line)) <= 2


@pytest.mark.parametrize("rms", [100, 800, 3000])
def test_noise_that_breaks_into_silence_is_no_speech(rms):
    assert sum(speech_frames(np.concatenate([noise(4, 3), noise(8, rms)]))) <= 10


def test_rumble_that_swells_is_no_speech():
    rumble = np.convolve(noise(30, 300), np.exp(-np.arange(200) / 30))[: 8000 * 30]
    swelling = rumble * (1 + 0.9 * np.sin(2 * np.pi * 0.7 * np.arange(rumble.size) / 8000))
    assert sum(speech_frames(np.clip(swelling, -32768, 32767).astype(np.int16))) <= 20


def test_taps_on_the_handset_are_no_speech():
    taps = np.zeros(8000 * 30)
    taps[:: 8000 * 3 // 5] = 20000
    taps = np.convolve(taps, np.exp(-np.arange(80) / 15))[: taps.size]
    assert sum(speech_frames(np.clip(taps, -32768, 32767).astype(np.int16))) <= 20


def test_a_voice_is_heard_above_noise_and_the_noise_is_not():
    voice = vad._vowel(600)
    pcm = noise(2, 200)
    pcm = np.concatenate([pcm, np.clip(voice + noise(0.6, 200), -32768, 32767), noise(1, 200)])
    found = speech_frames(pcm.astype(np.int16))
    assert sum(found[:100]) == 0
    assert sum(found[100:130]) >= 24
    assert sum(found[145:]) == 0


def test_the_floor_follows_a_line_that_becomes_noisy():
    detector = VoiceDetector()
    speech_frames(noise(4, 20), detector)
    quiet = detector.floor_dbfs
    speech_frames(noise(4, 1000), detector)
    assert detector.floor_dbfs > quiet + 25


def test_a_broken_detector_is_not_served(monkeypatch):
    class Deaf:
        def __init__(self, mode):
            pass

        def is_speech(self, frame, rate):
            return False

    monkeypatch.setitem(sys.modules, "webrtcvad", type("webrtcvad", (), {"Vad": Deaf}))
    with pytest.raises(VoiceDetectorBroken, match="0 of 20 frames of a loud vowel"):
        vad.check()


def test_a_missing_detector_is_never_swallowed(monkeypatch):
    monkeypatch.setitem(sys.modules, "webrtcvad", None)
    with pytest.raises(ImportError):
        vad.check()
