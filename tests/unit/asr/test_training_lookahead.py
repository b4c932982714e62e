import struct

from asr.training.graphs import Arc, Graph
from asr.training.lookahead import lookahead_fst, words_ahead


def graph_of(states, arcs, final):
    graph = Graph(0, [[] for _ in range(states)], [float("inf")] * states)
    for source, ilabel, olabel, target in arcs:
        graph.arcs[source].append(Arc(ilabel, olabel, 0.5, target))
    for state in final:
        graph.final[state] = 0.0
    return graph


def words(mask):
    """Word numbers; 0 stands for the end."""
    return {bit for bit in range(mask.bit_length()) if mask >> bit & 1}


def test_words_ahead_are_those_met_before_any_other_word():
    graph = graph_of(4, [(0, 1, 0, 1), (1, 2, 7, 2), (1, 3, 9, 3), (2, 4, 5, 3)], final=[3])
    assert [words(mask) for mask in words_ahead(graph)] == [{7, 9}, {7, 9}, {5}, {0}]


def test_a_silent_circle_sees_all_that_leaves_it():
    graph = graph_of(4, [(0, 1, 0, 1), (1, 1, 0, 0), (1, 2, 3, 2), (0, 2, 4, 3)], final=[2, 3])
    ahead = [words(mask) for mask in words_ahead(graph)]
    assert ahead[0] == ahead[1] == {3, 4}


def test_a_deep_graph_needs_no_deep_recursion():
    length = 20_000
    graph = graph_of(length, [(n, 1, 0, n + 1) for n in range(length - 1)], final=[length - 1])
    assert words(words_ahead(graph)[0]) == {0}


def test_every_word_gets_a_number_of_its_own_and_common_sets_are_one_interval():
    graph = graph_of(
        4,
        [(0, 1, 0, 1), (0, 2, 0, 2), (1, 1, 10, 3), (1, 2, 30, 3), (2, 1, 20, 3), (2, 2, 40, 3)],
        final=[3],
    )
    data, numbers = lookahead_fst(graph)
    assert sorted(numbers.values()) == [1, 2, 3, 4]
    assert abs(numbers[10] - numbers[30]) == abs(numbers[20] - numbers[40]) == 1
    assert struct.unpack("<i", data[:4]) == (2125659606,)
    assert b"olabel_lookahead" in data
    # states 0 to 2 see one interval of words each, state 3 only the end (number 5)
    assert data.endswith(struct.pack("<qiii", 1, 5, 6, 1))
