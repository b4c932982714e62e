from pathlib import Path

import numpy as np
import pytest

from emotion.acoustic import AcousticScorer
from emotion.baseline import Baseline
from emotion.corpus import Clip, Line, Measured, read_labels, through
from emotion.errors import CorpusInvalid
from emotion.features import NAMES, Features
from emotion.train import anger_ranking, fit, fit_languages

RNG = np.random.default_rng(8)
PITCH = NAMES.index("pitch")


def clip(number, speaker, emotion, language="en"):
    """Anger is five semitones up and louder in every way; each speaker has a pitch of its own."""
    values = RNG.normal(0, 1, len(NAMES))
    values[:60] += 1.5 * (emotion == "angry")
    values[PITCH] = 4.0 * speaker + 5.0 * (emotion == "angry") + RNG.normal(0, 1)
    heard = Features(1.0, -25.0, 0.0, tuple(values.tolist()))
    name = Path(f"{speaker}-{emotion}-{number}.wav")
    return Measured(Clip(name, language, language, f"{language}{speaker}", emotion), (heard,))


def corpus(language="en", speakers=4, each=12):
    return [
        clip(number, speaker, emotion, language)
        for speaker in range(speakers)
        for emotion in ("angry", "neutral")
        for number in range(each)
    ]


@pytest.fixture(scope="module")
def weights():
    return fit(corpus(), version="test", about="made up")


def test_a_model_is_fitted_that_can_be_used(weights):
    assert weights.problem() is None
    assert weights.classes == ("angry", "neutral")
    assert 0.0 < weights.alarm < 1.0


def test_it_tells_anger_by_the_own_voice_where_strangers_differ(weights):
    scorer = AcousticScorer([weights])
    calm, angry = (clip(0, 3, emotion).windows[0] for emotion in ("neutral", "angry"))
    baseline = Baseline()
    for number in range(6):
        baseline = baseline.after(clip(number, 3, "neutral").windows[0])
    readings = [scorer.score_features(voice, baseline) for voice in (calm, angry)]
    assert readings[0].anger < 0.5 < readings[1].anger
    assert readings[0].arousal < readings[1].arousal


def test_it_is_tried_on_speakers_that_it_has_not_heard():
    assert anger_ranking(corpus()) > 0.8


def test_every_language_gets_a_model_of_its_own():
    both = corpus("en") + corpus("zh", speakers=3)
    models = fit_languages(both, version="test", about="made up")
    assert [one.languages for one in models] == [("en",), ("zh",)]
    assert models[0].between == models[1].between  # how far people lie apart: from all of them


def test_too_few_recordings_are_refused_with_what_is_needed():
    with pytest.raises(CorpusInvalid) as caught:
        fit(corpus(speakers=1, each=3), version="test", about="")
    assert "3 angry recordings with voice; 10 needed" in str(caught.value)
    assert "1 speaker(s); 2 needed" in str(caught.value)


def test_every_problem_of_a_list_of_calls_is_named(tmp_path):
    (tmp_path / "calls.csv").write_text("path,label,speaker\na.wav,grumpy,x\nb.wav,angry,x\n")
    with pytest.raises(CorpusInvalid) as caught:
        read_labels(tmp_path / "calls.csv")
    assert "row 2: label 'grumpy' is none of angry," in str(caught.value)
    assert "row 3: " in str(caught.value) and "is not there" in str(caught.value)
    (tmp_path / "calls.csv").write_text("file,label\n")
    with pytest.raises(CorpusInvalid, match="no rows"):
        read_labels(tmp_path / "calls.csv")
    (tmp_path / "calls.csv").write_text("file,label\na.wav,angry\n")
    with pytest.raises(CorpusInvalid, match="column 'path' is missing"):
        read_labels(tmp_path / "calls.csv")
    with pytest.raises(CorpusInvalid):
        read_labels(tmp_path / "absent.csv")


def test_the_line_takes_the_band_and_adds_its_noise():
    rng = np.random.default_rng(1)
    t = np.arange(8000) / 8000
    sound = (8000 * (np.sin(2 * np.pi * 100 * t) + np.sin(2 * np.pi * 1000 * t))).astype(np.int16)
    spectrum = np.abs(np.fft.rfft(through(sound, Line(noise_db=(20.0, 20.0)), rng)))
    assert spectrum[100] < 0.02 * spectrum[1000]
    assert np.median(spectrum[1500:3000]) > np.median(spectrum[3700:])
