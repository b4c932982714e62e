"""Amounts of money as said, in the unit said (yuan or dollars), as a decimal string."""

import re
from collections.abc import Iterator

from dialogue.nlu.numbers import EN_NUMBER, ZH_NUMBER, value_en, value_zh

Found = Iterator[tuple[int, int, str]]

_DIGIT = "[零一二两三四五六七八九\\d]"
_ZH = re.compile(
    f"(?P<n>\\d+(?:\\.\\d+)?|{ZH_NUMBER}(?:点[零一二三四五六七八九]+)?)[多来]?(?:块钱|块|元钱|元|圆|美元|美金|刀|人民币)"
    f"(?:零?(?P<jiao>{_DIGIT})(?:(?:毛|角)钱?)?(?P<fen>{_DIGIT})?分?(?![件个天号双台盒年月岁十百千]))?"
    f"|(?P<mao>{_DIGIT})(?:毛|角)钱?(?P<mao_fen>{_DIGIT})?|[¥$] ?(?P<sign>\\d+(?:\\.\\d+)?)"
)
_PAID_ZH = re.compile(
    "(?:花了?|付了?|扣了?|退我?|收了?我?|赔我?|补我?|差价|运费|邮费|价格|只要|卖|涨到|降到|变成|金额|满)(?:是|了|我)?"
    f"(?P<n>[一二两三四五六七八九]?[十百千万][{'零一二两三四五六七八九十百'}]*|\\d+\\.\\d\\d?)"
    "(?![件个天号双台盒箱瓶套份只块元斤克公年月小分次周\\d十百千万])"
)
_SUM_EN = rf"(?:a (?=hundred|thousand))?(?P<n>{EN_NUMBER})"
_EN = re.compile(
    rf"\b{_SUM_EN}(?:dollars?|yuan|bucks|rmb)\b(?:(?: and)? (?P<cents>{EN_NUMBER})(?:cents?)?\b)?"
    rf"|\b(?P<only>{EN_NUMBER})cents?\b|[$¥]\s?(?P<sign>\d+(?:\.\d+)?)"
    r"|\b(?P<plain>\d+(?:\.\d\d?)?) ?(?:usd|cny|rmb)\b"
)
_PAID_EN = re.compile(
    r"\b(?:paid|charged|cost|costs|costed|charge|refund of|price is|was|now|only|for|spent|owe) "
    r"(?:me )?(?:just |only |about )?"
    rf"(?P<n>(?:{EN_NUMBER}))$"
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def amounts(text: str, language: str) -> Found:
    """(start, end, decimal) of each amount in a normalised text."""
    yield from _mandarin(text) if language == "zh" else _english(text)


def decimal(minor: int) -> str:
    """12000 → 120, 3550 → 35.50: whole amounts plain, others with two places."""
    whole, part = divmod(minor, 100)
    return f"{whole}.{part:02}" if part else str(whole)


def _mandarin(text: str) -> Found:
    for match in _ZH.finditer(text):
        minor = _minor_zh(match)
        if minor is not None:
            yield *match.span(), decimal(minor)
    for match in _PAID_ZH.finditer(text):
        value = value_zh(match.group("n"))
        if value is not None:
            yield *match.span("n"), decimal(round(value * 100))


def _minor_zh(match: re.Match[str]) -> int | None:
    said = match.groupdict()
    if said["sign"]:
        return round(float(said["sign"]) * 100)
    if said["mao"]:
        return round((value_zh(said["mao"]) or 0) * 10 + (value_zh(said["mao_fen"] or "零") or 0))
    whole, _, part = said["n"].partition("点")
    value = value_zh(whole)
    if value is None:
        return None
    tenth, cent = value_zh(said["jiao"] or "零"), value_zh(said["fen"] or "零")
    if said["jiao"] and "块零" in match.group() and not re.search("毛|角", match.group()):
        tenth, cent = 0.0, tenth  # 十块零五 is five fen over
    fraction = float("0." + "".join(str(round(value_zh(c) or 0)) for c in part)) if part else 0.0
    return round((value + fraction) * 100 + (tenth or 0) * 10 + (cent or 0))


def _english(text: str) -> Found:
    for match in _EN.finditer(text):
        minor = _minor_en(match)
        if minor is not None:
            start = match.start() + len(match.group()) - len(match.group().lstrip())
            yield start, match.end(), decimal(minor)


def _minor_en(match: re.Match[str]) -> int | None:
    said = match.groupdict()
    if said["sign"] or said["plain"]:
        return round(float(said["sign"] or said["plain"]) * 100)
    if said["only"]:
        value = price_en(said["only"])
        return None if value is None else round(value)
    value = price_en(said["n"])
    cents = value_en(said["cents"]) if said["cents"] else 0.0
    return None if value is None else round(value * 100 + (cents or 0.0))


def price_en(words: str) -> float | None:
    """nineteen ninety nine → 19.99, a hundred twenty → 120, twelve point five → 12.5."""
    words = words.strip()
    whole, point, part = words.partition(" point ")
    if point:
        left, digits = value_en(whole), [value_en(word) for word in part.split()]
        if left is None or None in digits:
            return None
        return left + float("0." + "".join(str(round(d or 0)) for d in digits))
    return _two_prices(words.split()) or value_en(words)


def _two_prices(words: list[str]) -> float | None:
    """nineteen | ninety nine: a sum below a hundred followed by two figures of cents."""
    for cut in range(1, len(words)):
        head, tail = words[:cut], words[cut:]
        if tail[0] not in _TENS or {"hundred", "thousand", "and"} & {*words}:
            continue
        left, right = value_en(" ".join(head)), value_en(" ".join(tail))
        if left and right and left < 100 and 20 <= right < 100:
            return left + right / 100
    return None
