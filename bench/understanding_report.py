"""Figures of the understanding: tables in its model card, pictures in docs/understanding.

`make understanding-report`; `--curves` trains on parts of the lines, too (minutes).
"""

import sys
import time
from pathlib import Path

from bench import evaluation_sets as sets
from bench.svg_charts import confusion, lines
from dialogue.nlu.classifier import WEIGHTS_FILE, Classifier
from dialogue.nlu.entities import load_products
from dialogue.nlu.examples import load_examples
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.model_card import render_card
from dialogue.nlu.understander import DEFAULT_ZONE, Understander

PICTURES = Path(__file__).parents[1] / "docs" / "understanding"
CARD = WEIGHTS_FILE.with_name("MODEL_CARD.md")
SHARES = (0.25, 0.5, 1.0)


def main() -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    mind = Understander.load()
    rows: list[tuple[str, ...]] = []
    for language in ("zh", "en"):
        rows += table(mind, language)
        matrices(mind, language)
    card = render_card(rows, WEIGHTS_FILE.stat().st_size, slowest(mind))
    CARD.write_text(card, encoding="utf-8")
    print(card)
    if "--curves" in sys.argv:
        curves()


def table(mind: Understander, language: str) -> list[tuple[str, ...]]:
    rows = []
    for what, name in (
        ("one request, blind set", "intents_blind"),
        ("one request, hard wording", "intents_test"),
    ):
        right, refused = sets.singles(mind, language, name, None)
        rows.append(row(language, what, right))
        rows.append(row(language, f"{what}: refused", refused))
    right, refused = sets.singles(mind, language, "intents", "test")
    rows.append(row(language, "one request, first set, other half", right))
    rows.append(row(language, "one request, first set: refused", refused))
    rows.append(
        row(
            language,
            "several requests, exact set, other half",
            sets.several(mind, language, "test"),
        )
    )
    rows.append(
        row(
            language,
            "out of scope, hard wording",
            sets.outside(mind, language, "out_of_scope_test", None),
        )
    )
    rows.append(
        row(
            language,
            "out of scope, first set, other half",
            sets.outside(mind, language, "out_of_scope", "test"),
        )
    )
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
    """95th percentile in milliseconds over the utterances with several requests."""
    spent = []
    for language in ("zh", "en"):
        for text, _ in sets.read(language, "multi"):
            started = time.perf_counter()
            mind.understand(text, language, sets.NOW)
            spent.append((time.perf_counter() - started) * 1000)
    return sorted(spent)[int(len(spent) * 0.95)]


def curves() -> None:
    from dialogue.nlu.train import fit, rows_of

    drawn: dict[str, list[tuple[float, float]]] = {}
    for language in ("zh", "en"):
        examples = load_examples(language)
        for share in SHARES:
            kept = [e for e in examples if (e.line * 7919) % 100 < share * 100]
            weights = fit(rows_of(kept, language), language)
            mind = Understander(Classifier({language: weights}), load_products(), DEFAULT_ZONE)
            for name in ("intents_blind", "intents_test"):
                score = sets.singles(mind, language, name, None)[0]
                drawn.setdefault(f"{language} {name}", []).append((share, score.share))
                print(language, name, share, f"{score.share:.3f}")
    picture = lines("Share right by share of training lines", drawn)
    (PICTURES / "learning_curves.svg").write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
