"""Runs of digits: order, parcel and telephone numbers and their tails, told apart by the words."""

import re
from collections.abc import Iterator

from dialogue.nlu.numbers import EN_DIGIT_RUN, ZH_DIGIT_RUN, digits_en, digits_zh

Found = Iterator[tuple[int, int, str, str]]

_CUES = {
    "phone": re.compile(
        "手机|电话|号码是1|联系方式"
        r"|phone|mobile|\bcell\b|call me|text me|reach me|contact number|telephone"
    ),
    "order": re.compile("订单|单子|下的单|下单|\\border(?:s|ed|ing)?\\b|purchase"),
    "tracking": re.compile(
        "快递|运单|物流|面单|单号|顺丰|圆通|中通|韵达|邮政|申通"
        "|tracking|parcel|package|courier|waybill|shipment|consignment"
    ),
}
_TAIL = re.compile(
    "尾号|后四位|后三位|后五位|最后|末尾|结尾|\\bend(?:s|ing)?\\b|\\blast\\b|\\btail\\b|final"
)
_LETTERED = re.compile(
    r"(?<![a-z\d])(?P<letters>(?:[a-z] ){1,4}|[a-z]{1,4} ?)"
    r"(?P<digits>\d(?:[ ,]{0,2}\d){5,19})(?P<end>[a-z]{2})?(?![a-z\d])"
)
_MIXED = re.compile(r"(?<![a-z\d])(?=(?:[a-z]*\d){6})(?=\d*[a-z])[a-z\d]{8,24}(?![a-z\d])")
"""Letters and digits in any order, as some carriers write them."""
_LETTERS_EN = re.compile(
    r"\b(?P<letters>(?:[a-z] ){1,4}|[a-z]{2,4} )(?P<digits>" + EN_DIGIT_RUN.pattern + ")"
)
_LETTERS_ZH = re.compile("(?P<letters>(?:[a-z] ?){1,4})(?P<digits>" + ZH_DIGIT_RUN.pattern + ")")
_NEAR = 30
"""Characters before (and a third of them after) in which a word tells what the digits are."""
_COMMON = re.compile(
    "is|it|s|to|at|my|no|in|on|of|and|was|the|for|a|i|by|or|as|with|are|says|ends|from|last|four"
    "|one|five"
)
"""Words that look like the letters of a code."""


def codes(text: str, language: str) -> Found:
    """(start, end, kind, digits) of each run that is a number of something."""
    for start, end, code, letters in _runs(text, language):
        kind = kind_of(code, letters, text[max(0, start - _NEAR) : start], text[end : end + 12])
        if kind == "phone":
            code = _local(code)
        if kind:
            yield start, end, kind, code


def _runs(text: str, language: str) -> Iterator[tuple[int, int, str, bool]]:
    """(start, end, code, whether it has letters) of each run; the surest kind of run first."""
    taken: list[tuple[int, int]] = []
    for start, end, code, lettered in _candidates(text, language):
        if not any(s < end and start < e for s, e in taken):
            if lettered:
                taken.append((start, end))
            yield start, end, code, lettered


def _candidates(text: str, language: str) -> Iterator[tuple[int, int, str, bool]]:
    lettered = _LETTERS_ZH if language == "zh" else _LETTERS_EN
    run, to_digits = (ZH_DIGIT_RUN, digits_zh) if language == "zh" else (EN_DIGIT_RUN, digits_en)
    for match in (*_LETTERED.finditer(text), *lettered.finditer(text)):
        letters = match.group("letters").strip()
        digits = to_digits(match.group("digits").replace(",", " "))
        if _could_begin_a_code(letters) and len(digits) >= 6:
            end = match.groupdict().get("end") or ""
            yield *match.span(), (letters.replace(" ", "") + digits + end).upper(), True
    for match in _MIXED.finditer(text):
        yield *match.span(), match.group().upper(), True
    for match in run.finditer(text):
        digits = to_digits(match.group().replace(",", " "))
        if len(digits) >= 3:
            words = match.group().rstrip(" ,")
            yield match.start(), match.start() + len(words), digits, False


def _could_begin_a_code(letters: str) -> bool:
    """Letters written together, or each apart; neither small words nor "i" and "a"."""
    words = letters.split()
    if any(_COMMON.fullmatch(word) for word in words):
        return False
    return len(words) in (1, len(letters) // 2 + 1)


def kind_of(code: str, lettered: bool, before: str, after: str) -> str | None:
    """What a run of digits is, by the nearest word that names one and by its length."""
    cue = _nearest(before) or _first(after)
    if lettered:
        return "order_id" if cue == "order" else "tracking_no"
    if len(code) <= 5:
        return _tail(cue, before)
    if _is_mobile(code) and cue != "tracking":
        return "order_id" if cue == "order" and not _is_mobile(code) else "phone"
    if cue == "phone":
        return "phone"
    if cue == "order":
        return "order_id"
    if cue == "tracking" or len(code) >= 11:
        return "tracking_no"
    return "order_id"


def _tail(cue: str | None, before: str) -> str | None:
    if cue == "order":
        return "order_id_tail"
    if cue == "tracking" and not _TAIL.search(before):
        return None
    return "phone_tail"


def _is_mobile(code: str) -> bool:
    return re.fullmatch(r"(?:86)?1[3-9]\d{9}", code) is not None


def _local(code: str) -> str:
    return code[2:] if len(code) == 13 and code.startswith("86") else code


def _nearest(before: str) -> str | None:
    """The cue that ends last; 订单号 and 快递单号 share 单号, so the longer word wins."""
    ends = [
        (match.end(), len(match.group()), name)
        for name, pattern in _CUES.items()
        for match in pattern.finditer(before)
    ]
    return _joined(ends, before) if ends else None


def _joined(ends: list[tuple[int, int, str]], before: str) -> str:
    last = max(ends)[2]
    # 订单号: the 单号 in it is no parcel's number.
    if (
        last == "tracking"
        and re.search("订单号?[码]?[^快运物]*$", before)
        and "单号" in before[-12:]
    ):
        names = [name for _, _, name in sorted(ends) if name != "tracking"]
        if names and not re.search("快递|运单|物流|顺丰|圆通|中通", before):
            return names[-1]
    return last


def _first(after: str) -> str | None:
    found = [(m.start(), name) for name, p in _CUES.items() if (m := p.search(after))]
    return min(found)[1] if found else None
