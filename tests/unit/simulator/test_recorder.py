from pathlib import Path

import numpy as np

from audio.mulaw import SILENCE, encode
from audio.wav import read_wav
from simulator.clock import Clock
from simulator.recorder import Recording, RecordingOrder

LOUD = encode(np.full(160, 8000, dtype=np.int16))


class Line:
    sid, clock = "CA1", Clock()


def recording(folder: Path, **order) -> Recording:
    return Recording(Line(), RecordingOrder("test", **order), folder)


def test_channel_0_is_what_the_party_says_and_1_what_it_hears(tmp_path):
    kept = recording(tmp_path)
    kept.frame(LOUD, SILENCE)
    kept.frame(SILENCE, LOUD)
    kept.write()
    samples, rate = read_wav(kept.path)
    assert (samples.shape, rate) == ((2, 320), 8000)
    assert samples[0, :160].min() > 7000
    assert samples[1, :160].max() == 0
    assert samples[1, 160:].min() > 7000


def test_mono_sums_both_sides(tmp_path):
    kept = recording(tmp_path, channels=1)
    kept.frame(LOUD, LOUD)
    kept.write()
    samples, _ = read_wav(kept.path)
    assert samples.shape == (1, 160)
    assert samples.min() > 14000


def test_one_track_leaves_the_other_channel_silent(tmp_path):
    kept = recording(tmp_path, track="inbound")
    kept.frame(LOUD, LOUD)
    kept.write()
    samples, _ = read_wav(kept.path)
    assert samples[0].min() > 7000
    assert samples[1].max() == 0


def test_a_pause_is_silence_or_left_out(tmp_path):
    kept = recording(tmp_path)
    kept.status = "paused"
    kept.frame(LOUD, LOUD)
    kept.pause_behavior = "skip"
    kept.frame(LOUD, LOUD)
    assert kept.seconds == 0.02
    kept.write()
    assert read_wav(kept.path)[0].max() == 0


def test_time_without_frames_keeps_the_length_of_the_call(tmp_path):
    kept = recording(tmp_path)
    kept.skipped(50)
    assert kept.seconds == 1.0
