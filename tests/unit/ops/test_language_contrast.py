"""The measure by which two models tell languages apart belongs to those two models."""

import pytest

from asr.language import Contrast
from asr.model_files import default_models
from ops.language_contrast import KEPT, contrast_in_use, keep_contrast

OURS = Contrast(3.5, 2.0)


def test_the_bundled_pair_brings_its_own(tmp_path):
    keep_contrast({"zh": tmp_path / "zh"}, tmp_path, OURS)
    assert contrast_in_use({}, tmp_path) == Contrast.load()


def test_a_measure_holds_for_the_models_it_was_taken_of(tmp_path):
    chosen = {"zh": tmp_path / "official"}
    keep_contrast(chosen, tmp_path, OURS)
    assert contrast_in_use(chosen, tmp_path) == OURS
    assert contrast_in_use({"zh": tmp_path / "other"}, tmp_path) is None
    assert contrast_in_use({**chosen, "en": tmp_path / "other"}, tmp_path) is None
    assert contrast_in_use({**chosen, "en": default_models()["en"]}, tmp_path) == OURS


@pytest.mark.parametrize("text", ["", "[]", '{"zh": "x"}', '{"zh": 1, "en": 2, "middle": 1}'])
def test_a_measure_that_was_never_taken_or_is_broken_is_none(tmp_path, text):
    assert contrast_in_use({"zh": tmp_path}, tmp_path / "nowhere") is None
    (tmp_path / KEPT).write_text(text)
    assert contrast_in_use({"zh": tmp_path}, tmp_path) is None
