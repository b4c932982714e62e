import numpy as np

from audio import mulaw
from audio.pcm import level_dbfs
from tts.hold import hold_music


def test_hold_music_has_the_length_asked_for_and_is_quiet():
    pcm = mulaw.decode(hold_music(6))
    assert pcm.size == 48000
    assert -45 < level_dbfs(pcm) < -20
    assert np.abs(pcm.astype(int)).max() < 8000


def test_hold_music_begins_and_ends_in_silence_so_that_it_can_repeat():
    pcm = np.abs(mulaw.decode(hold_music(6)).astype(int))
    assert pcm[:40].max() < 200
    assert pcm[-40:].max() < 200


def test_no_time_is_no_music():
    assert hold_music(0) == b""
