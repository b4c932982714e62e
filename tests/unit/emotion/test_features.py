import numpy as np
import pytest

from emotion.features import NAMES, SILENCE, extract

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


@pytest.mark.parametrize("gain", [0.05, 0.4])
def test_all_but_the_level_survive_a_change_of_gain(gain):
    plain, changed = extract(voice(gain=0.1)), extract(voice(gain=gain))
    moved = 20 * np.log10(gain / 0.1)
    assert changed.level_dbfs - plain.level_dbfs == pytest.approx(moved, abs=0.2)
    for name in NAMES:
        assert changed.value(name) == pytest.approx(plain.value(name), abs=0.25, rel=0.02), name


def test_pressed_voice_has_more_energy_above_one_kilohertz():
    assert extract(voice(tilt=0.5)).value("balance") > extract(voice(tilt=1.5)).value("balance") + 5


def test_faster_syllables_give_a_higher_rate():
    slow, fast = (extract(voice(syllables=n)).value("rate") for n in (3, 6))
    assert 3 <= slow < 4.5 < 6 <= fast < 9  # pauses do not count as time


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


def test_every_value_is_a_finite_number_with_its_name():
    features = extract(voice())
    assert len(features.values) == len(NAMES) == len(set(NAMES))
    assert np.isfinite(features.values).all()


def test_a_wavering_voice_has_more_jitter_and_range():
    t = np.arange(2 * RATE) / RATE
    phase = 2 * np.pi * np.cumsum(150 * 2 ** (np.sin(2 * np.pi * 3 * t) / 4)) / RATE
    wavering = (4000 * sum(np.sin(n * phase) / n for n in range(3, 20))).astype(np.int16)
    steady, moving = extract(voice()), extract(wavering)
    assert moving.value("pitch_high") > steady.value("pitch_high") + 1.0
    assert moving.value("jitter") > steady.value("jitter")
