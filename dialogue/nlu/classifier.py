"""A linear classifier over hashed n-grams and the meaning of words: a softmax, with numpy only."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.errors import WeightsMissing
from dialogue.nlu.boundaries import Boundaries, Place
from dialogue.nlu.features import DIMENSION, buckets
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.word_vectors import WordVectors

SEVERAL = "several"
"""What a stretch with more than one request looks like; it takes probability from every intent."""
CLASSES = (*INTENT_IDS, SEVERAL)
WEIGHTS_FILE = Path(__file__).with_name("weights.npz")


@dataclass(frozen=True, slots=True)
class LanguageWeights:
    """The trained rows of one language."""

    rows: NDArray[np.float32]
    """(DIMENSION, number of CLASSES)."""
    bias: NDArray[np.float32]
    known: NDArray[np.bool_]
    """Buckets that occurred in training: how much of an utterance is familiar at all."""
    senses: NDArray[np.float32]
    """(word_vectors.DIMENSION, number of CLASSES)."""
    vectors: WordVectors
    boundaries: Boundaries


class Classifier:
    """Intent probabilities of a normalised text; holds no state between calls."""

    def __init__(self, languages: dict[str, LanguageWeights]) -> None:
        self._languages = languages

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> "Classifier":
        """Read the shipped weights; raises WeightsMissing."""
        if not path.is_file():
            raise WeightsMissing(path.name, "the file is absent")
        with np.load(path) as data:
            if tuple(data["intents"]) != CLASSES:
                raise WeightsMissing(path.name, "trained for another list of intents")
            return cls({lang: _unpack(data, lang, path) for lang in ("zh", "en")})

    def probabilities(self, text: str, language: str) -> NDArray[np.float32]:
        """One probability for each of INTENT_IDS; the rest to 1 is the chance of several at once.

        All zero for a strange text.
        """
        weights = self._languages[language]
        found = buckets(text, language)
        if not found.size or weights.known[found].mean() < 0.2:
            return np.zeros(len(INTENT_IDS), dtype=np.float32)
        # Rows are divided by the square root of their number, as in training (unit length).
        logits = weights.rows[found].sum(axis=0) / np.sqrt(found.size) + weights.bias
        logits += weights.vectors.meaning(text) @ weights.senses
        exponents = np.exp(logits - logits.max())
        shares: NDArray[np.float32] = exponents / exponents.sum()
        return shares[:-1]

    def places(self, text: str, language: str) -> list[Place]:
        """Where another request may begin in a normalised text."""
        return self._languages[language].boundaries.places(text, language)

    def several(self, text: str, language: str) -> float:
        """The chance that a normalised text holds several requests; 0 for a strange one."""
        shares = self.probabilities(text, language)
        return 1 - float(shares.sum()) if shares.any() else 0.0

    def ranked(self, text: str, language: str) -> list[tuple[str, float]]:
        """Every intent with its probability if it is only one, likeliest first."""
        shares = self.probabilities(text, language)
        shares = shares / max(float(shares.sum()), 1e-6)
        return [(INTENT_IDS[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")]

    def best(self, text: str, language: str) -> tuple[str, float]:
        """The likeliest intent and its probability; low when the text holds several."""
        shares = self.probabilities(text, language)
        top = int(shares.argmax())
        return INTENT_IDS[top], float(shares[top])


def _unpack(data: "np.lib.npyio.NpzFile", language: str, path: Path) -> LanguageWeights:
    quantised, scale = data[f"{language}_rows"], data[f"{language}_scale"]
    if quantised.shape != (DIMENSION, len(CLASSES)):
        raise WeightsMissing(path.name, f"{language} has shape {quantised.shape}")
    return LanguageWeights(
        rows=quantised.astype(np.float32) * scale,
        bias=data[f"{language}_bias"],
        known=np.asarray(quantised.any(axis=1)),
        senses=data[f"{language}_senses"],
        vectors=WordVectors.load(language),
        boundaries=Boundaries(
            data[f"{language}_joints"].astype(np.float32) * data[f"{language}_joints_scale"],
            float(data[f"{language}_joints_bias"]),
        ),
    )
