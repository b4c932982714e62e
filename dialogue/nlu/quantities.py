"""How many of something: a count with a measure word, or before a product noun."""

import re
from collections.abc import Iterator

from dialogue.nlu.numbers import EN_NUMBER, ZH_NUMBER, value_en, value_zh

Found = Iterator[tuple[int, int, str]]

_ZH = re.compile(
    f"(?P<n>{ZH_NUMBER})(?:件套|件|个|双|台|箱|盒|瓶|套|份|只|本|张|条|包|袋|斤|公斤|部|支|罐|桶|把|副|对|单|块(?=肥皂|手表|电池)|卷|颗|袋子)"
    "(?!月|小时|星期|礼拜|人|工作|钟|电话|问题|客服|字|地址|方面|快递员|短信|快递点|子|半|时间|次|年|季|发票)"
)
_UNITS = (
    "items?|pairs?|pieces?|box|boxes|bottles?|bags?|packs?|packages|parcels|sets?|units?|copies|cans?|"
    "kilos?|pounds?|cartons?|of them|of these|of those|orders|cases?"
)
_DOZENS = {"dozen": 12.0, "a dozen": 12.0, "half a dozen": 6.0, "two dozen": 24.0}
_ARTICLE_ZH = re.compile("[这那哪每第另上下前后几同某换][一二三四五六七八九十]?$|[第这那哪每另]$")


def quantities(text: str, language: str, nouns: str) -> Found:
    """(start, end, whole number); `nouns` is a pattern of the product nouns of the language."""
    yield from _mandarin(text) if language == "zh" else _english(text, nouns)


def _mandarin(text: str) -> Found:
    for match in _ZH.finditer(text):
        value = value_zh(match.group("n"))
        before = text[max(0, match.start() - 2) : match.start()]
        # 一个 is mostly an article ("给我一个发票"), and 这一件, 第二件 count nothing.
        if value is None or value < 1 or match.group().startswith("一个"):
            continue
        if _ARTICLE_ZH.search(before) and (value == 1 or before.endswith("第")):
            continue
        yield *match.span(), str(round(value))


def _english(text: str, nouns: str) -> Found:
    pattern = re.compile(
        rf"\b(?P<n>{EN_NUMBER}|(?:a |half a |two )?dozen )"
        r"(?:more |extra |of (?:the|my|your) |(?:[a-z]+ )??)?"
        rf"(?:{_UNITS}|(?:{nouns})(?:e?s)?)\b"
    )
    for match in pattern.finditer(text):
        words = match.group("n").strip()
        value = _DOZENS.get(words) or value_en(words)
        if value is None or not 1 <= value < 1000 or words in ("o", "oh") or "." in words:
            continue
        if value == 1 and re.search(
            r"\b(?:the|this|that|which|another|no|any|wrong|right)$", text[: match.start()].strip()
        ):
            continue
        yield match.start(), match.end(), str(round(value))
