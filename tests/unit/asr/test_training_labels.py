import numpy as np
import pytest

from asr.training.labels import STEP, frame_labels, output_index
from asr.training.phone_sets import phone_set
from asr.training.speech import SILENCE_NAME, Span

OUTPUTS = output_index(phone_set("en"))


def said(*spans):
    return [Span(*span) for span in spans]


def names(labels):
    by_number = {number: phone for phone, number in OUTPUTS.items()}
    return [by_number[int(label)] for label in labels]


def test_every_decoded_frame_carries_the_sound_that_it_overlaps_most():
    spans = said((SILENCE_NAME, 0.0, 0.09), ("k", 0.09, 0.15), ("aa", 0.15, 0.3))
    labels = names(frame_labels(spans, 10, 0, OUTPUTS))
    assert labels == [SILENCE_NAME] * 3 + ["k"] * 2 + ["aa"] * 5


@pytest.mark.parametrize("shift", range(STEP))
def test_labels_follow_the_sound_when_the_first_frames_are_dropped(shift):
    spans = said((SILENCE_NAME, 0.0, 0.3), ("s", 0.3, 0.6))
    labels = names(frame_labels(spans, 19, shift, OUTPUTS))
    begins = labels.index("s") * 0.03 + shift * 0.01
    assert begins == pytest.approx(0.3, abs=0.016)


def test_a_sound_shorter_than_a_frame_still_has_one():
    spans = said(("s", 0.0, 0.1), ("t", 0.1, 0.104), ("r", 0.104, 0.3))
    labels = names(frame_labels(spans, 10, 0, OUTPUTS))
    assert labels.count("t") == 1
    assert sorted(set(labels), key=labels.index) == ["s", "t", "r"]


def test_a_short_pause_between_sounds_is_no_silence():
    spans = said(("s", 0.0, 0.1), (SILENCE_NAME, 0.1, 0.12), ("t", 0.12, 0.3))
    assert SILENCE_NAME not in names(frame_labels(spans, 10, 0, OUTPUTS))


def test_speech_with_more_sounds_than_frames_has_no_labels():
    spans = said(*(("s" if n % 2 else "t", n * 0.01, n * 0.01 + 0.01) for n in range(9)))
    assert frame_labels(spans, 3, 0, OUTPUTS) is None


def test_labels_are_those_of_the_phone_sets_order():
    assert OUTPUTS[SILENCE_NAME] == 0
    assert [OUTPUTS[phone] for phone in phone_set("en").phones] == list(range(1, 41))
    assert frame_labels(said(("aa", 0, 0.03)), 1, 0, OUTPUTS).dtype == np.int16
