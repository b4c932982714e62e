"""Train the classifier from the example sentences: `python -m dialogue.nlu.train`.

Deterministic. Needs scikit-learn; what it writes (weights.npz, MODEL_CARD.md) is read with numpy.
"""

import random
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.classifier import WEIGHTS_FILE, Classifier, LanguageWeights
from dialogue.nlu.examples import Example, examples_digest, load_examples
from dialogue.nlu.features import DIMENSION, buckets
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.model_card import Figures, render_card
from dialogue.nlu.normalise import normalise
from dialogue.nlu.understander import THRESHOLD

CARD_FILE = WEIGHTS_FILE.with_name("MODEL_CARD.md")
HELD_OUT_EVERY = 5
"""Every fifth line of the data files, with all its variants, is held out for the card's figures."""
STRENGTH = 60.0
"""Inverse of the regularisation; chosen on the held-out lines among 10, 30, 60, 120."""
SEED = 20

Row = tuple[str, str, float]
"""Normalised text, intent, weight."""


def main() -> None:
    """Train both languages, write weights and card."""
    arrays: dict[str, NDArray[np.generic]] = {
        "intents": np.array(INTENT_IDS),
        "examples": np.array(examples_digest()),
    }
    figures = []
    for language in ("zh", "en"):
        examples = load_examples(language)
        kept = [e for e in examples if e.line % HELD_OUT_EVERY]
        held = [e for e in examples if not e.line % HELD_OUT_EVERY]
        trial = fit(_rows(kept, language), language)
        figures.append(measure(trial, held, language, len(kept)))
        weights = fit(_rows(examples, language), language)
        arrays |= _pack(weights, language)
    np.savez_compressed(WEIGHTS_FILE, **arrays)  # type: ignore[arg-type]
    CARD_FILE.write_text(render_card(figures, WEIGHTS_FILE.stat().st_size), encoding="utf-8")


def fit(rows: Sequence[Row], language: str) -> LanguageWeights:
    """One multinomial logistic regression."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    found = [buckets(text, language) for text, _, _ in rows]
    values = np.concatenate([np.full(b.size, 1 / np.sqrt(b.size)) for b in found])
    ends = np.cumsum([0, *(b.size for b in found)])
    matrix = csr_matrix((values, np.concatenate(found), ends), shape=(len(rows), DIMENSION))
    labels = [INTENT_IDS.index(intent) for _, intent, _ in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=400, tol=1e-3)
    model.fit(matrix, labels, sample_weight=[weight for _, _, weight in rows])
    table = model.coef_.T.astype(np.float32)
    used = np.zeros(DIMENSION, dtype=np.bool_)
    used[np.concatenate(found)] = True
    table[~used] = 0
    return LanguageWeights(table, model.intercept_.astype(np.float32), used)


def measure(
    weights: LanguageWeights, held: Iterable[Example], language: str, trained: int
) -> Figures:
    """Accuracy and out-of-scope figures on lines that were not trained on."""
    classifier = Classifier({language: weights})
    right = total = outside = outside_caught = rejected = 0
    for example in held:
        intent, share = classifier.best(normalise(example.text, language), language)
        refused = intent == "out_of_scope" or share < THRESHOLD
        if example.intent == "out_of_scope":
            outside += 1
            outside_caught += refused
            continue
        total += 1
        right += intent == example.intent
        rejected += refused
    return Figures(language, trained, total, right, outside, outside_caught, rejected)


def _rows(examples: Sequence[Example], language: str) -> list[Row]:
    """Sentences, each line of equal weight, with copies as a poor recogniser would hear them."""
    counts: dict[int, int] = {}
    for example in examples:
        counts[example.line] = counts.get(example.line, 0) + 1
    chance = random.Random(SEED)
    rows: list[Row] = []
    for example in examples:
        text = normalise(example.text, language)
        weight = 1 / counts[example.line] ** 0.5
        rows.append((text, example.intent, weight))
        # What is left of a shorter sentence may be a bare noun, which asks for nothing.
        if len(text if language == "zh" else text.split()) >= (7 if language == "zh" else 5):
            rows.append((_with_a_gap(text, language, chance), example.intent, weight * 0.3))
    return [row for row in rows if row[0]]


def _with_a_gap(text: str, language: str, chance: random.Random) -> str:
    """The text with one word (or two characters) missing."""
    if language == "en":
        words = text.split()
        del words[chance.randrange(len(words))]
        return " ".join(words)
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + 2 :]


def _pack(weights: LanguageWeights, language: str) -> dict[str, NDArray[np.generic]]:
    """Eight bits a weight: the step is 1/127 of the language's largest."""
    scale = np.float32(np.abs(weights.rows).max() / 127)
    return {
        f"{language}_rows": np.round(weights.rows / scale).astype(np.int8),
        f"{language}_scale": np.asarray(scale),
        f"{language}_bias": weights.bias,
    }


if __name__ == "__main__":
    main()
