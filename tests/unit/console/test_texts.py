import pytest

from calls.kinds import Kind
from console.errors import TextsInvalid
from console.texts import load_texts


def test_both_languages_have_the_same_words():
    texts = load_texts()
    assert texts["zh"].words.keys() == texts["en"].words.keys()


def test_every_kind_of_event_has_a_wording_in_both_languages():
    for language, texts in load_texts().items():
        missing = [kind.value for kind in Kind if f"event.{kind.value}" not in texts.words]
        assert missing == [], language


def test_all_differences_are_told_at_once(tmp_path):
    (tmp_path / "zh.yaml").write_text("a: 甲 {x}\nb: 乙\n", encoding="utf-8")
    (tmp_path / "en.yaml").write_text("a: A {y}\nc: C\n", encoding="utf-8")

    with pytest.raises(TextsInvalid) as refused:
        load_texts(tmp_path)

    assert refused.value.problems == [
        "a has other placeholders in zh and en",
        "b is missing in en",
        "c is missing in zh",
    ]


def test_an_event_without_a_value_shows_a_dash_and_never_fails():
    english = load_texts()["en"]

    line = english.event(Kind.QUEUED.value, {"queue": "appliance", "position": 2})

    assert line.startswith("Waits in queue Appliances, place 2")
    assert "–" in line
    assert english.event("some.new.kind", {}) == "some.new.kind"


def test_seconds_are_rounded_and_lists_are_joined():
    english = load_texts()["en"]

    assert "12 s" in english.event("queue.connected", {"agent": "Aisha", "waited_seconds": 12.34})
    heard = english.event("turn.understood", {"intents": [{"id": "refund_request"}, {"id": "x"}]})
    assert heard == "Understood: refund_request, x"
