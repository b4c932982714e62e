"""Several requests in one breath: cut where a new one may begin, keep the cuts that pay.

Every way of joining the pieces is scored: the probability of each stretch's likeliest intent, less
the price of each cut. A cut that yields the same intent twice, or an unsure one, does not pay.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from dialogue.nlu.intents import NOT_REQUESTS

MAX_PIECES = 7
"""64 ways to join them, 28 stretches to classify: stays within a few milliseconds."""
PRICE_STRONG = 0.45
"""At a connective or a comma. All prices were chosen on the development half of the sentences."""
PRICE_WEAK = 1.0
"""Where only the wording suggests that a new sentence begins."""
SURE = 0.5
"""A stretch below this adds nothing to a way of cutting."""

_STRONG_ZH = re.compile(
    "然后|还有|另外|顺便|并且|而且|以及|同时|再就是|接着|要不然|不然|,| |(?<=货)[和与]?(?=退款|退钱|换货)"  # noqa: E501
)
_WEAK_ZH = re.compile(
    "(?<=...)(?=我想|我要|请问|帮我|能不能|可不可以|我的|给我|赶紧|你们|不行就|要是|如果|能修|能换|能退|再帮|再看|再问"
    "|有没有|谁出|多久|把钱|退我|赔我|不想要|不要了|催|转人工)|(?<=....)(?=怎么|什么时候|几天|多少钱|是不是|可以|还能|并|再)"
    "|(?<=[了吗呢啊吧呀])(?!的|[了吗呢啊吧呀])(?=...)"
)
_STRONG_EN = re.compile(
    r"(?:\s*,\s*)?\b(?:and then|and also|and|also|then|plus|besides|but|so|or else|otherwise|or)\b|\s*,\s*"  # noqa: E501
)
_WEAK_EN = re.compile(
    r"(?<=\w )(?=(?:i want|i need|i would|i am|i have|can you|can i|could you|where is|when will|when is|how |please |"  # noqa: E501
    r"what is|who |why |just |give me|let me|get me|cancel |refund |return |send |change |check |hurry|it is |it will|"  # noqa: E501
    r"nobody |no one |do you|is it|is there|are there|check |tell me|if |you |the \w+ (?:is|was|has|did|does)|my \w+ (?:is|was|has|did|does)) ?)"  # noqa: E501
)

Classify = Callable[[str], tuple[str, float]]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the utterance and what it asks for."""

    words: str
    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    price: float
    """Of the cut before it."""


def split(text: str, language: str, classify: Classify) -> tuple[Stretch, ...]:
    """The best way to read a normalised text as one or more requests, in order of mention."""
    pieces = _pieces(text, language)
    known: dict[tuple[int, int], Stretch] = {}

    def stretch(first: int, last: int) -> Stretch:
        if (first, last) not in known:
            words = text[pieces[first].start : pieces[last].end].strip(" ,")
            known[first, last] = Stretch(words, *classify(words))
        return known[first, last]

    best: tuple[float, tuple[Stretch, ...]] = (-1.0, ())
    for ends in _ways(len(pieces)):
        first, stretches, price = 0, [], 0.0
        for last in ends:
            price += pieces[first].price if first else 0.0
            stretches.append(stretch(first, last))
            first = last + 1
        score = _worth(stretches) - price
        if score > best[0] + 1e-6:
            best = (score, tuple(stretches))
    return best[1]


def _worth(stretches: list[Stretch]) -> float:
    intents = [s.intent for s in stretches]
    if len(set(intents)) < len(intents):
        return -1.0
    sure = [s.confidence for s in stretches if s.confidence >= SURE or len(stretches) == 1]
    fillers = sum(s.intent in NOT_REQUESTS for s in stretches) if len(stretches) > 1 else 0
    return sum(sure) - 0.3 * fillers


def _ways(count: int) -> Iterator[tuple[int, ...]]:
    """Every way to join `count` pieces, as the index of each stretch's last piece; fewest first."""
    masks = sorted(range(1 << max(0, count - 1)), key=int.bit_count)
    for mask in masks:
        yield (*(i for i in range(count - 1) if mask >> i & 1), count - 1)


def _pieces(text: str, language: str) -> list[_Piece]:
    strong, weak = (_STRONG_ZH, _WEAK_ZH) if language == "zh" else (_STRONG_EN, _WEAK_EN)
    cuts = [(m.start(), m.end(), PRICE_STRONG) for m in strong.finditer(text)]
    taken = {place for start, end, _ in cuts for place in range(start, end + 2)}
    cuts += [
        (m.start(), m.start(), PRICE_WEAK) for m in weak.finditer(text) if m.start() not in taken
    ]
    # When there are too many, the sure ones stay.
    cuts = sorted(sorted(cuts, key=lambda cut: cut[2])[: MAX_PIECES - 1])
    pieces, start, price = [], 0, 0.0
    for cut_start, cut_end, cut_price in cuts:
        if text[start:cut_start].strip(" ,"):
            pieces.append(_Piece(start, cut_start, price))
            price = cut_price
        start = cut_end
    if text[start:].strip(" ,") or not pieces:
        pieces.append(_Piece(start, len(text), price))
    return pieces
