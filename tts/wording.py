"""Numbers, money, dates and times as people say them on the telephone, in Mandarin and English."""

import re
from datetime import date, datetime, time

_ZH_DIGITS = "零一二三四五六七八九"
_ZH_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_ZH_DAYS = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_EN_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_EN_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_GROUP = 4
"""Digits said in one breath."""

_COINS = {
    "CNY": (("yuan", "yuan"), ("fen", "fen"), "元", "分"),
    "USD": (("dollar", "dollars"), ("cent", "cents"), "美元", "美分"),
    "EUR": (("euro", "euros"), ("cent", "cents"), "欧元", "欧分"),
    "GBP": (("pound", "pounds"), ("penny", "pence"), "英镑", "便士"),
    "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents"), "港元", "港仙"),
}
"""Names by ISO 4217 code; all have a hundred minor units."""


def spelled(code: str, language: str) -> str:
    """An order, parcel or telephone number sign by sign, in groups: "A, 1 2 3 4, 5 6"."""
    groups: list[str] = []
    for run in re.findall(r"\d+|[^\W\d_]+", code):
        signs = [_zh_sign(sign) if language == "zh" else sign.upper() for sign in run]
        glue = "" if language == "zh" and run.isdigit() else " "
        groups += [glue.join(part) for part in _breaths(signs)]
    return ("，" if language == "zh" else ", ").join(groups)


def number(value: int, language: str) -> str:
    """A whole number: characters in Mandarin, digits (which the voice reads) in English."""
    if language != "zh":
        return str(value)
    if value < 0:
        return "负" + _zh_number(-value)
    return _zh_number(value)


def count(value: int, noun: str, language: str, *, measure: str = "个", plural: str = "") -> str:
    """So many things: "2 parcels", "两个包裹"."""
    if language == "zh":
        return f"{_zh_amount(value)}{measure}{noun}"
    return f"{value} {noun if value == 1 else plural or noun + 's'}"


def money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units (12850 CNY is 128.50 yuan)."""
    sign = "" if minor >= 0 else ("负" if language == "zh" else "minus ")
    whole, rest = divmod(abs(minor), 100)
    if currency not in _COINS:
        return f"{sign}{whole}.{rest:02d} {currency}"
    return sign + (_zh_money if language == "zh" else _en_money)(whole, rest, currency)


def day(value: date, language: str, *, today: date | None = None) -> str:
    """A date: "November 22nd", "十一月二十二号"; near `today` "tomorrow"; the year if another."""
    if today is not None:
        near = (_ZH_DAYS if language == "zh" else _EN_DAYS).get((value - today).days)
        if near is not None:
            return near
    with_year = today is not None and value.year != today.year
    if language == "zh":
        year = "".join(_ZH_DIGITS[int(sign)] for sign in str(value.year)) + "年"
        spoken = f"{_zh_number(value.month)}月{_zh_number(value.day)}号"
        return year + spoken if with_year else spoken
    spoken = f"{_EN_MONTHS[value.month - 1]} {ordinal(value.day)}"
    return f"{spoken}, {value.year}" if with_year else spoken


def clock(value: time | datetime, language: str) -> str:
    """A time of day: "3:20 p.m.", "下午三点二十分"."""
    hour = value.hour % 12 or 12
    if language != "zh":
        half = "a.m." if value.hour < 12 else "p.m."
        return f"{hour}:{value.minute:02d} {half}" if value.minute else f"{hour} {half}"
    spoken = f"{_zh_part_of_day(value.hour)}{_zh_amount(hour)}点"
    if value.minute == 0:
        return spoken
    if value.minute == 30:
        return spoken + "半"
    filler = "零" if value.minute < 10 else ""
    return f"{spoken}{filler}{_zh_number(value.minute)}分"


def duration(seconds: float, language: str) -> str:
    """A wait, rounded to what one says: half a minute at least, hours from 90 minutes on."""
    if seconds < 45:
        return "半分钟" if language == "zh" else "half a minute"
    minutes = max(1, round(seconds / 60))
    if minutes < 90:
        return count(minutes, "分钟" if language == "zh" else "minute", language, measure="")
    hours = round(minutes / 60)
    return count(hours, "小时" if language == "zh" else "hour", language)


def ordinal(value: int) -> str:
    """English 1st, 2nd, 3rd, 11th, 22nd."""
    if value % 100 in (11, 12, 13):
        return f"{value}th"
    ending = {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _breaths(signs: list[str]) -> list[list[str]]:
    """Groups of four; a last single sign joins the group before it."""
    groups = [signs[start : start + _GROUP] for start in range(0, len(signs), _GROUP)]
    if len(groups) > 1 and len(groups[-1]) == 1:
        last = groups.pop()
        groups[-1] += last
    return groups


def _zh_sign(sign: str) -> str:
    """One is said yāo on the telephone: yī sounds like qī."""
    if sign == "1":
        return "幺"
    return _ZH_DIGITS[int(sign)] if sign.isdecimal() else sign.upper()


def _zh_amount(value: int) -> str:
    """Before a measure word two is 两."""
    return "两" if value == 2 else number(value, "zh")


def _zh_number(value: int) -> str:
    spoken = _zh_places(value) if value else "零"
    return spoken.removeprefix("一") if spoken.startswith("一十") else spoken


def _zh_places(value: int) -> str:
    """Every place spoken, a skipped one as 零; ten keeps its 一 as it must inside a number."""
    for place, name in _ZH_PLACES:
        if value < place:
            continue
        high, rest = divmod(value, place)
        spoken = ("两" if high == 2 and place >= 1000 else _zh_places(high)) + name
        if not rest:
            return spoken
        return spoken + ("零" if rest * 10 < place else "") + _zh_places(rest)
    return _ZH_DIGITS[value]


def _zh_money(whole: int, rest: int, currency: str) -> str:
    unit, small = _COINS[currency][2:]
    if currency == "CNY":
        tenths, cents = divmod(rest, 10)
        zero = "零" if whole and cents and not tenths else ""
        coins = (f"{_zh_number(tenths)}角" if tenths else zero) + (
            f"{_zh_number(cents)}{small}" if cents else ""
        )
    else:
        coins = f"{_zh_number(rest)}{small}" if rest else ""
    return f"{_zh_amount(whole)}{unit}{coins}" if whole or not rest else coins


def _en_money(whole: int, rest: int, currency: str) -> str:
    units, coins = _COINS[currency][:2]
    spoken = [f"{whole} {units[whole != 1]}"] if whole or not rest else []
    if rest:
        spoken.append(f"{rest} {coins[rest != 1]}")
    return " and ".join(spoken)


def _zh_part_of_day(hour: int) -> str:
    for until, name in ((5, "凌晨"), (8, "早上"), (12, "上午"), (13, "中午"), (18, "下午")):
        if hour < until:
            return name
    return "晚上"
