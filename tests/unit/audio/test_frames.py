from hypothesis import given
from hypothesis import strategies as st

from audio.frames import FRAME_BYTES, Framer, split_frames


@given(st.lists(st.binary(max_size=500), max_size=20))
def test_any_cutting_gives_back_every_byte_in_whole_frames(pieces):
    framer = Framer()
    frames = [frame for piece in pieces for frame in framer.push(piece)] + framer.flush()
    whole = b"".join(pieces)
    assert all(len(frame) == FRAME_BYTES for frame in frames)
    assert b"".join(frames)[: len(whole)] == whole
    assert set(b"".join(frames)[len(whole) :]) <= {0xFF}


def test_flushing_twice_gives_the_rest_once():
    framer = Framer()
    framer.push(b"\x01" * 170)
    assert framer.flush() == [b"\x01" * 10 + b"\xff" * 150]
    assert framer.flush() == []


def test_no_sound_has_no_frames():
    assert split_frames(b"") == []
