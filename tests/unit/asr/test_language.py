"""Telling the language of an utterance from how well each recogniser's words fit the sound."""

import json

import pytest

from asr.errors import ContrastInvalid
from asr.language import BUNDLED, SURE, Contrast, difference, tell
from asr.recognizer import Transcript, Word

EVEN = Contrast(middle=0.0, scale=5.0)


def heard(score, language, seconds=2.0):
    word = Word("word", 0, round(1000 * seconds), 1.0)
    return (Transcript("word", (word,), 1.0, language, score=score),)


def both(zh, en, seconds=2.0):
    return {"zh": heard(zh, "zh", seconds), "en": heard(en, "en", seconds)}


def test_the_language_whose_words_fit_better_is_told():
    assert tell(both(80, 10), EVEN).language == "zh"
    assert tell(both(10, 80), EVEN).language == "en"


def test_a_model_that_always_scores_higher_gets_no_credit_for_it():
    generous = Contrast(middle=20.0, scale=5.0)
    assert tell(both(60, 40), EVEN).language == "zh"
    assert tell(both(60, 40), generous).language == "en"


def test_only_a_clear_difference_is_sure():
    close, clear = tell(both(41, 40), EVEN), tell(both(80, 10), EVEN)
    assert not close.sure and 0.5 <= close.probability < SURE
    assert clear.sure and clear.probability > 0.99


def test_little_sound_is_little_evidence():
    assert tell(both(8, 0, seconds=0.05), EVEN).probability < tell(both(160, 0), EVEN).probability


def test_where_nothing_was_heard_nothing_is_told():
    silent = {language: (Transcript("", (), 0.0, language),) for language in ("zh", "en")}
    assert difference(silent) is None
    assert not tell(silent, EVEN).sure and not tell({"zh": (), "en": ()}, EVEN).sure


def test_models_that_were_never_compared_are_never_sure():
    told = tell(both(500, 0), None)
    assert (told.language, told.sure) == ("zh", False)


def test_one_language_alone_is_certain():
    assert tell({"en": heard(1, "en")}, None).probability == 1.0


def test_the_measure_lies_between_both_languages_and_narrows_with_their_spread():
    narrow = Contrast.measured([10, 11, 12], [-2, -1, 0])
    wide = Contrast.measured([4, 11, 18], [-8, -1, 6])
    assert narrow.middle == wide.middle == pytest.approx(5.0)
    assert 0 < narrow.scale < wide.scale


@pytest.mark.parametrize(
    "text", ["", "no json", "[]", "{}", '{"middle": "x", "scale": 1}', '{"middle": 1, "scale": 0}',
             '{"middle": NaN, "scale": 1}']
)  # fmt: skip
def test_a_measure_that_cannot_be_used_is_named(tmp_path, text):
    path = tmp_path / "language.json"
    path.write_text(text)
    with pytest.raises(ContrastInvalid, match=r"language\.json.*hotline models compare"):
        Contrast.load(path)


def test_the_bundled_measure_is_read_and_comes_back_as_it_was():
    contrast = Contrast.load()
    assert Contrast.load(BUNDLED).as_json() == json.loads(BUNDLED.read_text()) == contrast.as_json()
