import pytest

from dialogue.nlu.boundaries import Boundaries, Place
from dialogue.nlu.splitter import split, without_links
from dialogue.nlu.train_boundaries import fit_boundaries


def sure(text: str, **intents: str):
    """A classifier that is sure of these words of the text and of nothing else."""
    known = {words.replace("_", " "): intent for words, intent in intents.items()}

    def best(start: int, end: int) -> tuple[str, float]:
        words = text[start:end]
        return (known[words], 0.95) if words in known else ("complaint", 0.3)

    return best


BOTH = "cancel it and send a bill"


def asked(stretches) -> list[tuple[str, str]]:
    return [(s.words, s.intent) for s in stretches]


def test_a_cut_between_two_sure_requests_pays():
    classify = sure(BOTH, cancel_it="cancel_order", send_a_bill="invoice")
    found = split(BOTH, "en", classify, [Place(10, 0.9)], 0.9)
    assert asked(found) == [("cancel it", "cancel_order"), ("send a bill", "invoice")]


def test_one_sure_request_is_not_cut():
    classify = sure(BOTH, cancel_it_and_send_a_bill="invoice", cancel_it="cancel_order")
    found = split(BOTH, "en", classify, [Place(10, 0.3)], 0.0)
    assert asked(found) == [("cancel it and send a bill", "invoice")]


def test_the_same_request_twice_is_one():
    text = "cancel it just cancel"
    classify = sure(text, cancel_it="cancel_order", just_cancel="cancel_order")
    found = split(text, "en", classify, [Place(10, 0.9)], 0.9)
    assert len(found) == 1


def test_without_a_likely_place_nothing_is_cut():
    classify = sure(BOTH, cancel_it="cancel_order", send_a_bill="invoice")
    assert len(split(BOTH, "en", classify, [Place(10, 0.01)], 0.9)) == 1


@pytest.mark.parametrize(
    ("text", "language", "bare"),
    [
        ("and also send a bill", "en", "send a bill"),
        ("cancel it and", "en", "cancel it"),
        ("android phone", "en", "android phone"),
        ("and", "en", "and"),
        (",然后开发票", "zh", "开发票"),
    ],
)
def test_a_stretch_is_read_without_the_words_that_join_it(text, language, bare):
    start, end = without_links(f"x {text} x", 2, 2 + len(text), language)
    assert f"x {text} x"[start:end] == bare


def test_where_requests_meet_is_learnt_from_pairs():
    requests = [("please cancel it", "cancel_order"), ("send me a bill", "invoice")]
    boundaries = fit_boundaries(requests, [" and ", " "], "en")
    places = boundaries.places("please cancel it send me a bill", "en")
    best = max(places, key=lambda place: place.chance)
    assert "please cancel it send me a bill"[best.at :] == "send me a bill"
    assert best.chance > 0.5


def test_a_single_word_has_no_place_to_cut():
    import numpy as np

    assert Boundaries(np.zeros(8192, np.float32), 0.0).places("refund", "en") == []
