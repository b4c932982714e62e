"""What a caller said without what would tell who it was: made before a text leaves the house."""

import re
from collections.abc import Iterable

from dialogue.turns import Entity

PERSONAL = frozenset({"order_id", "order_id_tail", "phone", "phone_tail", "tracking_no", "address"})
"""Kinds of entities that lead to a person."""

_ZH_DIGIT = "零一二三四五六七八九幺两〇"
_EN_DIGIT = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|triple)"
_NUMBER = re.compile(
    rf"[0-9{_ZH_DIGIT}](?:[\s-]?[0-9{_ZH_DIGIT}]){{2,}}|\b{_EN_DIGIT}(?:[\s-]+{_EN_DIGIT}){{2,}}\b"
)
"""Three digits or more in a row, written or spoken: whatever else they are, they may be a code."""
_MAIL = re.compile(r"\S+@\S+|\b\w+ at \w+ dot \w+\b")
_NAME = re.compile(
    r"(?P<zh>我(?:的名字)?(?:叫|姓|是叫))(?P<zh_name>\w{1,4})"
    r"|(?P<en>\b(?:my name is|my name's|i am called|this is|the name is))"
    r"(?P<en_name>(?:\s+(?!the\b|a\b|an\b|my\b|about\b|not\b|for\b)[a-z'-]+){1,2})",
    re.IGNORECASE,
)


def redacted(text: str, entities: Iterable[Entity]) -> str:
    """The normalised text with numbers, addresses, names and mail addresses as <placeholders>.

    `entities` are those that were read from this very text.
    """
    for entity in sorted(entities, key=lambda one: -len(one.words)):
        if entity.kind in PERSONAL and entity.words:
            text = text.replace(entity.words, f"<{entity.kind}>")
    text = _MAIL.sub("<mail>", text)
    text = _NAME.sub(lambda found: f"{found['zh'] or found['en'] + ' '}<name>", text)
    return _NUMBER.sub("<number>", text)
