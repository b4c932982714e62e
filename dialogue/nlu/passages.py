"""What the encoder is trained on: examples as they may be heard, alone and in one breath, each with
what its stretches ask for and where another request begins.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from dialogue.nlu.boundaries import Place, units_of
from dialogue.nlu.classifier import SEVERAL
from dialogue.nlu.examples import Example, SeveralExample
from dialogue.nlu.intents import INTENT_IDS, NOT_REQUESTS
from dialogue.nlu.manners import MANNERS, Manner
from dialogue.nlu.normalise import normalise
from dialogue.nlu.splitter import without_links

PAIRED, ALIKE, THREE = 0.35, 0.2, 0.25
"""Utterances put together, for each example; of these, the share with one request in two sentences,
and of the others the share with three requests."""
REPEATS = 3
"""Times that an utterance with several requests, as somebody wrote it, is read in a pass."""
NARROW = {"bitext_en": 0.15}
"""Share of a source's lines in one pass, where they are all of one manner."""
MAX_UNITS = {"zh": 90, "en": 60}
"""Characters or words of an utterance that is put together."""
MAX_CHARACTERS = 300
"""Of an utterance in which stretches are looked for."""
LEAST = 3
"""Characters of a request."""
OUTSIDE = "out_of_scope"
PARTED = 0.5
"""Share of the requests, ours or not, that are also learnt in two parts, each of which asks for the
same: what leads to a request is no other request."""
_DROPPED, _MISHEARD, _PAUSED, _AROUND_IT, _COMMAS_GONE = 0.25, 0.12, 0.2, 0.3, 0.5

Span = tuple[int, int, str]
"""From a character to before another, and what is asked there."""
LogShares = Callable[[str], Sequence[float]]
"""A stretch's logarithmic share of each of INTENT_IDS."""
LikelyPlaces = Callable[[str], Sequence[Place]]
"""Where in a text another request may begin."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to learn from."""

    text: str
    spans: tuple[Span, ...]
    cuts: frozenset[int] | None
    """Characters with which another request begins; None where that is not known."""


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of examples with its alternatives."""

    readings: tuple[str, ...]
    intent: str
    source: str


class _Breath:
    """What is said in one breath, word after word."""

    def __init__(self, gap: str) -> None:
        self.text = ""
        self._gap = gap

    @property
    def next(self) -> int:
        """Where the next word would begin."""
        return len(self.text) + len(self._gap) if self.text else 0

    def say(self, words: str) -> tuple[int, int]:
        """Add them; from which character to before which they stand."""
        if words:
            self.text = f"{self.text}{self._gap}{words}" if self.text else words
        return len(self.text) - len(words), len(self.text)


class Passages:
    """Passes over the examples of a language, each in other words; the same for the same seed."""

    def __init__(
        self, examples: Sequence[Example], several: Sequence[Passage], language: str, seed: int
    ) -> None:
        self._chance = random.Random(seed)
        self._manner: Manner = MANNERS[language]
        self._language = language
        self._lines = list(_lines(examples, language))
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
            if len(units_of(together.text, self._language)) <= MAX_UNITS[self._language]:
                passages.append(together)
        return passages + list(self._several) * REPEATS

    def _alone(self, line: _Line) -> Passage:
        breath = _Breath(self._manner.gap)
        is_request = line.intent not in NOT_REQUESTS
        around = is_request and self._chance.random() < _AROUND_IT
        if around:
            breath.say(self._chance.choice(self._manner.before))
        said = breath.say(self._heard(line))
        if around:
            breath.say(self._chance.choice(self._manner.after))
        text = breath.text
        is_whole = not is_request and line.intent != OUTSIDE
        parts = () if is_whole else self._parts(text, (*said, line.intent))
        return Passage(text, ((0, len(text), line.intent), *parts), frozenset())

    def _alike(self) -> Passage:
        """One request in two sentences: no place to cut."""
        lines = self._asked[self._request().intent]
        text, spans, _ = self._joined([self._chance.choice(lines) for _ in range(2)])
        return Passage(text, ((0, len(text), spans[0][2]), *spans), frozenset())

    def _different(self) -> Passage:
        wanted = min(3 if self._chance.random() < THREE else 2, len(self._asked))
        lines: dict[str, _Line] = {}
        while len(lines) < wanted:
            line = self._request()
            lines.setdefault(line.intent, line)
        text, spans, cuts = self._joined(list(lines.values()))
        parts = [part for span in spans for part in self._parts(text, span)]
        return Passage(text, ((0, len(text), SEVERAL), *spans, *parts), frozenset(cuts))

    def _parts(self, text: str, span: Span) -> tuple[Span, ...]:
        """Now and then the two parts of a request, each of LEAST characters."""
        first, last, intent = span
        places = [
            at for at in self._places(text, first, last) if first + LEAST <= at <= last - LEAST
        ]
        if not places or self._chance.random() >= PARTED:
            return ()
        at = self._chance.choice(places)
        return ((first, at, intent), (at, last, intent))

    def _places(self, text: str, first: int, last: int) -> list[int]:
        """Where a word may begin."""
        gap = self._manner.gap
        return [at for at in range(first + 1, last) if text.startswith(gap, at - len(gap))]

    def _request(self) -> _Line:
        """Any line with a request; one of a narrow source seldom."""
        while True:
            line = self._chance.choice(self._requests)
            if self._chance.random() < NARROW.get(line.source, 1.0):
                return line

    def _joined(self, lines: Sequence[_Line]) -> tuple[str, list[Span], list[int]]:
        breath = _Breath(self._manner.gap)
        spans: list[Span] = []
        cuts: list[int] = []
        if self._chance.random() < _AROUND_IT:
            breath.say(self._chance.choice(self._manner.before))
        for line in lines:
            if spans:
                cuts.append(breath.next)
                breath.say(self._chance.choice(self._manner.joints))
            spans.append((*breath.say(self._heard(line)), line.intent))
        return breath.text, spans, cuts

    def _heard(self, line: _Line) -> str:
        """One reading of a line, perhaps as a poor recogniser would hear it."""
        chance = self._chance
        text = chance.choice(line.readings)
        if chance.random() < _DROPPED:
            text = self._manner.shortened(text, chance)
        if chance.random() < _MISHEARD:
            text = self._manner.misheard(text, chance)
        if chance.random() < _PAUSED:
            text = self._paused(text)
        if chance.random() < _COMMAS_GONE:
            text = self._manner.gap.join(part.strip() for part in text.split(",")).strip()
        return text.strip(" ,") or line.readings[0]

    def _paused(self, text: str) -> str:
        """With a pause before some word: a pause does not tell that another request begins."""
        places = self._places(text, 0, len(text))
        if not places:
            return text
        at = self._chance.choice(places)
        return f"{text[:at]},{self._manner.gap}{text[at:]}"


def _lines(examples: Sequence[Example], language: str) -> Iterator[_Line]:
    for _, group in groupby(examples, key=lambda example: example.line):
        same = list(group)
        readings = (normalise(example.text, language) for example in same)
        known = tuple(text for text in readings if text)
        if known:
            yield _Line(known, same[0].intent, same[0].source)


def find_stretches(
    example: SeveralExample, language: str, log_shares: LogShares, likely: LikelyPlaces
) -> Passage:
    """Which words ask for which of the intents that an utterance is known to hold: the way of
    cutting it that a first classifier finds likeliest.
    """
    text = normalise(example.text, language)
    whole = (0, len(text), SEVERAL)
    inner = [place for place in likely(text) if LEAST <= place.at <= len(text) - LEAST]
    if len(inner) + 1 < len(example.intents) or len(text) > MAX_CHARACTERS:
        return Passage(text, (whole,), None)
    edges = [0, *(place.at for place in inner), len(text)]

    def worth(first: int, last: int, intent: str) -> float:
        """Of asking for the intent between two of the edges."""
        share = log_shares(text[slice(*stretch(first, last))])[INTENT_IDS.index(intent)]
        return share + (inner[first - 1].chance if first else 0.0)

    def stretch(first: int, last: int) -> tuple[int, int]:
        return without_links(text, edges[first], edges[last], language)

    ends = _best_ends(example.intents, len(edges) - 1, worth)
    asked = zip(pairwise((0, *ends)), example.intents, strict=True)
    spans = [(*stretch(*pair), intent) for pair, intent in asked]
    return Passage(text, (whole, *spans), frozenset(edges[end] for end in ends[:-1]))


def _best_ends(
    intents: Sequence[str], size: int, worth: Callable[[int, int, str], float]
) -> tuple[int, ...]:
    """Where each stretch of `size` parts ends, so that they are worth most; one part at least."""
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for place, intent in enumerate(intents, 1):
        left = len(intents) - place
        found: dict[int, tuple[float, tuple[int, ...]]] = {}
        for start, (score, ends) in best.items():
            for end in range(start + 1, size - left + 1) if left else [size]:
                total = score + worth(start, end, intent)
                if end not in found or total > found[end][0]:
                    found[end] = (total, (*ends, end))
        best = found
    return best[size][1]
