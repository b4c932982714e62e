"""Reasons are kept as codes and worded for whoever reads them."""

import msgspec
import pytest

from emotion.errors import ReasonsInvalid
from emotion.reasons import Reason, ReasonWords, in_words, reason

ALL = [
    reason("voice_pitch", semitones=4.2),
    reason("voice_hard", decibels=3.0),
    reason("voice_fast", percent=40),
    reason("said", words={"投诉": 2, "太差": 1}),
    reason("earlier_calls", ordinal=3),
    reason("repeated", times=2),
    reason("held", minutes=3),
    reason("interrupted", times=1),
    reason("asked_for_person", times=3),
    reason("not_understood", times=2),
    reason("little_voice", windows=1, needed=3),
    reason("no_voice"),
    reason("no_words"),
    reason("short_voice", seconds=0.4),
    reason("clipped", share=0.31),
    reason("not_one_person"),
    reason("wrong_sound", type="float32", dimensions=2),
]


@pytest.mark.parametrize("why", ALL, ids=lambda why: why.code)
def test_each_reason_is_told_whole_in_both_languages(why):
    told = {language: in_words(why, language) for language in ("zh", "en")}
    assert told["zh"] != told["en"]
    for sentence in told.values():
        assert sentence and "{" not in sentence and "–" not in sentence


def test_the_words_are_those_of_the_reader():
    upset = reason("said", words={"投诉": 2, "太差": 1})
    assert in_words(upset, "zh") == "说了投诉2次、太差"
    assert str(upset) == "said 投诉 twice, 太差"
    assert in_words(reason("voice_pitch", semitones=4.2), "zh") == "音调比平时高 4.2 个半音"


@pytest.mark.parametrize("why", ALL, ids=lambda why: why.code)
def test_a_reason_is_the_same_after_it_was_stored(why):
    stored = msgspec.json.decode(msgspec.json.encode(why))
    assert in_words(stored, "zh") == in_words(why, "zh")
    assert msgspec.convert(stored, Reason) == why


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("said 投诉 twice", "said 投诉 twice"),  # a record of the first version
        ({"code": "of_another_version", "values": {}}, "of_another_version"),
        ({"code": "voice_pitch", "values": {}}, "voice – semitones above own baseline"),
        ({"code": "voice_pitch", "values": {"semitones": "x"}}, None),
        ({"code": "voice_pitch", "values": None}, None),
        ({}, ""),
    ],
)
def test_whatever_was_kept_is_shown_and_never_an_error(kept, shown):
    told = in_words(kept, "en")
    assert told == shown if shown is not None else told


def test_wordings_that_disagree_are_all_named(tmp_path):
    wrong = tmp_path / "reasons.yaml"
    wrong.write_text("one: {en: a}\ntwo: {en: b, zh: ''}\n", encoding="utf-8")
    with pytest.raises(ReasonsInvalid) as problem:
        ReasonWords(wrong).say(reason("one"), "en")
    assert "one has no wording in zh" in str(problem.value)
    assert "two has no wording in zh" in str(problem.value)
