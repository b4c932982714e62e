"""The light numbers of a live call are those that librosa would give after it."""

import numpy as np
import pytest

from audio.pcm import telephone_band
from emotion.features import extract
from emotion.pitch import FFT, FRAME, HOP, RATE, WINDOW, cut_frames, periodicity, power_of, track
from emotion.spectrum import (
    CEPSTRA,
    HIGHEST_HZ,
    LOWEST_HZ,
    MEL_BANDS,
    cepstra,
    mel_db,
    mel_filters,
    shapes,
)

librosa = pytest.importorskip("librosa")


def speech(seconds=2.0):
    """A gliding, swelling voice with line noise, through the telephone band."""
    t = np.arange(int(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(170 + 40 * np.sin(2 * np.pi * 0.8 * t)) / RATE
    wave = sum(np.sin(n * phase) / n**0.8 for n in range(1, 18))
    noise = np.random.default_rng(3).normal(0, 0.02, t.size)
    sound = wave * (0.55 - 0.45 * np.cos(2 * np.pi * 3 * t)) + noise
    return telephone_band((sound / np.abs(sound).max() * 9000).astype(np.int16))


@pytest.fixture(scope="module")
def sound():
    return speech().astype(np.float64) / 32768.0


@pytest.fixture(scope="module")
def power(sound):
    return power_of(cut_frames(sound))


@pytest.fixture(scope="module")
def spectrum(sound, power):
    """librosa's power spectrum of the same frames; it centres the window in the transform."""
    around = (FFT - FRAME) // 2
    padded = np.pad(sound, around)
    stft = librosa.stft(padded, n_fft=FFT, hop_length=HOP, win_length=FRAME, center=False)
    return (np.abs(stft) ** 2)[:, : len(power)]


def test_the_window_and_the_power_spectrum_agree(power, spectrum):
    assert pytest.approx(librosa.filters.get_window("hann", FRAME), abs=1e-9) == WINDOW
    inside = slice(16, 224)  # 250-3500 Hz: below it we take each frame's mean away
    ours, theirs = power[:, inside], spectrum.T[:, inside]
    assert np.abs(10 * np.log10((ours + 1e-9) / (theirs + 1e-9))).max() < 1.0
    assert ours.sum() == pytest.approx(theirs.sum(), rel=1e-3)


def test_the_mel_filters_agree():
    theirs = librosa.filters.mel(
        sr=RATE, n_fft=FFT, n_mels=MEL_BANDS, fmin=LOWEST_HZ, fmax=HIGHEST_HZ, htk=True, norm=None
    )
    assert pytest.approx(theirs, abs=1e-5) == mel_filters()


def test_the_cepstra_agree(power, spectrum):
    mel = mel_filters() @ spectrum
    decibels = 10 * np.log10(mel / mel.sum(axis=0) + 1e-5)
    theirs = librosa.feature.mfcc(S=decibels, n_mfcc=CEPSTRA + 1, dct_type=2, norm="ortho")[1:]
    ours = cepstra(mel_db(power)).T
    assert np.abs(ours - theirs).mean() < 0.1
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.999


def test_the_centroid_and_the_spread_agree(spectrum):
    hz = librosa.fft_frequencies(sr=RATE, n_fft=FFT)
    within = (hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ)
    kept = np.where(within[:, None], spectrum, 0.0)
    ours = shapes(spectrum.T)
    centroid = librosa.feature.spectral_centroid(S=kept, freq=hz)[0] / 1000
    spread = librosa.feature.spectral_bandwidth(S=kept, freq=hz)[0] / 1000
    rolloff = librosa.feature.spectral_rolloff(S=kept, freq=hz, roll_percent=0.85)[0] / 1000
    assert ours[:, 4] == pytest.approx(centroid, abs=1e-3)
    assert ours[:, 5] == pytest.approx(spread, abs=1e-3)
    assert ours[:, 6] == pytest.approx(rolloff, abs=0.016)  # one bin


def test_the_level_agrees(sound):
    frames = cut_frames(sound)
    ours = np.sqrt(np.mean(frames**2, axis=1))
    theirs = librosa.feature.rms(y=sound, frame_length=FRAME, hop_length=HOP, center=False)[0]
    assert ours == pytest.approx(theirs, rel=0.02, abs=1e-4)


def test_the_pitch_agrees_with_yin(sound, power):
    hertz, _ = track(periodicity(sound, power), np.ones(len(power), dtype=bool))
    theirs = librosa.yin(
        sound, fmin=80, fmax=400, sr=RATE, frame_length=2 * FRAME, hop_length=HOP, center=False
    )
    count = min(len(theirs), len(hertz))
    both = hertz[:count] > 0
    # yin looks at a frame twice as long: its middle lies one hop later than ours
    ours, yin = (
        hertz[:count][both],
        np.interp(np.arange(count) * HOP + FRAME / 2, np.arange(len(theirs)) * HOP + FRAME, theirs)[
            both
        ],
    )
    semitones = 12 * np.log2(ours / yin)
    assert both.mean() > 0.8
    assert abs(np.median(semitones)) < 0.1
    assert np.mean(np.abs(semitones) < 0.5) > 0.9
    assert extract((sound * 32768).astype(np.int16)).pitch_hz == pytest.approx(
        float(np.median(yin)), rel=0.03
    )
