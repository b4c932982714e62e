"""Figures of the understanding: tables in its model card, pictures in docs/understanding.

`make understanding-report`; `--curves` trains on parts of the lines, too (minutes).
"""

import sys
import time
from pathlib import Path

import numpy as np

from bench import evaluation_sets as sets
from bench.svg_charts import confusion, lines
from dialogue.nlu import word_vectors
from dialogue.nlu.classifier import WEIGHTS_FILE, Classifier
from dialogue.nlu.encoder import ENCODER_FILES
from dialogue.nlu.entities import load_products
from dialogue.nlu.examples import load_examples, load_several
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.model_card import Cost, render_card
from dialogue.nlu.understander import DEFAULT_ZONE, Understander
from dialogue.nlu.word_pieces import is_mandarin

PICTURES = Path(__file__).parents[1] / "docs" / "understanding"
CARD = WEIGHTS_FILE.with_name("MODEL_CARD.md")
SHARES = (0.25, 0.5, 1.0)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    mind = Understander.load()
    loading = (time.process_time() - started) * 1000
    rows: list[tuple[str, ...]] = []
    for language in ("zh", "en"):
        rows += table(mind, language)
        matrices(mind, language)
    files = (WEIGHTS_FILE, *ENCODER_FILES, *word_vectors.FILES.values())
    size = sum(path.stat().st_size for path in files)
    words = {lang: len(word_vectors.WordVectors.load(lang)) for lang in word_vectors.FILES}
    card = render_card(rows, Cost(size, loading, slowest(mind)), words, pieces())
    CARD.write_text(card, encoding="utf-8")
    print(card)
    if "--curves" in sys.argv:
        curves()


def pieces() -> dict[str, int]:
    """How many the encoder knows of each language."""
    with np.load(ENCODER_FILES[1]) as data:
        names = data["pieces"].tobytes().decode("utf-8").split("\n")
    mandarin = sum(map(is_mandarin, names))
    return {"zh": mandarin, "en": len(names) - mandarin}


SINGLES = (
    ("one request, unseen set", "intents_unseen", None),
    ("one request, fresh set", "intents_fresh", None),
    ("one request, blind set", "intents_blind", None),
    ("one request, hard wording", "intents_test", None),
    ("one request, first set, other half", "intents", "test"),
)
SEVERAL = (
    ("several requests, exact set, unseen set", "several_unseen", None),
    ("several requests, exact set, fresh set", "several_fresh", None),
    ("several requests, exact set, first set, other half", "multi", "test"),
)
OUTSIDE = (
    ("out of scope, unseen set", "outside_unseen", None),
    ("out of scope, fresh set", "outside_fresh", None),
    ("out of scope, hard wording", "out_of_scope_test", None),
    ("out of scope, first set, other half", "out_of_scope", "test"),
)
"""(what, file of tests/evaluation, which part of it)."""


def table(mind: Understander, language: str) -> list[tuple[str, ...]]:
    rows = []
    for what, name, part in SINGLES:
        right, refused = sets.singles(mind, language, name, part)
        rows += [row(language, what, right), row(language, f"{what}: refused", refused)]
    for what, name, part in SEVERAL:
        rows.append(row(language, what, sets.several(mind, language, name, part)))
    for what, name, part in OUTSIDE:
        rows.append(row(language, what, sets.outside(mind, language, name, part)))
    rows.append(row(language, "values, exact, other half", sets.values(mind, language, "test")))
    return rows


def row(language: str, what: str, score: sets.Score) -> tuple[str, ...]:
    return (language, what, str(score.total), f"{score.share:.1%}")


def matrices(mind: Understander, language: str) -> None:
    pairs = sets.singles(mind, language, "intents_blind", None)[0].pairs
    pairs += sets.singles(mind, language, "intents_test", None)[0].pairs
    title = f"Blind and hard sets, {language}: rows meant, columns understood"
    path = PICTURES / f"confusion_{language}.svg"
    path.write_text(confusion(title, INTENT_IDS, pairs), encoding="utf-8")


def slowest(mind: Understander) -> float:
    """95th percentile in milliseconds of one core, over the utterances with several requests."""
    spent = []
    for language in ("zh", "en"):
        for text, _ in sets.read(language, "multi"):
            started = time.process_time()
            mind.understand(text, language, sets.NOW)
            spent.append((time.process_time() - started) * 1000)
    return sorted(spent)[int(len(spent) * 0.95)]


def curves() -> None:
    from dialogue.nlu.train import fit, rows_of, rows_of_several

    drawn: dict[str, list[tuple[float, float]]] = {}
    for language in ("zh", "en"):
        examples, several = load_examples(language), load_several(language)
        for share in SHARES:
            kept = [e for e in examples if (e.line * 7919) % 100 < share * 100]
            rows = rows_of(kept, language) + rows_of_several(several, language)
            weights = fit(rows, language)
            mind = Understander(Classifier({language: weights}), load_products(), DEFAULT_ZONE)
            for name in ("intents_fresh", "intents_blind", "intents_test"):
                score = sets.singles(mind, language, name, None)[0]
                drawn.setdefault(f"{language} {name}", []).append((share, score.share))
                print(language, name, share, f"{score.share:.3f}")
    picture = lines("Share right by share of training lines", drawn)
    (PICTURES / "learning_curves.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
