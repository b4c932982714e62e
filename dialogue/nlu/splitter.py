"""Several requests in one breath: cut where a new one may begin, keep the cuts that pay.

Every way of joining the pieces is scored: the probability of each stretch's likeliest intent, less
the price of each cut. A cut that yields the same intent twice, or an unsure one, does not pay.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from dialogue.nlu.boundaries import Place
from dialogue.nlu.intents import NOT_REQUESTS

MAX_PIECES = 7
"""64 ways to join them, 28 stretches to classify: stays within a few milliseconds."""
LEAST_CHANCE = 0.02
"""Of a new request, for a place to be cut at all."""
PRICE = 1.2
"""Of a cut where nothing speaks for one; all prices were chosen on an author left out."""
OFF_FOR_PLACE = 0.6
"""Less where a new request surely begins."""
OFF_FOR_SEVERAL = 0.3
"""Less when the whole surely holds several."""
SURE = 0.5
"""A stretch below this adds nothing to a way of cutting."""

_LINKS = {
    "zh": "(?:然后|还有|另外|顺便|并且|而且|以及|同时|再就是|接着|要不然|不然|对了|再一个|和|,| )+",
    "en": r"(?:(?:and|also|then|plus|besides|but|so|or else|otherwise|or|oh|,)(?: |$))+",
}
_LEADING = {language: re.compile(rf"[ ,]*{words}") for language, words in _LINKS.items()}
_TRAILING = {
    "zh": re.compile("[ ,]+$"),
    "en": re.compile(r"(?: (?:and|also|but|so|or|plus|then|oh)(?= |$)|[ ,])+$"),
}

Classify = Callable[[int, int], tuple[str, float]]
"""The likeliest intent of the characters from the first to before the last, and its probability."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the utterance and what it asks for."""

    words: str
    intent: str
    confidence: float


def split(
    text: str, language: str, classify: Classify, places: Sequence[Place], several: float
) -> tuple[Stretch, ...]:
    """The best way to read a normalised text as one or more requests, in order of mention;
    `several` is the chance that the whole holds more than one.
    """
    cuts = _likeliest(places)
    edges = [0, *(cut.at for cut in cuts), len(text)]
    prices = [_price(cut.chance, several) for cut in cuts]
    known: dict[tuple[int, int], Stretch] = {}

    def stretch(first: int, last: int) -> Stretch:
        if (first, last) not in known:
            start, end = without_links(text, edges[first], edges[last], language)
            known[first, last] = Stretch(text[start:end], *classify(start, end))
        return known[first, last]

    best: tuple[float, tuple[Stretch, ...]] = (-1.0, ())
    for chosen in _ways(len(cuts)):
        bounds = [0, *(cut + 1 for cut in chosen), len(edges) - 1]
        stretches = [stretch(*pair) for pair in pairwise(bounds)]
        score = _worth(stretches) - sum(prices[cut] for cut in chosen)
        if score > best[0] + 1e-6:
            best = (score, tuple(stretches))
    return best[1]


def without_links(text: str, start: int, end: int, language: str) -> tuple[int, int]:
    """The bounds of a stretch without the "and" before it or after it."""
    link = _LEADING[language].match(text, start, end)
    first = link.end() if link else start
    tail = _TRAILING[language].search(text, first, end)
    last = tail.start() if tail else end
    return (first, last) if first < last else (start, end)


def _price(chance: float, several: float) -> float:
    return PRICE - OFF_FOR_PLACE * chance - OFF_FOR_SEVERAL * several


def _likeliest(places: Sequence[Place]) -> list[Place]:
    """The surest places, in order."""
    kept: list[Place] = []
    for place in sorted(places, key=lambda place: -place.chance):
        if len(kept) == MAX_PIECES - 1 or place.chance < LEAST_CHANCE:
            break
        kept.append(place)
    return sorted(kept, key=lambda place: place.at)


def _worth(stretches: Sequence[Stretch]) -> float:
    intents = [s.intent for s in stretches]
    if len(set(intents)) < len(intents):
        return -1.0
    sure = [s.confidence for s in stretches if s.confidence >= SURE or len(stretches) == 1]
    fillers = sum(s.intent in NOT_REQUESTS for s in stretches) if len(stretches) > 1 else 0
    return sum(sure) - 0.3 * fillers


def _ways(cuts: int) -> Iterator[tuple[int, ...]]:
    """Every choice among that many cuts; fewest first."""
    for mask in sorted(range(1 << cuts), key=int.bit_count):
        yield tuple(cut for cut in range(cuts) if mask >> cut & 1)
