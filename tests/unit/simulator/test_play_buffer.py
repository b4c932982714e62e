from audio.mulaw import SILENCE
from simulator.play_buffer import PlayBuffer


def test_sound_of_any_length_comes_out_in_whole_frames():
    buffer = PlayBuffer(print)
    buffer.add(b"a" * 100)
    buffer.add(b"b" * 100)
    assert buffer.next_frame() == b"a" * 100 + b"b" * 60
    assert buffer.next_frame() == b"b" * 40 + SILENCE[40:]
    assert buffer.next_frame() == SILENCE
    assert buffer.bytes_waiting == 0


def test_a_mark_comes_back_after_the_sound_before_it():
    reached = []
    buffer = PlayBuffer(reached.append)
    buffer.add(b"a" * 320)
    buffer.mark("end")
    buffer.next_frame()
    buffer.next_frame()
    assert reached == []
    buffer.next_frame()
    assert reached == ["end"]


def test_a_mark_without_sound_before_it_comes_back_at_once():
    reached = []
    buffer = PlayBuffer(reached.append)
    buffer.mark("now")
    buffer.next_frame()
    assert reached == ["now"]


def test_clear_drops_sound_and_returns_every_mark_in_order():
    reached = []
    buffer = PlayBuffer(reached.append)
    for name in "abc":
        buffer.add(b"x" * 1000)
        buffer.mark(name)
    buffer.next_frame()
    assert buffer.clear() == 2840
    assert reached == ["a", "b", "c"]
    assert buffer.next_frame() == SILENCE
