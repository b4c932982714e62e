from types import SimpleNamespace

import numpy as np

from audio.mulaw import SILENCE, decode, encode
from simulator.mixing import Lane, Room, mixed


def frame(level):
    return encode(np.full(160, level, dtype=np.int16))


def three():
    room = Room()
    return room, [room.sit(SimpleNamespace(sid=name)) for name in ("mei", "tomas", "aisha")]


def test_a_single_voice_passes_unchanged():
    assert mixed([frame(1000), SILENCE]) == frame(1000)


def test_two_loud_voices_saturate_instead_of_wrapping():
    assert decode(mixed([frame(30000), frame(30000)])).min() > 30000


def test_everybody_hears_the_others_and_not_oneself():
    _, (mei, tomas, aisha) = three()
    for _ in range(2):
        mei.frame(frame(1000), SILENCE)
        tomas.frame(frame(2000), SILENCE)
    assert mei.next_frame() == frame(2000)
    assert tomas.next_frame() == frame(1000)
    assert abs(int(decode(aisha.next_frame())[0]) - 3000) < 100


def test_a_muted_voice_is_not_heard_and_a_held_one_hears_nothing():
    _, (mei, tomas, _) = three()
    mei.muted, tomas.held = True, True
    for _ in range(2):
        mei.frame(frame(1000), SILENCE)
        tomas.frame(frame(1000), SILENCE)
    assert mei.next_frame() == tomas.next_frame() == SILENCE


def test_a_whisper_reaches_only_the_one_who_is_coached():
    _, (mei, tomas, aisha) = three()
    aisha.coaching = "tomas"
    for _ in range(2):
        aisha.frame(frame(1000), SILENCE)
    assert mei.next_frame() == SILENCE
    assert tomas.next_frame() == frame(1000)


def test_nobody_is_heard_before_the_room_opens():
    room, (mei, tomas, _) = three()
    room.open = False
    for _ in range(2):
        mei.frame(frame(1000), SILENCE)
    assert tomas.next_frame() == SILENCE


def test_one_who_has_left_is_not_heard_any_more():
    room, (mei, tomas, _) = three()
    for _ in range(2):
        mei.frame(frame(1000), SILENCE)
    room.rise(mei)
    room.rise(mei)
    assert tomas.next_frame() == SILENCE


def test_a_lane_waits_for_two_frames_so_that_unequal_clocks_do_not_tear():
    lane = Lane()
    lane.push(b"1")
    assert lane.pull() is None
    lane.push(b"2")
    assert [lane.pull(), lane.pull(), lane.pull()] == [b"1", b"2", None]


def test_a_listener_who_lags_loses_the_oldest():
    lane = Lane()
    for number in range(20):
        lane.push(bytes([number]))
    assert lane.pull() == bytes([14])
