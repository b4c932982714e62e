import wave

import numpy as np
import pytest

from recordings.errors import BadRecording
from recordings.waveform import read_waveform


def write(path, left, right, width=2):
    frames = np.stack([left, right], axis=1).astype("<i2")
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(width)
        sound.setframerate(8000)
        sound.writeframes(frames.tobytes())


def test_each_channel_is_drawn_by_its_own_loudest_samples(tmp_path):
    left = np.zeros(16_000)
    left[:8000] = 16_384
    right = np.zeros(16_000)
    right[12_000] = -32_768
    write(tmp_path / "call.wav", left, right)

    drawn = read_waveform(tmp_path / "call.wav", slices=4)

    assert drawn.seconds == 2.0
    assert drawn.peaks == [[0.5, 0.5, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]]


def test_a_recording_of_a_second_has_no_more_slices_than_asked(tmp_path):
    write(tmp_path / "call.wav", np.ones(8001), np.ones(8001))

    drawn = read_waveform(tmp_path / "call.wav", slices=100)

    assert len(drawn.peaks[0]) == len(drawn.peaks[1]) <= 100


def test_an_empty_recording_has_an_empty_picture(tmp_path):
    write(tmp_path / "call.wav", np.zeros(0), np.zeros(0))

    assert read_waveform(tmp_path / "call.wav").peaks == [[], []]


def test_noise_instead_of_a_wav_is_an_error_that_names_the_file(tmp_path):
    (tmp_path / "call.wav").write_bytes(b"not a wav at all")

    with pytest.raises(BadRecording, match=r"'call': .*; expected 16-bit PCM WAV"):
        read_waveform(tmp_path / "call.wav")
