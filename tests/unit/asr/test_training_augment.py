from itertools import pairwise

import numpy as np
import pytest

from asr.training import augment as augmentation
from asr.training.augment import Babble, augment
from asr.training.noises import STATIONARY, babble_of, rms, stationary_noise
from asr.training.noises_alone import no_speech
from asr.training.speech import SILENCE_NAME, AlignedSpeech, Span
from audio import mulaw

RATE = 8000


def beep(seconds=0.5, before=0.4, after=0.3):
    """A tone that stands for a vowel, between two silences."""
    time = np.arange(int(seconds * RATE)) / RATE
    tone = 8000 * np.sin(2 * np.pi * 600 * time)
    whole = np.concatenate([np.zeros(int(before * RATE)), tone, np.zeros(int(after * RATE))])
    times = [0, before, before + seconds, before + seconds + after]
    spans = [
        Span(phone, *pair)
        for phone, pair in zip([SILENCE_NAME, "aa", SILENCE_NAME], pairwise(times), strict=True)
    ]
    return AlignedSpeech(whole.astype(np.int16), spans, "beep")


BABBLE = babble_of([beep(), beep(0.2, 0.1, 0.0)], seed=4)


def quiet_line(monkeypatch, **shares):
    """No changes but those that are named."""
    for name in (
        "_NOISE",
        "_ROOM",
        "_TILT",
        "_COLOUR",
        "_SOFT",
        "_STEEP",
        "_LOSS",
        "_CLIP",
        "_HISS",
        "_MULAW",
        "_SPEED",
    ):
        monkeypatch.setattr(augmentation, f"{name}_SHARE", shares.get(name, 0.0))


def heard(seeds=100, speech=None):
    for seed in range(seeds):
        yield augment(speech or beep(), np.random.default_rng(seed), BABBLE)


def test_spans_stay_with_their_sounds_at_every_speed(monkeypatch):
    quiet_line(monkeypatch, _SPEED=1.0)
    lengths = set()
    for one in heard():
        silent, spoken, silent_again = one.spans
        assert (silent.phone, spoken.phone, silent_again.phone) == (
            SILENCE_NAME,
            "aa",
            SILENCE_NAME,
        )
        loud = np.flatnonzero(np.abs(one.samples.astype(int)) > 0.1 * np.abs(one.samples).max())
        assert loud[0] / RATE == pytest.approx(spoken.start, abs=0.003)
        assert loud[-1] / RATE == pytest.approx(spoken.end, abs=0.003)
        assert silent_again.end == pytest.approx(one.samples.size / RATE, abs=0.001)
        lengths.add(round(spoken.end - spoken.start, 2))
    assert min(lengths) < 0.45 and max(lengths) > 0.56
    assert all(0.42 < length < 0.6 for length in lengths)


def test_spans_have_no_gaps_whatever_happens_on_the_line():
    for one in heard(150):
        assert one.samples.dtype == np.int16 and np.any(one.samples)
        assert one.spans[0].start == 0
        assert all(a.end == b.start for a, b in pairwise(one.spans))
        assert one.spans[-1].end == pytest.approx(one.samples.size / RATE, abs=0.001)


def test_the_same_state_of_chance_gives_the_same_sound():
    first, again = list(heard(20)), list(heard(20))
    assert all(np.array_equal(a.samples, b.samples) for a, b in zip(first, again, strict=True))
    assert len({one.samples.tobytes() for one in first}) == 20


def test_most_utterances_are_noisy_and_most_noise_is_that_of_streets_and_rooms(monkeypatch):
    quiet_line(monkeypatch, _NOISE=0.65)
    ratios = []
    for one in heard(400):
        spoken = one.spans[1]
        samples = one.samples.astype(float)
        pause = samples[int((spoken.end + 0.05) * RATE) : int((spoken.end + 0.3) * RATE)]
        voice = samples[int(spoken.start * RATE) : int(spoken.end * RATE)]
        if rms(pause) > 2:
            ratios.append(20 * np.log10(rms(voice) / rms(pause)))
    assert 0.5 < len(ratios) / 400 < 0.8
    assert np.percentile(ratios, 10) < 11 and np.percentile(ratios, 90) > 24
    assert 13 < np.median(ratios) < 21


def test_a_silent_line_may_hiss_faintly(monkeypatch):
    quiet_line(monkeypatch, _HISS=1.0)
    silent = AlignedSpeech(np.zeros(RATE, np.int16), [Span(SILENCE_NAME, 0.0, 1.0)], "nobody")
    levels = [rms(one.samples.astype(float)) for one in heard(30, silent)]
    assert 0.2 < min(levels) < 2 and 5 < max(levels) < 9


def test_noise_may_stop_where_nobody_speaks(monkeypatch):
    quiet_line(monkeypatch, _NOISE=1.0)
    monkeypatch.setattr(augmentation, "_NOISE_STOPS_SHARE", 1.0)
    speech = AlignedSpeech(beep().samples[3200:7200], [Span("aa", 0.0, 0.5)], "beep")
    for one in heard(10, speech):
        spoken = one.spans[1]
        assert not one.samples[: int(spoken.start * RATE) - 1].any()
        assert not one.samples[int(spoken.end * RATE) + 1 :].any()


def test_a_mulaw_line_only_knows_its_256_values(monkeypatch):
    quiet_line(monkeypatch, _MULAW=1.0)
    values = set(mulaw.decode(bytes(range(256))).tolist())
    for one in heard(10):
        assert set(one.samples.tolist()) <= values


def test_levels_are_as_far_apart_as_those_of_telephones(monkeypatch):
    quiet_line(monkeypatch)
    peaks = [int(np.abs(one.samples.astype(int)).max()) for one in heard(200)]
    assert 690 <= min(peaks) < 1000 and 20000 < max(peaks) <= 30001
    assert 3000 < np.median(peaks) < 7000


def share_of_low_tone(monkeypatch, kind):
    """How much of a tone of 40 Hz, at first the louder, is left beside one of 1000 Hz."""
    quiet_line(monkeypatch, **{kind: 1.0})
    time = np.arange(RATE) / RATE
    low = (6000 * np.sin(2 * np.pi * 40 * time) + 3000 * np.sin(2 * np.pi * 1000 * time)).astype(
        "i2"
    )
    kept = []
    for one in heard(40, AlignedSpeech(low, [Span("aa", 0.0, 1.0)], "low")):
        power = np.abs(np.fft.rfft(one.samples.astype(float)))
        hertz = np.fft.rfftfreq(one.samples.size, 1 / RATE)
        kept.append(power[(hertz > 30) & (hertz < 50)].max() / power[hertz > 500].max())
    return kept


def test_a_telephone_takes_away_what_is_low(monkeypatch):
    kept = share_of_low_tone(monkeypatch, "_SOFT")
    assert max(kept) < 1.0 and np.median(kept) < 0.4


def test_a_digital_exchange_leaves_nothing_of_what_is_low(monkeypatch):
    assert max(share_of_low_tone(monkeypatch, "_STEEP")) < 0.02


def test_microphones_differ_by_some_decibels(monkeypatch):
    quiet_line(monkeypatch, _COLOUR=1.0)
    noise = np.random.default_rng(5).normal(0, 3000, 4 * RATE).astype(np.int16)
    tilts = []
    for one in heard(40, AlignedSpeech(noise, [Span("aa", 0.0, 4.0)], "hiss")):
        power = np.abs(np.fft.rfft(one.samples.astype(float))) ** 2
        hertz = np.fft.rfftfreq(one.samples.size, 1 / RATE)
        low, high = (power[(hertz > f) & (hertz < 1.5 * f)].mean() for f in (500, 2000))
        tilts.append(10 * np.log10(low / high))
    assert min(tilts) < -3 and max(tilts) > 3 and max(map(abs, tilts)) < 13


def test_lost_packets_are_silent_frames(monkeypatch):
    quiet_line(monkeypatch, _LOSS=1.0)
    speech = AlignedSpeech(np.full(4 * RATE, 9000, np.int16), [Span("aa", 0.0, 4.0)], "flat")
    lost = [
        float(np.mean(one.samples[int(one.spans[1].start * RATE) + 1 :][: 4 * RATE - 2] == 0))
        for one in heard(40, speech)
    ]
    assert 0.01 < np.mean(lost) < 0.06 and max(lost) < 0.2


@pytest.mark.parametrize("kind", STATIONARY)
def test_noise_has_one_power_and_starts_anywhere(kind):
    rng = np.random.default_rng(1)
    pieces = [stationary_noise(kind, RATE, rng) for _ in range(20)]
    assert np.mean([rms(piece) ** 2 for piece in pieces]) == pytest.approx(1.0, abs=0.5)
    assert len({piece.tobytes() for piece in pieces}) == 20
    assert stationary_noise(kind, 50 * RATE, rng).size == 50 * RATE


def test_colours_of_noise_fall_as_they_should():
    rng = np.random.default_rng(2)
    for kind, fall in (("white", 0), ("pink", 3), ("brown", 6)):
        power = np.abs(np.fft.rfft(stationary_noise(kind, 16 * RATE, rng))) ** 2
        hertz = np.fft.rfftfreq(16 * RATE, 1 / RATE)
        low, high = (power[(hertz > f) & (hertz < 2 * f)].mean() for f in (250, 1000))
        assert 10 * np.log10(low / high) == pytest.approx(2 * fall, abs=0.6)


def test_babble_is_many_voices_of_one_power():
    rng = np.random.default_rng(3)
    assert len(BABBLE.tracks) == 4
    assert all(rms(track) == pytest.approx(1.0, abs=0.01) for track in BABBLE.tracks)
    assert Babble([np.ones(10, np.float32)]).piece(25, rng).size == 25


def test_a_line_without_a_voice_is_silence_for_the_network():
    kinds = {}
    for seed in range(80):
        one = no_speech(np.random.default_rng(seed))
        assert [span.phone for span in one.spans] == [SILENCE_NAME]
        assert one.spans[0].end == pytest.approx(one.samples.size / RATE)
        assert 0.39 < one.samples.size / RATE < 3.01
        kinds.setdefault(one.voice, one)
        augment(one, np.random.default_rng(seed), BABBLE)
    assert len(kinds) == 9
    assert not kinds["nothing"].samples.any()
    assert all(np.abs(one.samples).max() > 9000 for name, one in kinds.items() if name != "nothing")
