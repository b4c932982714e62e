from pathlib import Path

import pytest

from dialogue.errors import DataInvalid
from dialogue.nlu.examples import (
    Example,
    SeveralExample,
    expand,
    load_examples,
    load_several,
)
from dialogue.nlu.intents import INTENT_IDS


def folder_with(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def test_every_intent_has_examples_in_both_languages():
    for language in ("zh", "en"):
        assert {e.intent for e in load_examples(language)} == set(INTENT_IDS)


def test_alternatives_in_an_example_are_spelt_out():
    assert expand("(a|b|) c") == ("a c", "b c", "c")


def test_every_file_that_names_the_language_is_read_and_tells_its_hand(tmp_path):
    folder = folder_with(
        tmp_path,
        en_second="invoice: [send (me |)a bill]",
        other_en="complaint: [this is a disgrace]",
        zh_second="invoice: [开票]",
    )
    assert load_examples("en", folder) == (
        Example("send me a bill", "invoice", 1, "en_second"),
        Example("send a bill", "invoice", 1, "en_second"),
        Example("this is a disgrace", "complaint", 2, "other_en"),
    )


def test_a_list_of_outside_sentences_is_out_of_scope(tmp_path):
    folder = folder_with(tmp_path, outside_zh="[今天天气怎么样]")
    assert [e.intent for e in load_examples("zh", folder)] == ["out_of_scope"]


def test_utterances_with_several_requests_are_read_apart(tmp_path):
    folder = folder_with(
        tmp_path, several_en="[{text: cancel it and send a bill, intents: [cancel_order, invoice]}]"
    )
    assert load_examples("en", folder) == ()
    assert load_several("en", folder) == (
        SeveralExample("cancel it and send a bill", ("cancel_order", "invoice"), "several_en"),
    )


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("{intents: [invoice, complaint]}", "has no text"),
        ("{text: two, intents: [invoice]}", "two intents or more"),
        ("{text: two, intents: [invoice, invoice]}", "two intents or more"),
        ("{text: two, intents: [invoice, bill]}", "'bill' is unknown"),
        ("plain", "has no text"),
    ],
)
def test_an_utterance_of_several_that_cannot_be_used_is_named(tmp_path, entry, told):
    folder = folder_with(tmp_path, several_en=f"[{entry}]")
    with pytest.raises(DataInvalid, match="several_en") as raised:
        load_several("en", folder)
    assert told in str(raised.value)


def test_an_unknown_intent_and_an_open_bracket_are_both_told(tmp_path):
    folder = folder_with(tmp_path, en_second="{bill: [a], invoice: ['(a|b']}")
    with pytest.raises(DataInvalid) as raised:
        load_examples("en", folder)
    assert "'bill' is unknown" in str(raised.value)
    assert "brackets" in str(raised.value)
