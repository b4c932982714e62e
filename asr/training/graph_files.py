"""Writes the folder `graph/` of a model from words, pronunciations and sentences."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from asr.training.decoding_graph import decoding_graph
from asr.training.errors import VocabularyEmpty
from asr.training.lexicon import (
    UNKNOWN_PRONUNCIATIONS,
    UNKNOWN_TALK,
    UNKNOWN_WORD,
    Pronunciation,
    lexicon_graph,
)
from asr.training.lookahead import lookahead_fst
from asr.training.ngram import LanguageModelOptions, Sentence, language_model, language_model_file
from asr.training.phone_sets import PhoneSet
from asr.training.transition_model import TransitionModel


@dataclass(frozen=True, slots=True)
class GraphSize:
    """What came of a build."""

    words: int
    pronunciations: int
    states: int
    arcs: int
    histories: int
    """States of the language model."""


def write_graph(
    folder: Path,
    lexicon: Sequence[Pronunciation],
    sentences: Iterable[Sentence],
    phones: PhoneSet,
    model: TransitionModel,
    options: LanguageModelOptions | None = None,
) -> GraphSize:
    """Everything below `folder`/graph; sentences may hold only words of the lexicon."""
    if not lexicon:
        raise VocabularyEmpty("the lexicon")
    whole = [*lexicon, *UNKNOWN_PRONUNCIATIONS]
    words = sorted({said.word for said in whole})
    first_ids = {word: number for number, word in enumerate(words, start=1)}
    graph, silent = decoding_graph(lexicon_graph(whole, phones, first_ids), model)
    lookahead, renumbered = lookahead_fst(graph)
    word_ids = {word: renumbered[number] for word, number in first_ids.items()}
    free = {word: number for word, number in word_ids.items() if word != UNKNOWN_WORD}
    grammar = language_model(sentences, free, UNKNOWN_TALK, options)
    target = folder / "graph"
    (target / "phones").mkdir(parents=True, exist_ok=True)
    (target / "HCLr.fst").write_bytes(lookahead)
    (target / "Gr.fst").write_bytes(language_model_file(grammar))
    named = ((word, number) for word, number in word_ids.items() if word != UNKNOWN_TALK)
    by_number = sorted(named, key=lambda item: item[1])
    lines = ["<eps> 0", *(f"{word} {number}" for word, number in by_number)]
    (target / "words.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (target / "disambig_tid.int").write_text("".join(f"{label}\n" for label in silent))
    (target / "phones" / "word_boundary.int").write_text(phones.word_boundaries())
    return GraphSize(len(words), len(whole), *graph.size, len(grammar.arcs))
