"""Text to hashed feature counts; the one definition that training and inference share."""

from itertools import combinations, pairwise
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from dialogue.nlu.concepts import concepts

DIMENSION = 1 << 14
"""Buckets. 16384 keeps both languages' weights near 1 MB; collisions cost < 0.5 % accuracy."""
MAX_CONCEPTS = 10
"""Of one text, for pairs: a longer one holds several requests and is cut before."""


def buckets(text: str, language: str) -> NDArray[np.intp]:
    """Distinct bucket indices of a normalised text; empty for an empty text."""
    grams = _english(text) if language == "en" else _mandarin(text)
    if grams:
        grams |= _meanings(text, language)
    return np.array(sorted({crc32(gram.encode()) % DIMENSION for gram in grams}), dtype=np.intp)


def _meanings(text: str, language: str) -> set[str]:
    """Concepts, neighbours in order, and every pair of them wherever they stand."""
    named = concepts(text, language)
    grams = {f"c:{name}" for name in named}
    grams.update(f"c:{a}>{b}" for a, b in pairwise(named))
    distinct = sorted(set(named[:MAX_CONCEPTS]))
    grams.update(f"c:{a}+{b}" for a, b in combinations(distinct, 2))
    return grams


def _mandarin(text: str) -> set[str]:
    """Characters, pairs, triples, and pairs with one character between (a word misheard)."""
    text = text.replace(",", "").replace(" ", "")
    if not text:
        return set()
    padded = f"^{text}$"
    grams = set(text)
    for size in (2, 3):
        grams.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    grams.update(f"{text[i]}_{text[i + 2]}" for i in range(len(text) - 2))
    return grams


def _english(text: str) -> set[str]:
    """Words, pairs, pairs with one word between, and 3-4 letters within words (endings)."""
    words = text.replace(",", " ").split()
    if not words:
        return set()
    padded = ["^", *words, "$"]
    grams = {f"w:{word}" for word in words}
    grams.update(f"{a} {b}" for a, b in pairwise(padded))
    grams.update(f"{a} _ {b}" for a, b in zip(words, words[2:], strict=False))
    for word in words:
        marked = f"<{word}>"
        for size in (3, 4):
            grams.update(marked[i : i + size] for i in range(len(marked) - size + 1))
    return grams
