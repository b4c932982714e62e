import struct

import numpy as np
import pytest

from audio.errors import SoundUnreadable
from audio.wav import read_wav, wav_bytes, write_wav

STEREO = np.array([[1, -2, 3], [-32768, 32767, 0]], dtype=np.int16)


def test_two_channels_come_back_as_written(tmp_path):
    write_wav(tmp_path / "call.wav", STEREO, 8000)
    pcm, rate = read_wav(tmp_path / "call.wav")
    assert rate == 8000
    assert (pcm == STEREO).all()


def test_one_channel_has_shape_one_by_samples():
    pcm, rate = read_wav(wav_bytes(STEREO[0], 22050))
    assert pcm.shape == (1, 3)
    assert rate == 22050


def test_other_chunks_are_stepped_over():
    whole = wav_bytes(STEREO, 8000)
    with_list = whole[:12] + b"LIST" + struct.pack("<I", 3) + b"abc\x00" + whole[12:]
    assert (read_wav(with_list)[0] == STEREO).all()


def test_a_streamed_wav_of_unknown_length_goes_to_the_end():
    whole = bytearray(wav_bytes(STEREO, 8000))
    whole[40:44] = b"\xff\xff\xff\xff"
    assert (read_wav(bytes(whole))[0] == STEREO).all()


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda wav: b"", "not with a RIFF/WAVE header"),
        (lambda wav: b"ID3" + wav, "starts with b'ID3R'"),
        (lambda wav: wav[:-2], "is cut off: chunk 'data' says 12 bytes, 10 are there"),
        (lambda wav: wav[:36], "needs 'fmt ' and 'data'"),
        (lambda wav: wav[:20] + b"\x07\x00" + wav[22:], "format 7 with 16 bits"),
        (lambda wav: wav[:34] + b"\x08\x00" + wav[36:], "format 1 with 8 bits"),
        (lambda wav: wav[:22] + b"\x00\x00" + wav[24:], "says 0 channels"),
        (lambda wav: wav[:40] + b"\x00\x00\x00\x00", "holds no samples"),
        (lambda wav: wav[:40] + b"\x06\x00\x00\x00" + wav[44:50], "ends inside a sample"),
    ],
)
def test_a_damaged_file_is_refused_with_the_reason(damage, sentence):
    with pytest.raises(SoundUnreadable) as refused:
        read_wav(damage(wav_bytes(STEREO, 8000)))
    assert sentence in str(refused.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(SoundUnreadable, match=r"'gone\.wav'"):
        read_wav(tmp_path / "gone.wav")
