"""Words and how they are said: the file lexicon.txt of a model, and the graph L made from it.

A line of the file is a word, the cost of this way of saying it (-ln p, scaled) and its phones.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.training.graphs import EPSILON, Arc, Graph
from asr.training.phone_sets import SILENCE, TALK_SOUND, UNKNOWN_SOUND, PhoneSet

UNKNOWN_WORD, UNKNOWN_TALK = "[unk]", ""
"""What grammars name, and what only free decoding hears: having no name, no grammar can ask for it,
and libvosk writes it as an empty word.
"""
_SILENCE_PROBABILITY = 0.5
"""Between two words; half is Kaldi's usual value."""


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """One way of saying a word."""

    word: str
    phones: tuple[str, ...]
    cost: float = 0.0


UNKNOWN_PRONUNCIATIONS = (
    Pronunciation(UNKNOWN_WORD, (UNKNOWN_SOUND,), 6.0),
    Pronunciation(UNKNOWN_TALK, (TALK_SOUND,)),
)
"""The word's cost is paid in runtime grammars, where no language model speaks against it; that of
talk is the language model's (`asr.training.ngram.LanguageModelOptions`).
"""


def read_lexicon(path: Path) -> list[Pronunciation]:
    """All pronunciations of the file; raises ValueError for a line that is none."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        word, *rest = line.split()
        if len(rest) < 2:
            raise ValueError(f"{path.name} line {number}: {line!r} is no word, cost and phones")
        found.append(Pronunciation(word, tuple(rest[1:]), float(rest[0])))
    return found


def write_lexicon(path: Path, lexicon: Iterable[Pronunciation]) -> None:
    """Sorted, so that a rebuilt file differs only where a pronunciation does."""
    lines = sorted(f"{p.word} {p.cost:.2f} {' '.join(p.phones)}" for p in lexicon)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True)
class LexiconGraph:
    """Phones in, words out; `marks` are the input labels that keep like-sounding words apart."""

    graph: Graph
    marks: range


def lexicon_graph(
    lexicon: Sequence[Pronunciation], phones: PhoneSet, word_ids: dict[str, int]
) -> LexiconGraph:
    """The graph L: any sequence of words, with or without silence between them."""
    sounds = [phones.numbers(p.phones) for p in lexicon]
    marks = _marks(sounds)
    first_mark = phones.size + 1
    silence_mark = first_mark + max(marks, default=0)
    graph = Graph()
    start, loop, pause, after = (graph.add_state() for _ in range(4))
    graph.start = start
    graph.final[loop] = 0.0
    speak, rest = -math.log(1 - _SILENCE_PROBABILITY), -math.log(_SILENCE_PROBABILITY)
    graph.arcs[start] += [Arc(EPSILON, EPSILON, speak, loop), Arc(EPSILON, EPSILON, rest, pause)]
    graph.arcs[pause].append(Arc(SILENCE, EPSILON, 0.0, after))
    graph.arcs[after].append(Arc(silence_mark, EPSILON, 0.0, loop))
    for said, sound, mark in zip(lexicon, sounds, marks, strict=True):
        labels = [*sound, first_mark + mark - 1] if mark else list(sound)
        at, output, cost = loop, word_ids[said.word], said.cost
        for label in labels[:-1]:
            following = graph.add_state()
            graph.arcs[at].append(Arc(label, output, cost, following))
            at, output, cost = following, EPSILON, 0.0
        graph.arcs[at] += [
            Arc(labels[-1], output, cost + speak, loop),
            Arc(labels[-1], output, cost + rest, pause),
        ]
    return LexiconGraph(graph, range(first_mark, silence_mark + 1))


def _marks(sounds: Sequence[tuple[int, ...]]) -> list[int]:
    """0, or a number that tells a word from others of the same sound or from longer ones."""
    same = Counter(sounds)
    begun = {sound[:length] for sound in sounds for length in range(1, len(sound))}
    used: Counter[tuple[int, ...]] = Counter()
    marks = []
    for sound in sounds:
        if same[sound] > 1 or sound in begun:
            used[sound] += 1
        marks.append(used[sound])
    return marks
