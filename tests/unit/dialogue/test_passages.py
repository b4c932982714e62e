"""What the encoder is trained on."""

from itertools import pairwise

from dialogue.nlu.classifier import SEVERAL
from dialogue.nlu.examples import Example, SeveralExample, load_examples
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.passages import Passages, find_stretches


def sure_of(**words: str):
    """Shares by the intents that single words stand for."""

    def log_shares(text: str) -> list[float]:
        asked = {intent for word, intent in words.items() if word in text.split()}
        return [0.0 if {name} == asked else -5.0 for name in INTENT_IDS]

    return log_shares


def test_requests_put_together_are_cut_where_each_begins():
    passages = Passages(load_examples("en"), [], 3).one_pass()
    joined = [p for p in passages if p.spans[-1][2] == SEVERAL]
    assert len(joined) > 1000
    for passage in joined:
        *parts, whole = passage.spans
        assert whole[:2] == (0, len(passage.words))
        assert len({intent for _, _, intent in parts}) == len(parts) == len(passage.cuts) + 1
        assert all(first[1] <= second[0] for first, second in pairwise(parts))
        assert all(first[1] in passage.cuts for first, _ in pairwise(parts))


def test_one_request_in_two_sentences_is_not_cut():
    passages = Passages(load_examples("en"), [], 3).one_pass()
    alike = [p for p in passages if len(p.spans) == 3 and p.spans[-1][2] != SEVERAL]
    assert len(alike) > 200
    assert all(not p.cuts and len({intent for *_, intent in p.spans}) == 1 for p in alike)


def test_the_same_seed_gives_the_same_passes():
    examples = [
        Example("where is my parcel now", "track_package", 1),
        Example("i want my money back", "refund_request", 2),
    ]
    one, other = Passages(examples, [], 7), Passages(examples, [], 7)
    assert [one.one_pass() for _ in range(5)] == [other.one_pass() for _ in range(5)]


def test_the_requests_of_an_utterance_are_found_by_what_they_are_known_to_be():
    example = SeveralExample("cancel my order and send a bill please", ("cancel_order", "invoice"))
    found = find_stretches(example, sure_of(cancel="cancel_order", bill="invoice"))
    assert found.spans[0] == (0, 3, "cancel_order")
    assert found.spans[1] == (4, 8, "invoice")
    assert found.spans[2] == (0, 8, SEVERAL)
    assert found.cuts == {3}


def test_an_utterance_too_short_for_its_requests_is_known_only_as_a_whole():
    found = find_stretches(SeveralExample("cancel bill", ("cancel_order", "invoice")), sure_of())
    assert found.spans == ((0, 2, SEVERAL),) and found.cuts is None
