import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dialogue.errors import DataInvalid, PromptUnknown
from dialogue.prompts import PROMPTS
from dialogue.wording import (
    WORDING_FOLDER,
    load_wording,
    spoken_day,
    spoken_digits,
    spoken_money,
    spoken_number,
)

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def copy_with(tmp_path, language, change):
    for path in WORDING_FOLDER.glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        (tmp_path / path.name).write_text(change(text) if path.stem == language else text, "utf-8")
    return tmp_path


def test_a_missing_and_a_wrong_sentence_are_both_named(tmp_path):
    def spoil(text: str) -> str:
        text = re.sub(r"(?m)^goodbye:.*$", "", text)
        return text.replace("number {position} in line.", "number {place} in line.")

    with pytest.raises(DataInvalid) as caught:
        load_wording(copy_with(tmp_path, "en", spoil))
    sentence = str(caught.value)
    assert "prompt 'goodbye' is missing" in sentence
    assert "'in_line' has ['place']; it may use position" in sentence


def test_an_unknown_prompt_is_refused_by_name():
    with pytest.raises(PromptUnknown, match="no prompt 'nonsense' in 'en'"):
        load_wording().say("nonsense", "en")


def test_a_forgotten_value_is_named():
    with pytest.raises(PromptUnknown, match="needs a value 'position'"):
        load_wording().say("in_line", "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_can_be_said(language):
    """No digits, symbols or foreign letters that a voice would have to guess at."""
    sayable = "[一-鿿,。?、:]+" if language == "zh" else r"[A-Za-z ,.?':]+"
    wording = load_wording()
    values = {"zh": "一", "en": "one"}[language]
    for prompt, fields in PROMPTS.items():
        sentence = wording.say(prompt, language, **dict.fromkeys(fields, values))
        assert re.fullmatch(sayable, sentence), (prompt, sentence)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_spoken_is_short(language):
    wording = load_wording()
    longest = 30 if language == "en" else 60
    for prompt, fields in PROMPTS.items():
        text = wording.say(prompt, language, **dict.fromkeys(fields, "一"))
        size = len(text.split()) if language == "en" else len(text)
        assert size <= longest, (prompt, size)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "零", "zero"),
        (12, "十二", "twelve"),
        (105, "一百零五", "one hundred five"),
        (299, "两百九十九", "two hundred ninety nine"),
        (2010, "两千零一十", "two thousand ten"),
        (10500, "一万零五百", "ten thousand five hundred"),
    ],
)
def test_numbers_are_spelt_out(value, zh, en):
    assert spoken_number(value, "zh") == zh
    assert spoken_number(value, "en") == en


def test_order_digits_are_said_one_by_one():
    assert spoken_digits("0102", "en") == "zero one zero two"
    assert spoken_digits("0102", "zh") == "零一零二"


def test_money_is_said_with_its_part_only_where_there_is_one():
    assert spoken_money(29900, "CNY", "zh") == "两百九十九元"
    assert spoken_money(1250, "USD", "en") == "twelve point five zero dollars"


def test_near_days_are_said_as_people_do():
    assert spoken_day(NOW, NOW, ZONE, "zh") == "今天"
    assert spoken_day(datetime(2026, 11, 19, 17, tzinfo=UTC), NOW, ZONE, "en") == "today"
    assert spoken_day(datetime(2026, 11, 5, 3, tzinfo=UTC), NOW, ZONE, "en") == "November five"
