"""From the lexicon graph to HCLr: phones become transition ids, with loops for sounds that last.

The phones do not depend on their neighbours, so there is no context graph between the two.
"""

from collections import defaultdict
from typing import Any

from asr.training.errors import ToolMissing
from asr.training.graphs import EPSILON, INFINITE, Arc, Graph
from asr.training.lexicon import LexiconGraph
from asr.training.transition_model import HmmState, TransitionModel


def decoding_graph(lexicon: LexiconGraph, model: TransitionModel) -> tuple[Graph, list[int]]:
    """The graph over transition ids, and the input labels that mean nothing (the marks)."""
    marks = {mark: model.ids + 1 + n for n, mark in enumerate(lexicon.marks)}
    graph = _expanded(determinized(lexicon.graph), model, marks)
    graph = determinized(graph)
    add_loops(graph, model)
    return graph, sorted(marks.values())


def determinized(graph: Graph) -> Graph:
    """Kaldi's determinisation: one path for each input, outputs as early as they are sure.

    Never in a process that has loaded vosk: both carry OpenFst and the process then dies or hangs.
    """
    try:
        import kaldifst
    except ImportError:
        raise ToolMissing("kaldifst") from None
    fst = _to_fst(graph, kaldifst)
    kaldifst.determinize_star(fst)
    return _from_fst(fst, kaldifst)


def _to_fst(graph: Graph, kaldifst: Any) -> Any:
    fst = kaldifst.StdVectorFst()
    for _ in graph.arcs:
        fst.add_state()
    fst.start = graph.start
    for state, arcs in enumerate(graph.arcs):
        for arc in arcs:
            weight = kaldifst.TropicalWeight(arc.cost)
            fst.add_arc(
                state,
                kaldifst.StdArc(
                    ilabel=arc.ilabel, olabel=arc.olabel, weight=weight, nextstate=arc.target
                ),
            )
        if graph.final[state] != INFINITE:
            fst.set_final(state, graph.final[state])
    return fst


def _from_fst(fst: Any, kaldifst: Any) -> Graph:
    states = range(fst.num_states)
    arcs = [
        [
            Arc(arc.ilabel, arc.olabel, arc.weight.value, arc.nextstate)
            for arc in kaldifst.ArcIterator(fst, state)
        ]
        for state in states
    ]
    return Graph(fst.start, arcs, [fst.final(state).value for state in states])


def _expanded(graph: Graph, model: TransitionModel, marks: dict[int, int]) -> Graph:
    """Every phone as the chain of its states' forward ids; the word stays on the first."""
    result = Graph(graph.start, [[] for _ in graph.arcs], list(graph.final))
    for state, arcs in enumerate(graph.arcs):
        for arc in arcs:
            if arc.ilabel == EPSILON or arc.ilabel in marks:
                label = marks.get(arc.ilabel, EPSILON)
                result.arcs[state].append(arc._replace(ilabel=label))
                continue
            at, output, cost = state, arc.olabel, arc.cost
            *inner, last = model.phones[arc.ilabel]
            for hmm in inner:
                following = result.add_state()
                result.arcs[at].append(Arc(hmm.forward, output, cost, following))
                at, output, cost = following, EPSILON, 0.0
            result.arcs[at].append(Arc(last.forward, output, cost, arc.target))
    return result


def add_loops(graph: Graph, model: TransitionModel) -> None:
    """Let every emitting state repeat: the loop stands after the id that enters the state.

    A state that is entered by several ids, or by one and by none, is first split: one new state
    for each id, from which nothing but the old one is reached.
    """
    states = model.by_forward()
    entered: dict[int, set[int]] = defaultdict(set)
    entered[graph.start].add(EPSILON)
    for arcs in graph.arcs:
        for arc in arcs:
            entered[arc.target].add(arc.ilabel if arc.ilabel in states else EPSILON)
    own = {s: next(iter(ids)) for s, ids in entered.items() if len(ids) == 1 and EPSILON not in ids}
    own |= _split(graph, entered, states)
    for state, label in own.items():
        hmm = states[label]
        left = [arc._replace(cost=arc.cost + hmm.forward_cost) for arc in graph.arcs[state]]
        graph.arcs[state] = [*left, Arc(hmm.loop, EPSILON, hmm.loop_cost, state)]
        graph.final[state] += hmm.forward_cost


def _split(
    graph: Graph, entered: dict[int, set[int]], states: dict[int, HmmState]
) -> dict[int, int]:
    """New states by the id that alone enters each."""
    new: dict[tuple[int, int], int] = {}
    for state in range(len(graph.arcs)):
        for n, arc in enumerate(graph.arcs[state]):
            if arc.ilabel not in states or len(entered[arc.target]) == 1:
                continue
            key = (arc.target, arc.ilabel)
            if key not in new:
                new[key] = graph.add_state()
                graph.arcs[new[key]].append(Arc(EPSILON, EPSILON, 0.0, arc.target))
            graph.arcs[state][n] = arc._replace(target=new[key])
    return {added: label for (_, label), added in new.items()}
