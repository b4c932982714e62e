"""What the encoder is trained on."""

from itertools import pairwise

import pytest

from dialogue.nlu.boundaries import Place
from dialogue.nlu.classifier import SEVERAL
from dialogue.nlu.examples import Example, SeveralExample, load_examples
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.passages import Passages, find_stretches

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def sure_of(**words: str):
    """Shares by the intents that single words stand for."""

    def log_shares(text: str) -> list[float]:
        asked = {intent for word, intent in words.items() if word in text}
        return [0.0 if {name} == asked else -5.0 for name in INTENT_IDS]

    return log_shares


def every_word(text: str) -> list[Place]:
    return [Place(at + 1, 0.1) for at, one in enumerate(text) if one == " "]


@LANGUAGES
def test_requests_put_together_are_cut_where_each_begins(language):
    passages = Passages(load_examples(language), [], language, 3).one_pass()
    joined = [p for p in passages if p.spans[0][2] == SEVERAL]
    assert len(joined) > 1000
    for passage in joined:
        whole, *parts = passage.spans
        assert whole[:2] == (0, len(passage.text))
        parts = parts[: len(passage.cuts) + 1]
        assert len({intent for _, _, intent in parts}) == len(parts) == len(passage.cuts) + 1
        assert all(first[1] <= second[0] for first, second in pairwise(parts))
        for (_, end, _), (begin, _, _) in pairwise(parts):
            assert any(end <= cut <= begin for cut in passage.cuts)


def test_english_requests_are_cut_and_counted_where_words_begin():
    passages = Passages(load_examples("en"), [], "en", 3).one_pass()
    for passage in (p for p in passages if p.spans[0][2] == SEVERAL):
        words = {0, *(place.at for place in every_word(passage.text))}
        assert {begin for begin, *_ in passage.spans} <= words
        assert passage.cuts <= words


@LANGUAGES
def test_one_request_in_two_sentences_is_not_cut(language):
    passages = Passages(load_examples(language), [], language, 3).one_pass()
    alike = [p for p in passages if len(p.spans) == 3 and p.spans[0][2] != SEVERAL]
    assert len(alike) > 200
    assert all(not p.cuts and len({intent for *_, intent in p.spans}) == 1 for p in alike)


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ("where is my parcel now", "i want my money back")),
        ("zh", ("快递到哪了", "退款没到")),
    ],
)
def test_the_same_seed_gives_the_same_passes(language, texts):
    examples = [
        Example(text, intent, line)
        for line, (text, intent) in enumerate(
            zip(texts, ("track_package", "refund_status"), strict=True)
        )
    ]
    one, other = (Passages(examples, [], language, 7) for _ in range(2))
    assert [one.one_pass() for _ in range(5)] == [other.one_pass() for _ in range(5)]


def test_the_requests_of_an_utterance_are_found_by_what_they_are_known_to_be():
    example = SeveralExample("cancel my order and send a bill please", ("cancel_order", "invoice"))
    sure = sure_of(cancel="cancel_order", bill="invoice")
    found = find_stretches(example, "en", sure, every_word)
    whole, (_, first_end, first), (begin, end, second) = found.spans
    assert (first, second) == ("cancel_order", "invoice")
    assert "cancel" in found.text[:first_end] and "bill" not in found.text[:first_end]
    assert "bill" in found.text[begin:end]
    assert whole == (0, len(found.text), SEVERAL)
    assert len(found.cuts) == 1


def test_mandarin_requests_are_found_without_the_words_that_join_them():
    example = SeveralExample("取消订单,另外发票还没有", ("cancel_order", "invoice"))

    def likely(text: str) -> list[Place]:
        return [Place(2, 0.1), Place(text.index(","), 0.9)]

    found = find_stretches(example, "zh", sure_of(取消="cancel_order", 发票="invoice"), likely)
    assert [(found.text[a:b], asked) for a, b, asked in found.spans[1:]] == [
        ("取消订单", "cancel_order"),
        ("发票还没有", "invoice"),
    ]
    assert found.cuts == {4}


def test_an_utterance_without_places_to_cut_is_known_only_as_a_whole():
    example = SeveralExample("cancel bill", ("cancel_order", "invoice"))
    found = find_stretches(example, "en", sure_of(), lambda text: [])
    assert found.spans == ((0, 11, SEVERAL),) and found.cuts is None
