"""The process that builds a graph: a request as JSON on standard input, its outcome as a line.

A process of its own, because kaldifst and vosk must never meet in one, and because espeak-ng ends
the process in which it finds no data.
"""

import json
import sys
from pathlib import Path
from typing import Any

from asr.training.errors import AcousticModelBroken, NotOurModel, TrainingError
from asr.training.graph_files import GraphSize, write_graph
from asr.training.lexicon import Pronunciation, read_lexicon, write_lexicon
from asr.training.ngram import LanguageModelOptions, Sentence
from asr.training.phone_sets import PhoneSet, phone_set
from asr.training.segmentation import Segmenter
from asr.training.texts import WeightedText, load_text
from asr.training.transition_model import TransitionModel, read_transition_model
from asr.training.vocabulary import (
    AddedWord,
    added_lexicon,
    added_sentences,
    sentences_of,
    whole_lexicon,
)

UNKNOWN_COST = {"en": 7.0, "zh": 17.0}
"""What it costs to begin unknown talk. All Mandarin syllables are words, so that only a row of
unlikely ones tells talk that is none of ours: its sound scores high, but its beginning is dear.
"""

LEXICON = "lexicon.txt"
"""Beside am/, conf/ and graph/ of our own models; libvosk does not look at it."""


def build(request: dict[str, Any]) -> GraphSize:
    """Write graph/ and lexicon.txt into `target`; raises TrainingError."""
    language, base, target = request["language"], Path(request["base"]), Path(request["target"])
    added = [AddedWord(*pair) for pair in request["words"]]
    kept = None if request["whole"] else _kept(base)
    items = [one.text for one in added]
    text = load_text(language, items)
    segmenter = None
    if language == "zh":
        own = {said.word for said in kept} if kept else set(text.words)
        segmenter = Segmenter(own, [item.replace(" ", "") for item in items])
    texts = [WeightedText(*pair) for pair in request["sentences"]]
    sentences = sentences_of([*texts, *text.sentences], language, segmenter)
    lexicon = kept if kept is not None else whole_lexicon(text, sentences, language)
    lexicon = [*lexicon, *added_lexicon(added, lexicon, language)]
    heard = _hearable([*sentences, *added_sentences(added, language)], lexicon)
    phones = phone_set(language)
    model = _sounds(base, phones)
    options = LanguageModelOptions(unknown_cost=UNKNOWN_COST[language])
    size = write_graph(target, lexicon, heard, phones, model, options)
    write_lexicon(target / LEXICON, lexicon)
    return size


def _sounds(base: Path, phones: PhoneSet) -> TransitionModel:
    """Of the base's acoustic model, which must be one of this version's."""
    path = base / "am" / "final.mdl"
    model = read_transition_model(path)
    if len(model.phones) != phones.size:
        raise AcousticModelBroken(path, f"it has {len(model.phones)} sounds, not {phones.size}")
    return model


def _kept(base: Path) -> list[Pronunciation]:
    path = base / LEXICON
    if not path.is_file():
        raise NotOurModel(base)
    return read_lexicon(path)


def _hearable(sentences: list[Sentence], lexicon: list[Pronunciation]) -> list[Sentence]:
    """Sentences cut at words that no pronunciation is known of."""
    known = {said.word for said in lexicon}
    pieces = []
    for sentence in sentences:
        piece: list[str] = []
        for word in (*sentence.words, ""):
            if word in known:
                piece.append(word)
            elif piece:
                pieces.append(Sentence(tuple(piece), sentence.weight))
                piece = []
    return pieces


def main() -> int:
    """Status 0 and {"size": …}, or 1 and {"problem": …}."""
    try:
        size = build(json.load(sys.stdin))
    except (TrainingError, OSError, ValueError) as problem:
        sys.stdout.write(json.dumps({"problem": str(problem)}) + "\n")
        return 1
    numbers = {name: getattr(size, name) for name in GraphSize.__slots__}
    sys.stdout.write(json.dumps({"size": numbers}) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
