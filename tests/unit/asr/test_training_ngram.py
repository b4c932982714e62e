import math

import pytest

from asr.training.graphs import EPSILON
from asr.training.ngram import (
    BEGIN,
    END,
    BackOffModel,
    LanguageModelOptions,
    Sentence,
    language_model,
)

SENTENCES = [
    Sentence(("my", "parcel", "is", "late"), 2.0),
    Sentence(("my", "order", "is", "late")),
    Sentence(("yes",)),
]
WORDS = ("my", "parcel", "order", "is", "late", "yes", "fridge")


def model():
    return BackOffModel(SENTENCES, WORDS, LanguageModelOptions())


@pytest.mark.parametrize(
    "history", [(), ("my",), (BEGIN, "my"), ("never", "heard"), ("is", "late")]
)
def test_probabilities_after_any_history_add_up_to_one(history):
    total = sum(model().probability(word, history) for word in (*WORDS, END))
    assert total == pytest.approx(1.0)


def test_what_was_said_is_likelier_than_what_was_not_and_that_is_possible_too():
    likely = model().probability("parcel", (BEGIN, "my"))
    unlikely = model().probability("fridge", (BEGIN, "my"))
    assert likely > model().probability("order", (BEGIN, "my")) > unlikely > 0


def best_cost(graph, labels):
    """Cheapest path that reads these labels, over back-off arcs as well."""
    costs = {graph.start: 0.0}
    for label in [*labels, None]:
        agenda = list(costs)
        while agenda:
            state = agenda.pop()
            for arc in graph.arcs[state]:
                if arc.ilabel == EPSILON and costs[state] + arc.cost < costs.get(
                    arc.target, math.inf
                ):
                    costs[arc.target] = costs[state] + arc.cost
                    agenda.append(arc.target)
        if label is None:
            return min(costs[state] + graph.final[state] for state in costs)
        costs = {
            arc.target: min(
                costs[s] + a.cost
                for s in costs
                for a in graph.arcs[s]
                if a.ilabel == label and a.target == arc.target
            )
            for state in costs
            for arc in graph.arcs[state]
            if arc.ilabel == label
        }
    raise AssertionError


def test_the_graph_says_what_the_model_says():
    ids = {word: n for n, word in enumerate((*WORDS, "[unk]"), start=1)}
    graph = language_model(SENTENCES, ids, "[unk]")
    said = ("my", "order", "is", "late")
    history, expected = (BEGIN,), 0.0
    for word in (*said, END):
        expected -= math.log(model().probability(word, history[-2:]))
        history += (word,)
    assert best_cost(graph, [ids[word] for word in said]) == pytest.approx(expected)
    assert best_cost(graph, [ids["fridge"], ids["[unk]"], ids["yes"]]) < math.inf


def test_arcs_are_in_the_order_that_the_file_claims():
    ids = {word: n for n, word in enumerate((*WORDS, "[unk]"), start=1)}
    for arcs in language_model(SENTENCES, ids, "[unk]").arcs:
        assert [arc.ilabel for arc in arcs] == sorted(arc.ilabel for arc in arcs)
