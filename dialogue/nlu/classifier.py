"""What an utterance asks for: a linear classifier over hashed n-grams and the meaning of words,
and a small transformer beside it. With numpy only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dialogue.errors import WeightsMissing
from dialogue.nlu import concepts
from dialogue.nlu.boundaries import Boundaries, Place
from dialogue.nlu.encoder import Encoder, Floats, Heard
from dialogue.nlu.features import DIMENSION, buckets
from dialogue.nlu.intents import INTENT_IDS
from dialogue.nlu.word_vectors import WordVectors

SEVERAL = "several"
"""What a stretch with more than one request looks like; it takes probability from every intent."""
CLASSES = (*INTENT_IDS, SEVERAL)
WEIGHTS_FILE = Path(__file__).with_name("weights.npz")
LEAST_KNOWN = 0.2
"""Share of an utterance's features that occurred in training, below which nothing is judged."""
HEARD_SHARE, LINEAR_SHARE = 1.0, 0.5
"""What the encoder and the linear classifier count; chosen on an author left out."""


@dataclass(frozen=True, slots=True)
class LanguageWeights:
    """The trained rows of one language."""

    rows: Floats
    """(DIMENSION, number of CLASSES)."""
    bias: Floats
    known: NDArray[np.bool_]
    """Buckets that occurred in training: how much of an utterance is familiar at all."""
    senses: Floats
    """(word_vectors.DIMENSION, number of CLASSES)."""
    vectors: WordVectors
    boundaries: Boundaries

    def log_shares(self, text: str, language: str) -> Floats | None:
        """Of CLASSES, by the linear classifier; None for a strange text."""
        found = buckets(text, language)
        if not found.size or self.known[found].mean() < LEAST_KNOWN:
            return None
        # Rows are divided by the square root of their number, as in training (unit length).
        logits = self.rows[found].sum(axis=0) / np.sqrt(found.size) + self.bias
        return _log_shares(logits + self.vectors.meaning(text) @ self.senses)


class Classifier:
    """What normalised texts are about; holds no state between calls."""

    def __init__(
        self, languages: Mapping[str, LanguageWeights], encoder: Encoder | None = None
    ) -> None:
        """Without an encoder the linear classifier judges alone."""
        self._languages = languages
        self._encoder = encoder

    @classmethod
    def load(cls, path: Path = WEIGHTS_FILE) -> "Classifier":
        """Read the shipped weights; raises WeightsMissing."""
        if not path.is_file():
            raise WeightsMissing(path.name, "the file is absent")
        with np.load(path) as data:
            if tuple(data["intents"]) != CLASSES:
                raise WeightsMissing(path.name, "trained for another list of intents")
            languages = {lang: _unpack(data, lang, path) for lang in ("zh", "en")}
        concepts.shipped()  # now, and not while the first caller waits
        return cls(languages, Encoder.load())

    def read(self, text: str, language: str) -> "Reading":
        """One normalised utterance, of which stretches can then be judged."""
        return Reading(text, language, self._languages[language], self._encoder)


class Reading:
    """One normalised utterance as the classifier sees it; stretches are given in characters."""

    def __init__(
        self, text: str, language: str, weights: LanguageWeights, encoder: Encoder | None
    ) -> None:
        self.text = text
        self.language = language
        self._weights = weights
        self._encoder = encoder

    @cached_property
    def _heard(self) -> Heard | None:
        if self._encoder is None or not self.text.strip():
            return None
        return self._encoder.read(self.text)

    def probabilities(self, start: int, end: int) -> Floats:
        """One probability for each of INTENT_IDS; the rest to 1 is the chance of several at once.

        All zero for a strange text.
        """
        shares = self._weights.log_shares(self.text[start:end], self.language)
        if shares is None:
            return np.zeros(len(INTENT_IDS), dtype=np.float32)
        if self._heard is not None:
            heard = _log_shares(self._heard.logits(start, end))
            shares = _log_shares(HEARD_SHARE * heard + LINEAR_SHARE * shares)
        return np.exp(shares)[:-1]

    def places(self) -> list[Place]:
        """Where another request may begin."""
        if self._heard is not None:
            return self._heard.places()
        return self._weights.boundaries.places(self.text, self.language)

    def several(self) -> float:
        """The chance that the whole holds several requests; 0 for a strange one."""
        shares = self.probabilities(0, len(self.text))
        return 1 - float(shares.sum()) if shares.any() else 0.0

    def ranked(self) -> list[tuple[str, float]]:
        """Every intent with its probability if the whole is only one, likeliest first."""
        shares = self.probabilities(0, len(self.text))
        shares = shares / max(float(shares.sum()), 1e-6)
        return [(INTENT_IDS[i], float(shares[i])) for i in np.argsort(-shares, kind="stable")]

    def best(self, start: int, end: int) -> tuple[str, float]:
        """The likeliest intent of a stretch and its probability; low when it holds several."""
        shares = self.probabilities(start, end)
        top = int(shares.argmax())
        return INTENT_IDS[top], float(shares[top])


def _log_shares(logits: Floats) -> Floats:
    """Logarithms of shares that sum to 1."""
    lowered = logits - logits.max()
    return np.asarray(lowered - np.log(np.exp(lowered).sum()))


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
