"""Train the classifier from the example sentences: `python -m dialogue.nlu.train`.

Deterministic. Needs scikit-learn; what it writes (weights.npz) is read with numpy.
"""

import random
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.classifier import CLASSES, SEVERAL, WEIGHTS_FILE, LanguageWeights
from dialogue.nlu.examples import Example, examples_digest, load_examples
from dialogue.nlu.features import DIMENSION, buckets
from dialogue.nlu.normalise import normalise

STRENGTH = 8.0
"""Inverse of the regularisation; chosen on the development half among 8 and 60."""
SEED = 20

SHORT_ONES = frozenset({"affirm", "deny", "greeting_thanks", "out_of_scope"})
"""Never part of a pair of requests."""
_AROUND = {
    "zh": (
        ["", "你好", "您好我想问一下", "喂那个", "是这样的", "麻烦问下", "就是", "那什么", "我跟你说", "不好意思",  # noqa: E501
         "我想问下", "你好我这边", "呃我那个"],
        ["", "", "谢谢", "可以吗", "麻烦了", "怎么办", "你看看", "行不行", "啊", "呀"],
    ),
    "en": (
        ["", "hi", "hello", "so", "well", "yeah hi", "hi there so", "excuse me", "listen", "look",
         "good morning", "okay so", "hi i am calling because", "hello my name is sam and"],
        ["", "", "please", "thanks", "thank you", "can you help me", "if that is okay", "you see"],
    ),
}  # fmt: skip
_JOINTS = {
    "zh": ["", ",", ",", "然后", "还有", ",另外", ",顺便", "而且"],
    "en": [" ", " and ", " and ", " , ", " also ", " but ", " so ", " then "],
}

Row = tuple[str, str, float]
"""Normalised text, intent, weight."""


def main() -> None:
    """Train both languages and write the weights; `make understanding-report` writes the card."""
    arrays: dict[str, NDArray[np.generic]] = {
        "intents": np.array(CLASSES),
        "examples": np.array(examples_digest()),
    }
    for language in ("zh", "en"):
        arrays |= _pack(fit(rows_of(load_examples(language), language), language), language)
    np.savez_compressed(WEIGHTS_FILE, **arrays)  # type: ignore[arg-type]


def fit(rows: Sequence[Row], language: str) -> LanguageWeights:
    """One multinomial logistic regression."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    found = [buckets(text, language) for text, _, _ in rows]
    values = np.concatenate([np.full(b.size, 1 / np.sqrt(b.size)) for b in found])
    ends = np.cumsum([0, *(b.size for b in found)])
    matrix = csr_matrix((values, np.concatenate(found), ends), shape=(len(rows), DIMENSION))
    labels = [CLASSES.index(name) for _, name, _ in rows]
    model = LogisticRegression(C=STRENGTH, max_iter=250, tol=2e-3)
    model.fit(matrix, labels, sample_weight=[weight for _, _, weight in rows])
    table = model.coef_.T.astype(np.float32)
    used = np.zeros(DIMENSION, dtype=np.bool_)
    used[np.concatenate(found)] = True
    table[~used] = 0
    return LanguageWeights(table, model.intercept_.astype(np.float32), used)


def rows_of(examples: Sequence[Example], language: str) -> list[Row]:
    """Sentences, each line of equal weight; copies as a poor recogniser would hear them and with
    what people say around a request; and pairs of requests in one breath, as a class of their own.
    """
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
        is_long = len(text if language == "zh" else text.split()) >= (7 if language == "zh" else 5)
        if is_long and chance.random() < 0.5:
            rows.append((_with_a_gap(text, language, chance), example.intent, weight * 0.6))
        if example.intent not in SHORT_ONES and chance.random() < 0.3:
            rows.append((_in_talk(text, language, chance), example.intent, weight * 0.6))
    rows += _pairs([row for row in rows if row[1] not in SHORT_ONES], language, chance)
    return [row for row in rows if row[0]]


def _in_talk(text: str, language: str, chance: random.Random) -> str:
    """A request with a greeting, a hesitation or a politeness around it."""
    before, after = _AROUND[language]
    gap = " " if language == "en" else ""
    said = gap.join((chance.choice(before), text, chance.choice(after)))
    return normalise(said, language)


def _pairs(rows: Sequence[Row], language: str, chance: random.Random) -> list[Row]:
    """Two different requests joined: what the whole of such an utterance looks like."""
    pairs: list[Row] = []
    for _ in range(len(rows) // 4):
        first, second = chance.choice(rows), chance.choice(rows)
        if first[1] != second[1]:
            text = f"{first[0]}{chance.choice(_JOINTS[language])}{second[0]}"
            pairs.append((text, SEVERAL, (first[2] * second[2]) ** 0.5))
    return pairs


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
