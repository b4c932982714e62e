"""What the encoder is trained on: examples as they may be heard, alone and in one breath, each with
what its stretches ask for and where another request begins.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from dialogue.nlu.classifier import SEVERAL
from dialogue.nlu.examples import Example, SeveralExample
from dialogue.nlu.intents import INTENT_IDS, NOT_REQUESTS
from dialogue.nlu.normalise import normalise

LANGUAGE = "en"
PAIRED, ALIKE, THREE = 0.35, 0.2, 0.25
"""Utterances put together, for each example; of these, the share with one request in two sentences,
and of the others the share with three requests."""
REPEATS = 3
"""Times that an utterance with several requests, as somebody wrote it, is read in a pass."""
NARROW = {"bitext_en": 0.15}
"""Share of a source's lines in one pass, where they are all of one manner."""
MAX_WORDS = 60
_DROPPED, _MISHEARD, _AROUND_IT = 0.25, 0.12, 0.3
_BEFORE = (
    "hi", "hello", "so", "well", "yeah hi", "hi there so", "excuse me", "listen", "look",
    "good morning", "okay so", "hi i am calling because", "hello my name is sam and",
)  # fmt: skip
_AFTER = ("please", "thanks", "thank you", "can you help me", "if that is okay", "you see")
_JOINTS = (
    *[""] * 7, "because", ",", "and", "and", "also", "but", "so", "then", ",", "and also",
    "oh and", "plus", "and then", "another thing", "can you also",
)  # fmt: skip
_LINKS = frozenset(("and", "also", "but", "so", "or", "plus", "then", "oh", ",", "besides"))
_SOUNDS_LIKE = {
    "two": "to", "to": "two", "for": "four", "their": "there", "there": "their", "is": "his",
    "it": "at", "a": "the", "the": "a", "parcel": "partial", "mail": "male", "not": "now",
    "buy": "by", "by": "buy", "order": "older", "an": "and", "in": "and", "sent": "send",
    "send": "sent", "when": "one", "delivery": "deliver", "delivered": "delivery",
}  # fmt: skip

Words = tuple[str, ...]
Span = tuple[int, int, str]
"""From a word to before another, and what is asked there."""
LogShares = Callable[[str], Sequence[float]]
"""A stretch's logarithmic share of each of INTENT_IDS."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words to learn from."""

    words: Words
    spans: tuple[Span, ...]
    cuts: frozenset[int] | None
    """Words with which another request begins; None where that is not known."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of examples with its alternatives."""

    readings: tuple[Words, ...]
    intent: str
    source: str


class Passages:
    """Passes over the examples, each in other words; the same for the same seed."""

    def __init__(self, examples: Sequence[Example], several: Sequence[Passage], seed: int) -> None:
        self._chance = random.Random(seed)
        self._lines = list(_lines(examples))
        self._several = several
        self._asked: defaultdict[str, list[_Line]] = defaultdict(list)
        for line in self._lines:
            if line.intent not in NOT_REQUESTS:
                self._asked[line.intent].append(line)
        self._requests = [line for lines in self._asked.values() for line in lines]

    def one_pass(self) -> list[Passage]:
        """Each line once, utterances put together, and those that somebody wrote."""
        chance = self._chance
        lines = [x for x in self._lines if chance.random() < NARROW.get(x.source, 1.0)]
        passages = [self._alone(line) for line in lines]
        for _ in range(int(len(lines) * PAIRED)):
            together = self._alike() if chance.random() < ALIKE else self._different()
            if len(together.words) <= MAX_WORDS:
                passages.append(together)
        return passages + list(self._several) * REPEATS

    def _alone(self, line: _Line) -> Passage:
        words = self._heard(line)
        if line.intent not in NOT_REQUESTS and self._chance.random() < _AROUND_IT:
            before, after = self._chance.choice(_BEFORE), self._chance.choice(_AFTER)
            words = (*before.split(), *words, *after.split())
        return Passage(words, ((0, len(words), line.intent),), frozenset())

    def _alike(self) -> Passage:
        """One request in two sentences: no place to cut."""
        lines = self._asked[self._request().intent]
        words, spans, _ = self._joined([self._chance.choice(lines) for _ in range(2)])
        return Passage(words, (*spans, (0, len(words), spans[0][2])), frozenset())

    def _different(self) -> Passage:
        wanted = min(3 if self._chance.random() < THREE else 2, len(self._asked))
        lines: dict[str, _Line] = {}
        while len(lines) < wanted:
            line = self._request()
            lines.setdefault(line.intent, line)
        words, spans, cuts = self._joined(list(lines.values()))
        return Passage(words, (*spans, (0, len(words), SEVERAL)), frozenset(cuts))

    def _request(self) -> _Line:
        """Any line with a request; one of a narrow source seldom."""
        while True:
            line = self._chance.choice(self._requests)
            if self._chance.random() < NARROW.get(line.source, 1.0):
                return line

    def _joined(self, lines: Sequence[_Line]) -> tuple[Words, list[Span], list[int]]:
        words: list[str] = []
        spans: list[Span] = []
        cuts: list[int] = []
        if self._chance.random() < _AROUND_IT:
            words += self._chance.choice(_BEFORE).split()
        for line in lines:
            if spans:
                cuts.append(len(words))
                words += self._chance.choice(_JOINTS).split()
            said = self._heard(line)
            spans.append((len(words), len(words) + len(said), line.intent))
            words += said
        return tuple(words), spans, cuts

    def _heard(self, line: _Line) -> Words:
        """One reading of a line, perhaps as a poor recogniser would hear it."""
        chance = self._chance
        words = list(chance.choice(line.readings))
        if len(words) >= 4 and chance.random() < _DROPPED:
            del words[chance.randrange(len(words))]
        if chance.random() < _MISHEARD:
            words = [_SOUNDS_LIKE.get(w, w) if chance.random() < 0.3 else w for w in words]
        if chance.random() < 0.5:
            words = [word for word in words if word != ","] or words
        return tuple(words)


def _lines(examples: Sequence[Example]) -> Iterator[_Line]:
    for _, group in groupby(examples, key=lambda example: example.line):
        same = list(group)
        texts = [normalise(example.text, LANGUAGE) for example in same]
        readings = tuple(tuple(text.split()) for text in texts if text)
        if readings:
            yield _Line(readings, same[0].intent, same[0].source)


def find_stretches(example: SeveralExample, log_shares: LogShares) -> Passage:
    """Which words ask for which of the intents that an utterance is known to hold: the way of
    cutting it that a first classifier finds likeliest.
    """
    words = tuple(normalise(example.text, LANGUAGE).split())
    whole = (0, len(words), SEVERAL)
    if not 2 * len(example.intents) <= len(words) <= MAX_WORDS:
        return Passage(words, (whole,), None)
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for place, intent in enumerate(example.intents, 1):
        left = len(example.intents) - place
        best = _one_more(words, best, INTENT_IDS.index(intent), left, log_shares)
    _, starts = best[len(words)]
    ends = [*starts[1:], len(words)]
    spans = [_bare(words, *pair) for pair in zip(starts, ends, strict=True)]
    named = tuple((*span, i) for span, i in zip(spans, example.intents, strict=True))
    return Passage(words, (*named, whole), frozenset(starts[1:]))


def _one_more(
    words: Words,
    best: dict[int, tuple[float, tuple[int, ...]]],
    intent: int,
    left: int,
    log_shares: LogShares,
) -> dict[int, tuple[float, tuple[int, ...]]]:
    """The best way to each end of the next stretch, which asks for `intent`; `left` more follow."""
    found: dict[int, tuple[float, tuple[int, ...]]] = {}
    for start, (score, starts) in best.items():
        ends = range(start + 2, len(words) - 2 * left + 1) if left else [len(words)]
        linked = float(start > 0 and (words[start] in _LINKS or words[start - 1] == ","))
        for end in ends:
            share = log_shares(" ".join(words[start:end]))[intent]
            if end not in found or score + linked + share > found[end][0]:
                found[end] = (score + linked + share, (*starts, start))
    return found


def _bare(words: Words, start: int, end: int) -> tuple[int, int]:
    """Without the words that join."""
    while start < end - 1 and words[start] in _LINKS:
        start += 1
    while end > start + 1 and words[end - 1] in _LINKS:
        end -= 1
    return start, end
