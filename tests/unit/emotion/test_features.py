import numpy as np
import pytest

from emotion.features import SILENCE, extract

RATE = 8000


def voice(seconds=2.0, pitch=150.0, tilt=1.0, syllables=4.0, gain=0.3):
    """Harmonics that fall with `tilt`, swelling `syllables` times a second."""
    t = np.arange(int(seconds * RATE)) / RATE
    harmonics = np.arange(1, int(3400 / pitch))
    kept = harmonics[harmonics * pitch > 300]
    wave = sum(np.sin(2 * np.pi * n * pitch * t) / n**tilt for n in kept)
    swell = 0.55 - 0.45 * np.cos(2 * np.pi * syllables * t)
    sound = wave * swell
    return (sound / np.abs(sound).max() * gain * 32767).astype(np.int16)


@pytest.mark.parametrize("pitch", [90, 120, 180, 240, 330])
def test_pitch_is_found_though_the_line_cut_the_fundamental(pitch):
    assert extract(voice(pitch=pitch)).pitch_hz == pytest.approx(pitch, rel=0.03)


def test_all_but_the_level_survive_a_change_of_gain():
    quiet, loud = extract(voice(gain=0.1)), extract(voice(gain=0.4))
    assert loud.level_dbfs - quiet.level_dbfs == pytest.approx(12.0, abs=0.2)
    assert loud.balance_db == pytest.approx(quiet.balance_db, abs=0.1)
    assert loud.dynamics_db == pytest.approx(quiet.dynamics_db, abs=0.2)
    assert loud.pitch_hz == pytest.approx(quiet.pitch_hz, rel=0.01)
    assert loud.rate_hz == pytest.approx(quiet.rate_hz, abs=0.3)


def test_pressed_voice_has_more_energy_above_one_kilohertz():
    assert extract(voice(tilt=0.5)).balance_db > extract(voice(tilt=1.5)).balance_db + 5


def test_faster_syllables_give_a_higher_rate():
    slow, fast = extract(voice(syllables=3)), extract(voice(syllables=6))
    assert 3 <= slow.rate_hz < 4.5 < 6 <= fast.rate_hz < 9  # pauses do not count as time


@pytest.mark.parametrize(
    "pcm",
    [
        np.zeros(0, np.int16),
        np.zeros(100, np.int16),
        np.zeros(16000, np.int16),
        np.full(16000, 32767, np.int16),
        np.random.default_rng(1).integers(-3000, 3000, 16000, dtype=np.int16),
    ],
    ids=["nothing", "12 ms", "silence", "stuck line", "noise"],
)
def test_sound_without_voice_has_no_voiced_seconds(pcm):
    assert extract(pcm).voiced_seconds < 0.1


def test_too_short_a_sound_is_silence():
    assert extract(voice(seconds=0.02)) == SILENCE


def test_a_clipped_line_is_noticed():
    loud = np.clip(voice(gain=0.9).astype(np.int32) * 8, -32768, 32767).astype(np.int16)
    assert extract(loud).clipped > 0.02
