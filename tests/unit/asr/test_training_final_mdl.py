import numpy as np
import pytest

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
