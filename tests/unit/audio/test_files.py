import numpy as np
import pytest
import soundfile

from audio.errors import SoundUnreadable
from audio.files import read_sound
from audio.resample import resample

TWO_TONES = np.stack(
    [(8000 * np.sin(np.arange(8000) * step)).astype(np.int16) for step in (0.3, 0.7)]
)


@pytest.mark.parametrize("kind", ["wav", "flac"])
def test_lossless_files_come_back_sample_by_sample(tmp_path, kind):
    path = tmp_path / f"call.{kind}"
    soundfile.write(path, TWO_TONES.T, 8000)
    pcm, rate = read_sound(path)
    assert rate == 8000
    assert (pcm == TWO_TONES).all()


def test_an_mp3_is_read_with_both_channels(tmp_path):
    soundfile.write(tmp_path / "call.mp3", TWO_TONES.T, 8000)
    pcm, rate = read_sound(tmp_path / "call.mp3")
    assert (pcm.shape[0], rate) == (2, 8000)
    assert abs(pcm.shape[1] - 8000) < 3000


@pytest.mark.parametrize("content", [b"", b"not a sound at all" * 20])
def test_what_is_no_sound_is_refused_by_name(tmp_path, content):
    (tmp_path / "notes.mp3").write_bytes(content)
    with pytest.raises(SoundUnreadable, match=r"'notes\.mp3'"):
        read_sound(tmp_path / "notes.mp3")


def test_a_missing_file_says_so(tmp_path):
    with pytest.raises(SoundUnreadable, match="no such file"):
        read_sound(tmp_path / "gone.flac")


def test_resampling_keeps_pitch_and_length():
    slow = resample(TWO_TONES[0], 8000, 16000)
    assert slow.size == 16000
    spectrum = np.abs(np.fft.rfft(slow[2000:14000].astype(float)))
    assert np.argmax(spectrum) / 12000 * 2 * np.pi == pytest.approx(0.15, abs=0.001)


def test_nothing_and_equal_rates_pass_through():
    assert resample(np.zeros(0, np.int16), 8000, 16000).size == 0
    assert (resample(TWO_TONES[0], 8000, 8000) == TWO_TONES[0]).all()
