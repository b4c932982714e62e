import numpy as np
import pytest

from asr.training.acoustic import SCORING
from asr.training.final_mdl import Scoring, shared_out, toned_outputs, without_priors
from asr.training.kaldi_binary import Reader, Writer, packed_bytes
from asr.training.phone_sets import SILENCE, UNKNOWN, phone_set
from asr.training.transition_model import (
    parse_transition_model,
    phone_shapes,
    write_transition_model,
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_written_transition_model_is_read_back(language):
    phones = phone_set(language)
    writer = Writer()
    write_transition_model(writer, phone_shapes(phones))
    model = parse_transition_model(writer.data())
    assert set(model.phones) == set(phone_shapes(phones))
    assert len(model.phones[SILENCE]) == 1
    assert len(model.phones[UNKNOWN]) == len(model.phones[phones.size]) == 5
    assert model.phones[SILENCE][0].loop_cost == pytest.approx(-np.log(0.8))
    assert model.ids == 2 * sum(map(len, model.phones.values()))


def test_all_places_of_a_phone_share_one_output():
    phones = phone_set("en")
    shapes = phone_shapes(phones)
    assert len({shapes[number].output for number in phones.variants("ae")}) == 1
    outputs = {shape.output for shape in shapes.values()}
    assert outputs == set(range(len(phones.phones) + 3))


def test_every_vowel_with_tones_has_its_outputs_side_by_side():
    phones = phone_set("zh")
    names = ["", *phones.phones]
    groups = [names[group.start : group.stop] for group in toned_outputs(phones)]
    assert ["i1", "i2", "i3", "i4", "i5"] in groups and ["uai1", "uai2", "uai3", "uai4"] in groups
    toned = [name for group in groups for name in group]
    assert sorted(toned) == sorted(name for name in names if name[-1:].isdigit())
    assert toned_outputs(phone_set("en")) == []


def test_a_tone_counts_as_much_as_the_scoring_says():
    toned, priors = [range(1, 3)], np.full(4, 0.25, np.float32)
    heard = np.log(np.array([[0.1, 0.6, 0.2, 0.1]], np.float32))

    def shares(tone):
        return np.exp(shared_out(heard, priors, Scoring(tone=tone), toned))[0]

    assert shares(1.0) == pytest.approx([0.1, 0.6, 0.2, 0.1], abs=1e-5)
    assert shares(0.0)[1] == pytest.approx(shares(0.0)[2])
    half = shares(0.5)
    assert half[1] / half[2] == pytest.approx(3**0.5, rel=1e-4)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_nought_in_the_scoring_is_nought_in_the_file(language):
    toned = toned_outputs(phone_set(language))
    priors = np.full(len(phone_set(language).phones) + 1, 0.01, np.float32)
    weights = without_priors(priors, SCORING[language], toned).weights
    lowest, extent, packed = packed_bytes(weights)
    again = lowest + extent * packed.astype(np.float64) / 255
    assert np.abs(again[weights == 0]).max() < 1e-6


def test_numbers_are_read_back_as_they_were_written():
    writer = Writer()
    writer.token("<Some>")
    writer.integer(-7)
    writer.integers([1, 2, 3])
    writer.real(0.5)
    writer.floats([1.5, 2.5])
    reader = Reader(writer.data())
    reader.expect("<Some>")
    assert reader.integer() == -7
    assert reader.integers() == [1, 2, 3]
    assert reader.real() == 0.5
    assert reader.floats().tolist() == [1.5, 2.5]


def test_a_packed_matrix_is_off_by_half_a_255th_of_its_extent_at_most():
    numbers = np.random.default_rng(3).normal(size=(40, 50)).astype(np.float32)
    lowest, extent, packed = packed_bytes(numbers)
    again = lowest + extent * packed.astype(np.float32) / 255
    assert np.abs(again - numbers).max() <= extent / 255 * 0.51
    assert {int(packed.min()), int(packed.max())} == {0, 255}
