import re

import pytest

from dialogue.errors import DataInvalid, PromptUnknown
from dialogue.prompts import PROMPTS
from dialogue.wording import WORDING_FOLDER, load_wording


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


TOPICS = sorted(p.name for p in WORDING_FOLDER.glob("*.yaml") if p.stem not in ("zh", "en"))
NOT_SPOKEN = ("story.", "fresh.sms")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_sentence_of_a_bot_can_be_said_and_is_short(language):
    sayable = "[一-鿿,。?、:]+" if language == "zh" else r"[A-Za-z ,.?':]+"
    longest = 35 if language == "en" else 70
    prompts = load_wording().prompts[language]
    for prompt in prompts.keys() - PROMPTS:
        if prompt.startswith(NOT_SPOKEN):
            continue
        sentence = re.sub(r"{\w+}", {"zh": "一", "en": "one"}[language], prompts[prompt])
        assert re.fullmatch(sayable, sentence), (prompt, sentence)
        size = len(sentence.split()) if language == "en" else len(sentence)
        assert size <= longest, (prompt, size)


@pytest.mark.parametrize("topic", TOPICS)
def test_a_bots_sentences_may_be_replaced_but_not_left_out(tmp_path, topic):
    folder = copy_with(tmp_path, topic, str)
    load_wording(folder)
    text = (folder / topic).read_text(encoding="utf-8")
    first = re.search(r"(?m)^  ([a-z]+\.[a-z_.]+):.*$", text)
    spoiled = text.replace(first.group(), "  cancel.unknown: x", 1)
    (folder / topic).write_text(spoiled, encoding="utf-8")
    with pytest.raises(DataInvalid) as caught:
        load_wording(folder)
    assert f"prompt {first.group(1)!r} is missing" in str(caught.value)
    assert "'cancel.unknown' is not used" in str(caught.value)


def test_bots_need_no_file_of_ones_own(tmp_path):
    folder = copy_with(tmp_path, "", str)
    for topic in TOPICS:
        (folder / topic).unlink()
    assert load_wording(folder).say("cancel.done", "en", amount="one yuan").startswith("Your order")
