"""The transition model at the head of am/final.mdl: which transition ids stand for which phone.

Layout: topology (phones, entry of each, states with their transitions), triples of phone, state
and pdf, and one log probability a transition id. Ids count from 1 in the order of the triples.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from asr.training.errors import AcousticModelBroken
from asr.training.kaldi_binary import Malformed, Reader, Writer
from asr.training.phone_sets import SILENCE, UNKNOWN, PhoneSet

_PHONE_STAYS, _PAUSE_STAYS = 0.6, 0.8
"""Probability that a state lasts another 30 ms; phones are short, silence and noise long."""
_UNKNOWN_STATES = 5
"""The sounds of an unknown word and of unknown talk last 150 ms at least."""


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


@dataclass(frozen=True, slots=True)
class PhoneShape:
    """A phone's row of states, which all score by the same output of the network."""

    output: int
    states: int
    stays: float
    """Probability that a state lasts another decoded frame."""


def phone_shapes(phones: PhoneSet) -> dict[int, PhoneShape]:
    """Every number of the set; the outputs after the last phone's are the unknown sounds'."""
    shapes = {
        SILENCE: PhoneShape(0, 1, _PAUSE_STAYS),
        UNKNOWN: PhoneShape(len(phones.phones) + 1, _UNKNOWN_STATES, _PAUSE_STAYS),
        phones.size: PhoneShape(len(phones.phones) + 2, _UNKNOWN_STATES, _PAUSE_STAYS),
    }
    for output, phone in enumerate(phones.phones, start=1):
        shapes |= dict.fromkeys(phones.variants(phone), PhoneShape(output, 1, _PHONE_STAYS))
    return dict(sorted(shapes.items()))


def write_transition_model(writer: Writer, shapes: Mapping[int, PhoneShape]) -> None:
    """What `parse_transition_model` reads; a state's id of staying comes before that of going."""
    kinds = sorted({(shape.states, shape.stays) for shape in shapes.values()})
    entry_of = [-1] * (max(shapes) + 1)
    for phone, shape in shapes.items():
        entry_of[phone] = kinds.index((shape.states, shape.stays))
    writer.token("<TransitionModel>")
    writer.token("<Topology>")
    writer.integers(list(shapes))
    writer.integers(entry_of)
    writer.integer(len(kinds))
    for states, stays in kinds:
        _write_entry(writer, states, stays)
    writer.token("</Topology>")
    _write_states(writer, shapes)
    writer.token("</TransitionModel>")


def _write_entry(writer: Writer, states: int, stays: float) -> None:
    writer.integer(states + 1)
    for state in range(states):
        writer.integer(0)  # pdf class
        writer.integer(2)
        for target, probability in ((state, stays), (state + 1, 1 - stays)):
            writer.integer(target)
            writer.real(probability)
    writer.integer(-1)  # the last state emits nothing
    writer.integer(0)


def _write_states(writer: Writer, shapes: Mapping[int, PhoneShape]) -> None:
    triples = [
        (phone, state, shape.output)
        for phone, shape in shapes.items()
        for state in range(shape.states)
    ]
    writer.token("<Triples>")
    writer.integer(len(triples))
    for number in (number for triple in triples for number in triple):
        writer.integer(number)
    writer.token("</Triples>")
    logs = [0.0]
    for phone, _state, _output in triples:
        stays = shapes[phone].stays
        logs += [math.log(stays), math.log(1 - stays)]
    writer.token("<LogProbs>")
    writer.floats(logs)
    writer.token("</LogProbs>")
