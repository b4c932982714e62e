"""The transition model at the head of am/final.mdl: which transition ids stand for which phone.

Layout: topology (phones, entry of each, states with their transitions), triples of phone, state
and pdf, and one log probability a transition id. Ids count from 1 in the order of the triples.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from asr.training.errors import AcousticModelBroken
from asr.training.kaldi_binary import Malformed, Reader


@dataclass(frozen=True, slots=True)
class HmmState:
    """One emitting state: the ids of moving on and of staying, with their costs (-ln p)."""

    forward: int
    loop: int
    forward_cost: float
    loop_cost: float


@dataclass(frozen=True, slots=True)
class TransitionModel:
    """States of every phone, in the order in which they are passed."""

    phones: Mapping[int, tuple[HmmState, ...]]
    ids: int
    """Number of transition ids; the next number is free for other labels."""

    def by_forward(self) -> dict[int, HmmState]:
        """Every state under the id that enters it."""
        return {state.forward: state for states in self.phones.values() for state in states}


_Topology = dict[int, list[list[int]]]
"""Phone -> state -> targets of its transitions."""


def read_transition_model(path: Path) -> TransitionModel:
    """The transition model of an acoustic model file; raises AcousticModelBroken."""
    try:
        return parse_transition_model(path.read_bytes())
    except Malformed as problem:
        raise AcousticModelBroken(path, str(problem)) from problem


def parse_transition_model(data: bytes) -> TransitionModel:
    """The same from bytes; raises Malformed."""
    reader = Reader(data)
    reader.expect("<TransitionModel>")
    topology = _topology(reader)
    reader.expect("<Triples>")
    triples = [(reader.integer(), reader.integer(), reader.integer())
               for _ in range(reader.integer())]  # fmt: skip
    reader.expect("</Triples>")
    reader.expect("<LogProbs>")
    log_probabilities = reader.floats()
    phones: dict[int, list[HmmState]] = {}
    number = 1
    for phone, state, _pdf in triples:
        targets = topology[phone][state]
        if sorted(targets) != [state, state + 1]:
            raise Malformed(f"phone {phone} is not passed state by state")
        loop, forward = number + targets.index(state), number + targets.index(state + 1)
        number += 2
        if number > log_probabilities.size:
            raise Malformed("it has fewer probabilities than transitions")
        costs = -float(log_probabilities[forward]), -float(log_probabilities[loop])
        phones.setdefault(phone, []).append(HmmState(forward, loop, *costs))
    return TransitionModel({phone: tuple(s) for phone, s in phones.items()}, number - 1)


def _topology(reader: Reader) -> _Topology:
    reader.expect("<Topology>")
    phones, entry_of = reader.integers(), reader.integers()
    entries = [_entry(reader) for _ in range(reader.integer())]
    reader.expect("</Topology>")
    try:
        return {phone: entries[entry_of[phone]] for phone in phones}
    except IndexError:
        raise Malformed("a phone names an entry that does not exist") from None


def _entry(reader: Reader) -> list[list[int]]:
    states = []
    for _ in range(reader.integer()):
        reader.integer()  # pdf class
        targets = []
        for _ in range(reader.integer()):
            targets.append(reader.integer())
            reader.real()
        states.append(targets)
    return states
