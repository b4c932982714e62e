"""The bot's sentences: data by language, checked when loaded, and values made for the ear.

Numbers, days and money are spelt out here, so that no voice has to guess how to read them.
"""

import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid, PromptUnknown
from dialogue.prompts import PROMPTS

WORDING_FOLDER = Path(__file__).with_name("wording")
LANGUAGES = ("zh", "en")

_ZH = "零一二三四五六七八九"
_EN = [
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
_TENS_EN = ["_", "_", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_MONTHS_EN = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_CURRENCY = {"CNY": ("元", "yuan"), "USD": ("美元", "dollars")}


@dataclass(frozen=True, slots=True)
class Wording:
    """Every sentence in every language."""

    prompts: Mapping[str, Mapping[str, str]]
    """Language -> prompt id -> sentence with {values}."""

    def say(self, prompt_id: str, language: str, **values: object) -> str:
        """One sentence with its values; raises PromptUnknown."""
        sentence = self.prompts[language].get(prompt_id)
        if sentence is None:
            raise PromptUnknown(prompt_id, language)
        try:
            return sentence.format(**values)
        except KeyError as missing:
            raise PromptUnknown(prompt_id, language, str(missing.args[0])) from missing


def load_wording(folder: Path | None = None) -> Wording:
    """Read both languages; raises DataInvalid listing each sentence that is missing or wrong."""
    folder = folder or WORDING_FOLDER
    problems: list[str] = []
    prompts = {language: _read(folder / f"{language}.yaml", problems) for language in LANGUAGES}
    if problems:
        raise DataInvalid(str(folder.name), tuple(problems))
    return Wording(prompts)


def _read(path: Path, problems: list[str]) -> dict[str, str]:
    data = yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else None
    if not isinstance(data, dict):
        problems.append(f"{path.name}: no mapping of prompt to sentence")
        return {}
    problems += [f"{path.name}: prompt {name!r} is not used" for name in data.keys() - PROMPTS]
    for name, fields in PROMPTS.items():
        sentence = data.get(name)
        if not isinstance(sentence, str) or not sentence.strip():
            problems.append(f"{path.name}: prompt {name!r} is missing")
        elif extra := _fields(sentence) - fields:
            known = ", ".join(sorted(fields)) or "none"
            problems.append(f"{path.name}: {name!r} has {sorted(extra)}; it may use {known}")
    return data


def _fields(sentence: str) -> frozenset[str]:
    try:
        return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name)
    except ValueError:  # an unpaired brace
        return frozenset({"{ or } without its pair"})


def spoken_digits(digits: str, language: str) -> str:
    """One digit after the other: 0102 → zero one zero two."""
    if language == "zh":
        return "".join(_ZH[int(d)] for d in digits if d.isdigit())
    return " ".join(_EN[int(d)] for d in digits if d.isdigit())


def spoken_number(value: int, language: str) -> str:
    """A whole number below a hundred million: 329 → three hundred twenty nine, 三百二十九."""
    return _number_zh(value) if language == "zh" else _number_en(value)


def spoken_money(minor: int, currency: str, language: str) -> str:
    """29900 CNY → two hundred ninety nine yuan; parts of the unit are said only where they are."""
    whole, part = divmod(minor, 100)
    zh_unit, en_unit = _CURRENCY.get(currency, (currency, currency))
    if language == "zh":
        tail = f"点{spoken_digits(f'{part:02}', 'zh')}" if part else ""
        return f"{_number_zh(whole)}{tail}{zh_unit}"
    tail = f" point {spoken_digits(f'{part:02}', 'en')}" if part else ""
    return f"{_number_en(whole)}{tail} {en_unit}"


def spoken_day(moment: datetime, now: datetime, zone: tzinfo, language: str) -> str:
    """today, yesterday, tomorrow, or the date; both in the shop's zone."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    near = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}
    if (words := near.get((day - today).days)) is not None:
        return words[0] if language == "zh" else words[1]
    return _date(day, language)


def _date(day: date, language: str) -> str:
    if language == "zh":
        return f"{_number_zh(day.month)}月{_number_zh(day.day)}号"
    return f"{_MONTHS_EN[day.month - 1]} {_number_en(day.day)}"


def _number_zh(value: int) -> str:
    if value >= 10_000:
        rest = value % 10_000
        filler = "零" if 0 < rest < 1000 else ""
        return _number_zh(value // 10_000) + "万" + filler + (_number_zh(rest) if rest else "")
    words = ""
    gap = False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if not digit:
            gap = bool(words)
            continue
        # 十二, not 一十二; 两百 and 两千, but 二十.
        one = "" if unit == 10 and digit == 1 and not words else _ZH[digit]
        if digit == 2 and unit >= 100 and not words:
            one = "两"
        words += ("零" if gap else "") + one + name
        gap = False
    return words or "零"


def _number_en(value: int) -> str:
    if value < 20:
        return _EN[value]
    if value < 100:
        return _TENS_EN[value // 10] + (f" {_EN[value % 10]}" if value % 10 else "")
    for unit, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if value >= unit:
            rest = f" {_number_en(value % unit)}" if value % unit else ""
            return f"{_number_en(value // unit)} {name}{rest}"
    return ""
