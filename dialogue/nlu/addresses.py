"""Addresses as said: places, street and number, the spoken numbers as digits."""

import re
from collections.abc import Iterator

from dialogue.nlu.numbers import (
    EN_NUMBER,
    digits_en,
    digits_zh,
    value_en,
    value_zh,
)

Found = Iterator[tuple[int, int, str]]

_NUM = "[零〇幺一二两三四五六七八九十百\\d]+[a-z]?"
_AREA = "(?:[一-鿿]{2,7}?(?:省|自治区|市|区|县|镇|乡))"
_STREET = (
    "[一-鿿]{1,8}?(?:大道|大街|路|街|巷|胡同|弄堂|小区|花园|新村|村|大厦|广场|公寓|家园|花苑|苑|城"
    "|园区|科技园|中心|里)"
)
_NUMBERED = f"(?:{_NUM}(?:号楼|号院|号|弄|栋|幢|座|单元|楼|层|室|门|房间|房))"
_ZH = re.compile(
    f"(?P<areas>{_AREA}*)(?P<street>{_STREET}(?:[东南西北中]?(?:路|街|段)|[东西南北]区)?)"
    f"(?P<rest>(?:,? ?(?:{_NUMBERED}|{_NUM}$|{_STREET}(?={_NUM}|[a-z]座)|[a-z]座)){{0,6}}"
    f"(?:{_NUM})?)"
)
_CUE_ZH = re.compile(
    "(?:改成|改到|改为|换成|换到|送到|寄到|发到|送去|寄去|地址是|地址为|地址|住在|搬到|搬去了?|在|到|去|是|把|我家|家|新的|从|给我|成)"
)
_NOT_ZH = re.compile(
    "(?:快递|物流|网|电|马|在路|半路|一路|走|哪)路?$|^(?:路|在路|半路)|什么|怎么|哪|没有|收到|订单|客服|包裹|[的了吗呢就]"
)
_STREETS_EN = (
    "street|road|avenue|lane|drive|court|boulevard|way|place|square|close|crescent|terrace|"
    "st|rd|ave|blvd|highway|parkway|gardens|alley|circle|row|hill"
)
_UNITS_EN = "apartment|apt|flat|unit|suite|floor|room|building|block|house"
_EN = re.compile(
    rf"\b(?:(?:{_UNITS_EN}) (?:number )?(?:\d+[a-z]?|{EN_NUMBER}[a-z]?)\s*,?\s*)?"
    rf"(?P<n>{EN_NUMBER})(?:(?P<letter>[a-d]) )?"
    r"(?P<name>(?:(?!and|to|is|the|my|dollars|for|days|items|days|or|it|hours)[a-z]+ ){1,3}?)"
    rf"(?P<type>{_STREETS_EN})\b"
    rf"(?P<rest>(?:\s*,?\s*(?:(?:{_UNITS_EN}) (?:number )?(?:\d+ ?[a-z]?\b|{EN_NUMBER}(?:[a-f]\b)?)"
    rf"|(?:{EN_NUMBER})(?:floor)|(?:north|south|east|west)\b))*)"
)
_WORDY = re.compile(rf"\b{EN_NUMBER}")


def addresses(text: str, language: str) -> Found:
    """(start, end, address) of each address in a normalised text."""
    yield from _mandarin(text) if language == "zh" else _english(text)


def _mandarin(text: str) -> Found:
    for match in _ZH.finditer(text):
        start = match.start()
        words = match.group()
        # The lazy start may have swallowed "改成" and the like: the address begins after the last.
        cut = 0
        for cue in _CUE_ZH.finditer(words[: len(words) - len(match.group("rest"))]):
            if cue.end() < len(match.group("areas") + match.group("street")) - 1:
                cut = cue.end()
        words = words[cut:].strip(", ")
        if (
            not words
            or _NOT_ZH.search(words)
            or not (re.search(_NUMBERED, match.group("rest")) or match.group("areas"))
        ):
            continue
        start += cut
        yield start, start + len(words), _digits_zh(words)


def _digits_zh(words: str) -> str:
    """文三路一百二十八号 → 文三路128号; a number inside a street's name stays."""

    def figure(match: re.Match[str]) -> str:
        said, unit = match.group(1), match.group(2)
        value = value_zh(said) if re.search("[十百]", said) else None
        return (str(round(value)) if value is not None else digits_zh(said)) + unit

    return re.sub(
        "([零〇幺一二两三四五六七八九十百\\d]+)([a-z]?(?:号楼|号院|号|弄|栋|幢|座|单元|楼|层|室|门|房间|房)|$)",
        figure,
        words,
    ).replace(",", "")


def _english(text: str) -> Found:
    for match in _EN.finditer(text):
        words = match.group().strip(" ,")
        start = match.start() + len(match.group()) - len(match.group().lstrip(" ,"))
        yield start, start + len(words), _digits_en(words)


def _digits_en(words: str) -> str:
    def figure(match: re.Match[str]) -> str:
        said = match.group()
        trailing = " " if said.endswith(" ") else ""
        said = said.strip()
        whole = value_en(said) if re.search("hundred|thousand", said) else None
        digits = str(round(whole)) if whole is not None else digits_en(said)
        return (digits or said) + trailing

    words = _WORDY.sub(figure, words)
    words = re.sub(r"(\d) ([a-f])\b(?= |$)", r"\1\2", words)
    return " ".join(words.replace(",", " ").split())
