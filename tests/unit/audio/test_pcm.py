import numpy as np
import pytest

from audio.pcm import gain, level_dbfs, mix, telephone_band


def tone(hertz: float, *, rate: int = 8000, seconds: float = 0.5, peak: float = 16384.0):
    time = np.arange(int(rate * seconds)) / rate
    return (peak * np.sin(2 * np.pi * hertz * time)).astype(np.int16)


def test_a_half_scale_sine_is_nine_decibels_below_full_scale():
    assert level_dbfs(tone(1000)) == pytest.approx(-9.03, abs=0.05)


def test_silence_and_nothing_have_the_lowest_level():
    assert level_dbfs(np.zeros(160, np.int16)) == level_dbfs(np.zeros(0, np.int16)) == -100.0


def test_gain_moves_the_level_by_its_decibels():
    assert level_dbfs(gain(tone(1000), -12)) == pytest.approx(level_dbfs(tone(1000)) - 12, abs=0.05)


def test_loud_voices_saturate_instead_of_wrapping_round():
    loud = np.full(4, 30000, np.int16)
    assert (mix(loud, loud) == 32767).all()
    assert (gain(-loud, 6) == -32768).all()


def test_mixing_keeps_the_longest_voice_whole():
    assert mix(np.array([1, 2, 3], np.int16), np.array([10], np.int16)).tolist() == [11, 2, 3]
    assert mix().size == 0


@pytest.mark.parametrize("rate", [8000, 16000])
def test_the_telephone_passes_speech_and_stops_rumble_and_hiss(rate):
    middle = slice(rate // 10, -rate // 10)
    kept = level_dbfs(telephone_band(tone(1000, rate=rate), rate)[middle])
    assert kept == pytest.approx(-9.03, abs=0.5)
    assert level_dbfs(telephone_band(tone(50, rate=rate), rate)[middle]) < -45
    assert level_dbfs(telephone_band(tone(3900, rate=rate), rate)[middle]) < -45


def test_the_telephone_keeps_length_and_adds_no_delay():
    click = np.zeros(801, np.int16)
    click[400] = 20000
    heard = telephone_band(click)
    assert heard.size == click.size
    assert int(np.argmax(np.abs(heard))) == 400
