"""A back-off language model of weighted sentences, as the graph Gr.fst that libvosk reads.

Interpolated with Witten and Bell's weights (IEEE Transactions on Information Theory, 1991): the
more kinds of words follow a history for its count, the more is left to the shorter history.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from asr.training.fst_files import ACCEPTOR, EXPANDED, INPUT_SORTED, OUTPUT_SORTED, const_fst
from asr.training.graphs import EPSILON, INFINITE, Arc, Graph

BEGIN, END = "<s>", "</s>"
_History = tuple[str, ...]
_Table = dict[str, float]


@dataclass(frozen=True, slots=True)
class LanguageModelOptions:
    """What may be tuned; see the model card for how the defaults were found."""

    order: int = 3
    back_off: float = 0.5
    """How much a kind of word counts for the shorter history (Witten and Bell: 1)."""
    floor: float = 0.5
    """Count that every word of the vocabulary has beside its sentences."""
    rarest: float = 3.1
    """Weight below which a row of `order` words is forgotten, for the shorter rows say nearly as
    much: one example alone weighs 3. It takes half of the file away, and no error comes of it.
    """
    unknown_cost: float = 7.0
    """-ln p of unknown talk. Together with the score of its sound (`asr.training.acoustic.SCORING`)
    it says how long and how unlikely the words must be that unknown talk stands for.
    """


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words that are said in this order, as often as `weight` says."""

    words: tuple[str, ...]
    weight: float = 1.0


class BackOffModel:
    """Probabilities of words after histories that the sentences hold."""

    def __init__(
        self, sentences: Iterable[Sentence], words: Iterable[str], options: LanguageModelOptions
    ) -> None:
        self._back_off = options.back_off
        counts = _counts(sentences, options.order)
        _forget_rare(counts, options)
        for word in words:
            counts[()][word] = counts[()].get(word, 0.0) + options.floor
        self.tables: dict[_History, _Table] = {}
        self.left: dict[_History, float] = {}
        """What each history leaves to the shorter one."""
        for history in sorted(counts, key=len):
            self._estimate(history, counts[history])

    def shortened(self, history: _History) -> _History:
        """The longest ending of a history that the sentences hold."""
        while history not in self.tables:
            history = history[1:]
        return history

    def probability(self, word: str, history: _History) -> float:
        """Of `word` after `history`, zero for a word outside the vocabulary."""
        history = self.shortened(history)
        weight = 1.0
        while word not in self.tables[history]:
            if not history:
                return 0.0
            weight *= self.left[history]
            history = self.shortened(history[1:])
        return weight * self.tables[history][word]

    def _estimate(self, history: _History, counts: _Table) -> None:
        kinds, total = len(counts), sum(counts.values())
        left = self._back_off * kinds / (total + self._back_off * kinds) if history else 0.0
        self.left[history] = left
        self.tables[history] = {
            word: (1 - left) * count / total
            + (left * self.probability(word, history[1:]) if history else 0.0)
            for word, count in counts.items()
        }


def _counts(sentences: Iterable[Sentence], order: int) -> dict[_History, _Table]:
    counts: dict[_History, _Table] = defaultdict(lambda: defaultdict(float))
    counts[()][END] = 0.0
    for sentence in sentences:
        whole = (BEGIN, *sentence.words, END)
        for at in range(1, len(whole)):
            for length in range(min(order, at + 1)):
                counts[whole[at - length : at]][whole[at]] += sentence.weight
    return counts


def _forget_rare(counts: dict[_History, _Table], options: LanguageModelOptions) -> None:
    """Only of the longest histories: what is left of them still has all that is shorter."""
    for history in [one for one in counts if len(one) == options.order - 1]:
        kept = {word: n for word, n in counts[history].items() if n >= options.rarest}
        if kept:
            counts[history] = kept
        else:
            del counts[history]


def language_model(
    sentences: Iterable[Sentence],
    word_ids: Mapping[str, int],
    unknown: str,
    options: LanguageModelOptions | None = None,
) -> Graph:
    """The model as an acceptor of word numbers with back-off arcs; every word is possible."""
    options = options or LanguageModelOptions()
    known = [word for word in word_ids if word != unknown]
    model = BackOffModel(sentences, known, options)
    states = {history: n for n, history in enumerate(model.tables)}
    graph = Graph(states[model.shortened((BEGIN,))], [[] for _ in states], [INFINITE] * len(states))
    for history, state in states.items():
        for word, probability in model.tables[history].items():
            if word == END:
                graph.final[state] = -math.log(probability) if probability else INFINITE
                continue
            target = states[model.shortened((*history, word)[-(options.order - 1) :])]
            label = word_ids[word]
            graph.arcs[state].append(Arc(label, label, -math.log(probability), target))
        if history:
            target = states[model.shortened(history[1:])]
            cost = -math.log(model.left[history])
            graph.arcs[state].append(Arc(EPSILON, EPSILON, cost, target))
    label = word_ids[unknown]
    graph.arcs[states[()]].append(Arc(label, label, options.unknown_cost, states[()]))
    graph.arcs = [sorted(arcs) for arcs in graph.arcs]
    return graph


def language_model_file(graph: Graph) -> bytes:
    """The bytes of Gr.fst."""
    return const_fst(graph, EXPANDED | INPUT_SORTED | OUTPUT_SORTED | ACCEPTOR)
