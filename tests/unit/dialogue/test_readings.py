from datetime import UTC, datetime

from dialogue.nlu.readings import combine
from dialogue.nlu.understander import Understander
from dialogue.turns import Intent, Understanding

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)


def reading(*intents: str, words: str = "", confidence: float = 0.9) -> Understanding:
    return Understanding(tuple(Intent(i, confidence, words) for i in intents), ())


def test_what_two_readings_agree_on_beats_the_likeliest_one():
    understood = [
        (reading("return_goods"), 0.4),
        (reading("invoice", words="second"), 0.35),
        (reading("invoice", words="third"), 0.25),
    ]
    assert combine(understood) == reading("invoice", words="second")


def test_an_unsure_likeliest_reading_gives_way_to_a_sure_one():
    assert combine([(Understanding((), ()), 0.6), (reading("invoice"), 0.4)]) == reading("invoice")


def test_the_order_of_requests_is_that_of_the_likeliest_reading():
    understood = [(reading("invoice", "complaint"), 0.6), (reading("complaint", "invoice"), 0.4)]
    assert combine(understood) == reading("invoice", "complaint")


def test_no_reading_asks_for_nothing():
    assert combine([]) == Understanding((), ())


def test_a_misheard_first_reading_is_put_right_by_the_others():
    readings = [
        ("i want to written this shirt", 0.4),
        ("i want to return this shirt", 0.35),
        ("i want to return the shirt", 0.25),
    ]
    found = Understander.load().understand_readings(readings, "en", NOW)
    assert [intent.id for intent in found.intents] == ["return_goods"]
    assert found.entities[0].value == "shirt"
