"""OpenFst's binary `const` format, which libvosk reads without a conversion.

Header: magic number, type, arc type, version, flags, properties, start, states and arcs. Then per
state its final cost, first arc and counts, and per arc both labels, cost and target.
"""

import struct

from asr.training.graphs import EPSILON, Graph

EXPANDED = 0x1
ACCEPTOR = 0x10000
INPUT_SORTED = 0x10000000
OUTPUT_SORTED = 0x40000000
"""Property bits; only claimed where they hold."""

_MAGIC = 2125659606
_CONST_VERSION = 2


def header(kind: str, version: int, properties: int, graph: Graph) -> bytes:
    """What stands before a graph in any OpenFst file."""
    states, arcs = graph.size
    names = b"".join(struct.pack("<i", len(n)) + n for n in (kind.encode(), b"standard"))
    numbers = struct.pack("<iiQqqq", version, 0, properties, graph.start, states, arcs)
    return struct.pack("<i", _MAGIC) + names + numbers


def const_fst(graph: Graph, properties: int) -> bytes:
    """A whole const FST; arcs must already be in the order that the properties claim."""
    pieces = [header("const", _CONST_VERSION, properties, graph)]
    position = 0
    for arcs, final in zip(graph.arcs, graph.final, strict=True):
        silent_in = sum(arc.ilabel == EPSILON for arc in arcs)
        silent_out = sum(arc.olabel == EPSILON for arc in arcs)
        pieces.append(struct.pack("<fIIII", final, position, len(arcs), silent_in, silent_out))
        position += len(arcs)
    pieces += [struct.pack("<iifi", *arc) for arcs in graph.arcs for arc in arcs]
    return b"".join(pieces)
