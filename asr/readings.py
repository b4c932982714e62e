"""Vosk's JSON as transcripts: its one best reading, or several with what each is worth."""

import math
from dataclasses import replace
from itertools import pairwise, product
from typing import Any

from asr.recognizer import Alternative, Transcript, Word

UNKNOWN = "[unk]"
"""What Vosk reports for sound that fits no word of a grammar."""
NO_WORDS = frozenset({UNKNOWN, ""})
"""The second is what our own models hear in free decoding where no words fit."""
NO_SPACES = frozenset({"zh"})
"""Languages that are written without spaces between words."""

_MOST = 60
"""Readings of a whole utterance that are kept while its parts are joined."""

Raw = dict[str, Any]


def transcript_of(raw: list[Raw], language: str) -> Transcript:
    """Vosk's word list as a transcript; unknown sound gives no word but lowers the confidence."""
    words = tuple(_word(word, float(word["conf"])) for word in raw if word["word"] not in NO_WORDS)
    return _transcript(words, raw, language)


def likeliest(results: list[Raw], language: str, most: int) -> Transcript:
    """The likeliest text of an utterance in parts, with at most so many alternatives.

    Vosk gives no confidence with alternatives: a word's is the share of all readings, by their
    likelihood, that have it at the same time.
    """
    readings = _joined([result.get("alternatives", []) for result in results])
    if not readings:
        return Transcript(text="", words=(), confidence=0.0, language=language)
    shares = _shares([score for _, score in readings])
    texts, best = _by_text([raw for raw, _ in readings], shares, language)
    weighed = [(raw, share) for (raw, _), share in zip(readings, shares, strict=True)]
    words = tuple(
        _word(word, sum(share for raw, share in weighed if _has(raw, word)))
        for word in best
        if word["word"] not in NO_WORDS
    )
    alternatives = tuple(Alternative(text, share) for text, share in texts[:most])
    return replace(
        _transcript(words, best, language), alternatives=alternatives, score=readings[0][1]
    )


def join_words(words: list[str], language: str) -> str:
    """Words as people write them: Mandarin without spaces, except between Latin words."""
    if language not in NO_SPACES:
        return " ".join(words)
    if not words:
        return ""
    glued = [words[0]]
    for before, after in pairwise(words):
        glued.append(f" {after}" if before.isascii() and after.isascii() else after)
    return "".join(glued)


def _transcript(words: tuple[Word, ...], raw: list[Raw], language: str) -> Transcript:
    unknown = sum(word["end"] - word["start"] for word in raw if word["word"] in NO_WORDS)
    confidence = sum(word.confidence for word in words) / len(raw) if raw else 0.0
    return Transcript(
        text=join_words([word.text for word in words], language),
        words=words,
        confidence=min(1.0, confidence),
        language=language,
        unknown_ms=round(1000 * unknown),
    )


def _word(raw: Raw, confidence: float) -> Word:
    return Word(
        text=raw["word"],
        start_ms=round(1000 * raw["start"]),
        end_ms=round(1000 * raw["end"]),
        confidence=min(1.0, confidence),
    )


def _joined(parts: list[list[Raw]]) -> list[tuple[list[Raw], float]]:
    """Readings of the whole, likeliest first: Vosk's own pauses cut an utterance into parts."""
    whole: list[tuple[list[Raw], float]] = []
    for readings in parts:
        part = [(one.get("result", []), float(one["confidence"])) for one in readings]
        if not any(words for words, _ in part):
            continue
        pairs = product(whole or [([], 0.0)], part)
        longer = [(before + words, score + gained) for (before, score), (words, gained) in pairs]
        whole = sorted(longer, key=lambda one: -one[1])[:_MOST]
    return whole


def _shares(scores: list[float]) -> list[float]:
    """Log likelihoods as probabilities."""
    weights = [math.exp(score - scores[0]) for score in scores]
    return [weight / sum(weights) for weight in weights]


def _has(raw: list[Raw], wanted: Raw) -> bool:
    """Whether a reading has this word in the middle of this time."""
    middle = (wanted["start"] + wanted["end"]) / 2
    return any(w["word"] == wanted["word"] and w["start"] <= middle <= w["end"] for w in raw)


def _by_text(
    readings: list[list[Raw]], shares: list[float], language: str
) -> tuple[list[tuple[str, float]], list[Raw]]:
    """Texts with their shares, likeliest first, and the best reading of the first: readings that
    differ only in times or in unknown sound are one.
    """
    found: dict[str, tuple[float, list[Raw]]] = {}
    for raw, share in zip(readings, shares, strict=True):
        text = join_words([word["word"] for word in raw if word["word"] not in NO_WORDS], language)
        before, first = found.get(text, (0.0, raw))
        found[text] = (before + share, first)
    ranked = sorted(found.items(), key=lambda item: -item[1][0])
    return [(text, share) for text, (share, _) in ranked], ranked[0][1][1]
