"""Spoken numbers of both languages, as digits (order numbers) and as amounts (money, days)."""

import re

_DIGITS_ZH = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": "0", "幺": "1", "两": "2", "洞": "0", "拐": "7", "勾": "9",
}  # fmt: skip
"""With the names that keep digits apart on a bad line; they count in runs of digits alone."""
_UNITS_ZH = {"十": 10, "百": 100, "千": 1000, "万": 10000}
_ONES_EN = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
} | dict.fromkeys(("oh", "o", "nought", "naught"), 0)
_TENS_EN = {
    word: value * 10
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2
    )
}
_REPEAT_EN = {"double": 2, "triple": 3}

ZH_NUMBER = "[零〇一二两三四五六七八九十百千万\\d]+"
_ZH_DIGIT = "[零〇幺一二两三四五六七八九洞拐勾\\d]"
ZH_DIGIT_RUN = re.compile(f"{_ZH_DIGIT}(?:[ ,]?{_ZH_DIGIT}){{2,}}")
_EN_WORDS = "|".join([*_ONES_EN, *_TENS_EN, *_REPEAT_EN])
EN_DIGIT_RUN = re.compile(rf"\b(?:\d+|{_EN_WORDS})(?: ?,? (?:\d+|{_EN_WORDS}))*\b")
_EN_PART = rf"(?:\d+(?:\.\d+)?|\b(?:{_EN_WORDS}|hundred|thousand)\b)"
_LAST_DIGIT = {
    "zh": re.compile(f"{_ZH_DIGIT}$"),
    "en": re.compile(rf"\b(?:\d+|{_EN_WORDS})$"),
}
EN_NUMBER = rf"(?:{_EN_PART}(?:\s+(?:and\s+|point\s+)?{_EN_PART})*\s?)"


def ends_in_digit(text: str, language: str) -> bool:
    """Whether the last word of a normalised text belongs to a number said digit by digit."""
    return _LAST_DIGIT[language].search(text) is not None


def digits_zh(words: str) -> str:
    """幺三八 → 138; other characters are dropped."""
    return "".join(_DIGITS_ZH.get(c, c if c.isdigit() else "") for c in words)


def digits_en(words: str) -> str:
    """one three double eight → 1388, forty two → 42."""
    out, repeat, tens = "", 1, None
    for word in words.replace(",", " ").split():
        if word in _REPEAT_EN:
            repeat = _REPEAT_EN[word]
            continue
        if word in _TENS_EN:
            out += str(_TENS_EN[word])
            tens = word
            continue
        value = word if word.isdigit() else str(_ONES_EN.get(word, ""))
        if tens and len(value) == 1 and value != "0":
            out = out[:-1] + value
        else:
            out += value * repeat
        repeat, tens = 1, None
    return out


def value_zh(words: str) -> float | None:
    """一百二十 → 120, 两千零五 → 2005, 12.5 → 12.5; None when it is no number."""
    if re.fullmatch(r"\d+(\.\d+)?", words):
        return float(words)
    if not words or re.search("[^零〇幺一二两三四五六七八九十百千万\\d]", words):
        return None
    total = section = digit = 0
    for char in words:
        if char in _UNITS_ZH:
            unit = _UNITS_ZH[char]
            if unit == 10000:
                total, section, digit = (total + section + digit) * unit, 0, 0
            else:
                section += (digit or 1) * unit
                digit = 0
        else:
            digit = int(digits_zh(char))
    if len(words) > 1 and not any(c in _UNITS_ZH for c in words):
        return float(digits_zh(words))
    last = words[-2] if len(words) > 1 else ""
    if digit and last and last in "百千万":  # 一百二 is 120
        digit *= _UNITS_ZH[last] // 10
    return float(total + section + digit)


def value_en(words: str) -> float | None:
    """one hundred and twenty five → 125, twenty → 20, 12.5 → 12.5; None when it is no number."""
    total = section = 0.0
    seen = False
    for word in words.split():
        if word == "and":
            continue
        if re.fullmatch(r"\d+(\.\d+)?", word):
            section += float(word)
        elif word in _ONES_EN or word in _TENS_EN:
            section += _ONES_EN.get(word, 0) + _TENS_EN.get(word, 0)
        elif word == "hundred":
            section = (section or 1) * 100
        elif word == "thousand":
            total, section = total + (section or 1) * 1000, 0
        else:
            return None
        seen = True
    return total + section if seen else None
