"""OpenFst's `olabel_lookahead` file: the graph, and for every state the words still ahead of it.

libvosk composes it with a grammar at run time; the look ahead spares it the paths that no word of
the grammar can end. Words are numbered anew so that most sets of words are a few intervals.
"""

import struct
from collections.abc import Iterator

from asr.training.fst_files import EXPANDED, OUTPUT_SORTED, const_fst, header
from asr.training.graphs import EPSILON, INFINITE, Graph

_VERSION = 1
_ADD_ON_MAGIC = 446681434
_END = 1 << 0
"""Bit 0 of a set of words: a path may end here without another word. Bit w stands for word w."""


def lookahead_fst(graph: Graph) -> tuple[bytes, dict[int, int]]:
    """The file's bytes, and the new number of every old word number."""
    ahead = words_ahead(graph)
    renumbered = _renumbered(ahead)
    arcs = [
        sorted(
            (arc._replace(olabel=renumbered.get(arc.olabel, EPSILON)) for arc in arcs),
            key=lambda arc: (arc.olabel, arc.ilabel),
        )
        for arcs in graph.arcs
    ]
    properties = EXPANDED | OUTPUT_SORTED
    sorted_graph = Graph(graph.start, arcs, graph.final)
    head = header("olabel_lookahead", _VERSION, properties, sorted_graph)
    body = const_fst(sorted_graph, properties)
    return (
        head + struct.pack("<i", _ADD_ON_MAGIC) + body + _reachable(ahead, renumbered),
        renumbered,
    )


def words_ahead(graph: Graph) -> list[int]:
    """For every state the set of next words, as bits: what is met before any other word."""
    group_of = _groups(graph)
    sets: dict[int, int] = {}
    members: dict[int, list[int]] = {}
    for state, group in enumerate(group_of):
        members.setdefault(group, []).append(state)
    for group in sorted(members):  # a group's followers have smaller numbers
        words = 0
        for state in members[group]:
            words |= _END if graph.final[state] != INFINITE else 0
            for arc in graph.arcs[state]:
                if arc.olabel:
                    words |= 1 << arc.olabel
                elif group_of[arc.target] != group:
                    words |= sets[group_of[arc.target]]
        sets[group] = words
    return [sets[group] for group in group_of]


def _groups(graph: Graph) -> list[int]:
    """Strongly connected parts over arcs without a word, numbered from the far end."""
    search = _Tarjan(graph)
    for state in range(len(graph.arcs)):
        if search.order[state] < 0:
            search.walk_from(state)
    return search.group


class _Tarjan:
    """Tarjan's search (SIAM J. Comput., 1972) with a stack of its own: graphs are deep."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        count = len(graph.arcs)
        self.order, self.low, self.group = [-1] * count, [0] * count, [-1] * count
        self._open: list[int] = []
        self._walk: list[tuple[int, Iterator[int]]] = []
        self._seen = self._groups = 0

    def walk_from(self, root: int) -> None:
        """Number everything that is reached from `root` and not numbered yet."""
        self._enter(root)
        while self._walk:
            state, targets = self._walk[-1]
            following = self._first_new(state, targets)
            if following is None:
                self._leave(state)
            else:
                self._enter(following)

    def _enter(self, state: int) -> None:
        self.order[state] = self.low[state] = self._seen
        self._seen += 1
        self._open.append(state)
        silent = [arc.target for arc in self._graph.arcs[state] if arc.olabel == EPSILON]
        self._walk.append((state, iter(silent)))

    def _first_new(self, state: int, targets: Iterator[int]) -> int | None:
        for target in targets:
            if self.order[target] < 0:
                return target
            if self.group[target] < 0:
                self.low[state] = min(self.low[state], self.order[target])
        return None

    def _leave(self, state: int) -> None:
        self._walk.pop()
        if self._walk:
            before = self._walk[-1][0]
            self.low[before] = min(self.low[before], self.low[state])
        if self.low[state] < self.order[state]:
            return
        while self.group[state] < 0:
            self.group[self._open.pop()] = self._groups
        self._groups += 1


def _bits(words: int) -> Iterator[int]:
    while words:
        lowest = words & -words
        yield lowest.bit_length() - 1
        words ^= lowest


def _renumbered(ahead: list[int]) -> dict[int, int]:
    """Numbers from 1, words of a small common set side by side; larger sets join smaller ones."""
    block: dict[int, list[int]] = {}
    for words in sorted({s & ~_END for s in ahead}, key=lambda s: (s.bit_count(), s)):
        blocks: dict[int, list[int]] = {}
        for word in _bits(words):
            one = block.setdefault(word, [word])
            blocks[id(one)] = one
        if len(blocks) > 1:
            joined = [word for one in blocks.values() for word in one]
            block |= dict.fromkeys(joined, joined)
    distinct = {id(one): one for _, one in sorted(block.items())}
    flat = [word for one in distinct.values() for word in one]
    return {word: number for number, word in enumerate(flat, start=1)}


def _reachable(ahead: list[int], renumbered: dict[int, int]) -> bytes:
    """The add-on: no first part, label sets by state as the second."""
    final_label = len(renumbered) + 1
    flags = b"\x01\x00\x01\x00\x00"  # has parts: add-on, not first, second; by output, no relabels
    pieces = [flags, struct.pack("<iq", final_label, len(ahead))]
    packed: dict[int, bytes] = {}
    for words in ahead:
        if words not in packed:
            numbers = sorted(final_label if w == 0 else renumbered[w] for w in _bits(words))
            packed[words] = _intervals(numbers)
        pieces.append(packed[words])
    return b"".join(pieces)


def _intervals(numbers: list[int]) -> bytes:
    """Sorted numbers as half-open intervals, and their count."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and spans[-1][1] == number:
            spans[-1][1] = number + 1
        else:
            spans.append([number, number + 1])
    body = b"".join(struct.pack("<ii", *span) for span in spans)
    return struct.pack("<q", len(spans)) + body + struct.pack("<i", len(numbers))
