import numpy as np
import pytest

from audio.mulaw import SILENCE, decode, encode


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xFF, 0), (0x7F, 0), (0x00, -32124), (0x80, 32124), (0xFE, 8), (0x7E, -8)],
)
def test_decoding_gives_the_values_of_the_standard(code, sample):
    assert decode(bytes([code]))[0] == sample


def test_every_code_but_negative_zero_survives_a_round_trip():
    codes = bytes(code for code in range(256) if code != 0x7F)
    assert encode(decode(codes)) == codes


def test_negative_zero_becomes_positive_zero():
    assert encode(decode(b"\x7f")) == b"\xff"


def test_every_sample_comes_back_within_half_a_step():
    samples = np.arange(-32768, 32768, dtype=np.int16)
    error = np.abs(decode(encode(samples)).astype(int) - samples)
    within_clip = np.abs(samples.astype(int)) <= 32635
    # the step at magnitude m is about (m + 132) / 16; half of it is the largest honest error
    half_step = (np.abs(samples.astype(int)) + 132) / 16 / 2 + 4
    assert (error[within_clip] <= half_step[within_clip] + 1).all()


def test_louder_samples_never_decode_softer():
    decoded = decode(encode(np.arange(-32768, 32768, dtype=np.int16)))
    assert (np.diff(decoded.astype(int)) >= 0).all()


def test_encoding_agrees_with_the_stdlib_where_it_still_has_one():
    audioop = pytest.importorskip("audioop")
    samples = np.arange(-32768, 32768, dtype=np.int16)
    ours = np.frombuffer(encode(samples), dtype=np.uint8)
    theirs = np.frombuffer(audioop.lin2ulaw(samples.tobytes(), 2), dtype=np.uint8)
    assert (decode(ours.tobytes()) == decode(theirs.tobytes())).mean() > 0.99


def test_silence_is_one_frame_of_zeros():
    assert len(SILENCE) == 160
    assert not decode(SILENCE).any()
