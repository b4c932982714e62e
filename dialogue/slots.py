"""Which words answer an open question; every kind of slot that a bot may ask for is one line here.

A bot asks with `BotMove.asks=<slot>`; anything else said goes first, and the question waits.
"""

import re
from collections.abc import Callable

from dialogue.turns import Caller, Utterance
from dialogue.turns import Understanding as Understood

NUMBER_KINDS = frozenset({"order_id", "order_id_tail", "phone_tail"})
"""Four digits without a word for what they are may be an order's tail, too."""
KEYED = (".order", ".check", ".code")
"""Slots whose four digits may be pressed."""

LONG_NAME = 5
"""Letters from which a name with one misheard letter is still that name and no other."""

Answers = Callable[[Understood, Utterance, Caller], bool]


def names_caller(text: str, name: str | None) -> bool:
    """Whether the account's name is said: whole in Mandarin, each part of it in English."""
    said = text.casefold()
    if not name or not name.strip():
        return False
    if name.isascii():
        # Letters of the Latin alphabet only: 我是mei says Mei.
        words = set("".join(c if c.isascii() and c.isalpha() else " " for c in said).split())
        parts = name.casefold().split()
        exact = sum(part in words for part in parts)
        # One part may be misheard by a letter ("trace porter"), if another is heard as it is.
        misheard = sum(any(_is_alike(part, word) for word in words - set(parts)) for part in parts)
        return exact == len(parts) or (
            exact == len(parts) - 1 > 0 and exact + misheard >= len(parts)
        )
    return name in said.replace(" ", "")


CODE_WORD = {"zh": "验证码", "en": "code"}
"""What a key stands for where words are awaited."""
_CODE = {
    "zh": re.compile("验证码|发.{0,3}(?:短信|信息)|短信"),
    "en": re.compile(r"\b(?:codes?|text me|text message|sms)\b"),
}
_WITHOUT = {
    "zh": re.compile("(?:不|没).{0,2}(?:知道|记得|清楚|记住)|忘了|忘记|找不到|没有订单号"),
    "en": re.compile(
        r"\b(?:do not|don'?t|cannot|can'?t|no longer) (?:\w+ )?(?:know|have|remember|find|recall)\b"
        r"|\bno idea\b|\bforg[eo]t|\bnot sure\b"
    ),
}


def wants_code(text: str, language: str) -> bool:
    """Whether a code is asked for, or what was asked for is not at hand: then one is sent, too."""
    said = text.casefold()
    return any(words[language].search(said) is not None for words in (_CODE, _WITHOUT))


_PLACES: dict[str, tuple[tuple[int, re.Pattern[str]], ...]] = {
    "zh": (
        (-1, re.compile("最后|旧的|老的|早的|之前那|以前那|先买|早买")),
        (0, re.compile("第一|前一个|前面|新的|最近|刚买|后买|晚的")),
        (1, re.compile("第二|后一个|后面|另一个")),
        (2, re.compile("第三")),
    ),
    "en": (
        (-1, re.compile(r"\b(?:last|old|older|oldest|earlier|earliest)\b")),
        (0, re.compile(r"\b(?:first|new|newer|newest|latest|recent|later)\b")),
        (1, re.compile(r"\b(?:second|other)\b")),
        (2, re.compile(r"\bthird\b")),
    ),
}
_INTRODUCED = (
    r"\b(?:(?:my|the) name(?: is|'s)|name is|this is|it is|it's|i am|i'm|i am called)\s+"
    "|(?:我的?)?(?:名字|姓名)(?:是|叫)?|我(?:叫|是)|本人是?|这里是"
)
"""What stands before a name and asks for nothing."""
PLACE_WORDS = {"zh": ("第一个", "第二个", "第三个"), "en": ("the first", "the second", "the third")}
"""What the keys 1 to 3 stand for where a choice is open."""


def choice(text: str, language: str) -> int | None:
    """The place that an answer takes of what was offered, newest first: from 0, or -1 for last."""
    said = text.casefold()
    return next((place for place, words in _PLACES[language] if words.search(said)), None)


def without_name(text: str, name: str | None) -> str:
    """The words without the account's name: it is no request, and nobody else's to read."""
    if not names_caller(text, name):
        return text
    parts = "|".join(re.escape(part) for part in str(name).split())
    if str(name).isascii():
        parts = rf"(?<![a-zA-Z])(?:{parts})(?![a-zA-Z])"
    pattern = rf"(?:{_INTRODUCED})?(?:{parts})(?:\s+(?:speaking|here)\b)?"
    return " ".join(re.sub(pattern, " ", text, flags=re.IGNORECASE).split())


def _is_alike(name: str, word: str) -> bool:
    """Whether two words of some length differ in one letter."""
    if len(name) != len(word) or len(name) < LONG_NAME:
        return False
    return sum(one != other for one, other in zip(name, word, strict=True)) == 1


def _kinds(understood: Understood) -> set[str]:
    return {entity.kind for entity in understood.entities}


def _has_number(understood: Understood, utterance: Utterance, caller: Caller) -> bool:
    return bool(_kinds(understood) & NUMBER_KINDS)


def _has_check(understood: Understood, utterance: Utterance, caller: Caller) -> bool:
    # A wrong tail or name is an answer, too: the bot counts it.
    return (
        _has_number(understood, utterance, caller)
        or names_caller(utterance.text, caller.name)
        or wants_code(utterance.text, utterance.language)
    )


def _has_address(understood: Understood, utterance: Utterance, caller: Caller) -> bool:
    return "address" in _kinds(understood)


def _has_date(understood: Understood, utterance: Utterance, caller: Caller) -> bool:
    return "date" in _kinds(understood)


def _has_choice(understood: Understood, utterance: Utterance, caller: Caller) -> bool:
    named = _kinds(understood) & (NUMBER_KINDS | {"date"})
    return bool(named) or choice(utterance.text, utterance.language) is not None


FREE: dict[str, Answers] = {
    "which": _has_choice,
    "order": _has_number,
    "check": _has_check,
    "code": _has_check,
    "address": _has_address,
    "date": _has_date,
}
"""Slots that a value answers; `confirm` (yes or no) and `goods` (any words) are the manager's."""
