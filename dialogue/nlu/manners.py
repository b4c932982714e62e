"""How people speak around and between requests, and what a poor recogniser makes of it; both
readers are trained on it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

SOUNDS_ALIKE_FILE = Path(__file__).with_name("sounds_alike_zh.txt")
"""On each line the characters of one syllable, whatever their tone, as espeak-ng reads them."""
MISHEARD_WORDS, MISHEARD_CHARACTERS = 0.3, 0.15
"""Share of the words that can be misheard, and of the characters, in a text that was misheard."""

_SOUNDS_LIKE = {
    "two": "to", "to": "two", "for": "four", "their": "there", "there": "their", "is": "his",
    "it": "at", "a": "the", "the": "a", "parcel": "partial", "mail": "male", "not": "now",
    "buy": "by", "by": "buy", "order": "older", "an": "and", "in": "and", "sent": "send",
    "send": "sent", "when": "one", "delivery": "deliver", "delivered": "delivery",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """Of one language; every text is a normalised one."""

    gap: str
    """Between two words."""
    before: tuple[str, ...]
    """What may be said before a request, and after it."""
    after: tuple[str, ...]
    joints: tuple[str, ...]
    """What stands between two requests, as often as it is said."""
    shortened: Callable[[str, Random], str]
    """A text with a little of it lost; a short one as it is."""
    misheard: Callable[[str, Random], str]
    """A text with some words or characters taken for others that sound like them."""


def _shortened_english(text: str, chance: Random) -> str:
    words = text.split()
    if len(words) >= 4:
        del words[chance.randrange(len(words))]
    return " ".join(words)


def _misheard_english(text: str, chance: Random) -> str:
    return " ".join(
        _SOUNDS_LIKE.get(word, word) if chance.random() < MISHEARD_WORDS else word
        for word in text.split()
    )


def _shortened_mandarin(text: str, chance: Random) -> str:
    if len(text) < 6:
        return text
    at = chance.randrange(len(text) - 1)
    return text[:at] + text[at + chance.choice((1, 2)) :]


def _misheard_mandarin(text: str, chance: Random) -> str:
    alike = sounds_alike()
    return "".join(
        chance.choice(alike.get(one, one)) if chance.random() < MISHEARD_CHARACTERS else one
        for one in text
    )


@cache
def sounds_alike() -> Mapping[str, str]:
    """Each character with those of its syllable."""
    groups = SOUNDS_ALIKE_FILE.read_text(encoding="utf-8").split()
    return {one: group for group in groups for one in group}


MANNERS = {
    "zh": Manner(
        gap="",
        before=(
            "你好", "您好我想问一下", "喂那个", "是这样的", "麻烦问下", "就是", "那什么",
            "我跟你说", "不好意思", "我想问下", "你好我这边", "呃我那个",
            "那个,", "那个", "你好,", "是这样,",
        ),
        after=("谢谢", "可以吗", "麻烦了", "怎么办", "你看看", "行不行", "啊", "呀"),
        joints=(
            *[""] * 6, ",", ",", ",", "然后", "还有", ",另外", ",顺便", "而且", "再就是", "对了",
            ",还有就是", "顺便问一下", "同时",
        ),
        shortened=_shortened_mandarin,
        misheard=_misheard_mandarin,
    ),
    "en": Manner(
        gap=" ",
        before=(
            "hi", "hello", "so", "well", "yeah hi", "hi there so", "excuse me", "listen", "look",
            "good morning", "okay so", "hi i am calling because", "hello my name is sam and",
        ),
        after=("please", "thanks", "thank you", "can you help me", "if that is okay", "you see"),
        joints=(
            *[""] * 7, ",", "and", "and", "also", "but", "then", ",", "and also", "oh and",
            "plus", "and then", "another thing", "can you also",
        ),
        shortened=_shortened_english,
        misheard=_misheard_english,
    ),
}  # fmt: skip
