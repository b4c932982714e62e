"""Days named in speech, resolved against the shop's own date. Weeks begin on Monday."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dialogue.nlu.numbers import EN_NUMBER, ZH_NUMBER, value_en, value_zh

_NEAR = {
    "zh": {"大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "今天": 0, "今晚": 0, "大后天": 3,
           "后天": 2, "明天": 1},
    "en": {"the day before yesterday": -2, "yesterday": -1, "last night": -1, "today": 0,
           "tonight": 0, "this morning": 0, "the day after tomorrow": 2, "tomorrow": 1},
}  # fmt: skip
_NEAR_PATTERN = {
    "zh": re.compile("|".join(sorted(_NEAR["zh"], key=len, reverse=True))),
    "en": re.compile(rf"\b(?:{'|'.join(sorted(_NEAR['en'], key=len, reverse=True))})\b"),
}
_WEEKDAYS_EN = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS_EN = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_ORDINALS_EN = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
_WEEKDAY_ZH = re.compile(
    "(?P<which>上个?|下个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天1-7])"
)
_WEEKDAY_EN = re.compile(rf"\b(?:(?P<which>last|next|this) )?(?P<day>{'|'.join(_WEEKDAYS_EN)})\b")
_AGO_ZH = re.compile(f"(?P<n>{ZH_NUMBER})天(?P<way>前|以前|之前|后|以后|之后)")
_AGO_EN = re.compile(rf"\b(?P<n>{EN_NUMBER})days? (?P<way>ago|from now)\b")
_MONTH_DAY_ZH = re.compile(f"(?P<month>{ZH_NUMBER})月(?P<day>{ZH_NUMBER})[号日]")
_MONTH_DAY_EN = re.compile(
    rf"\b(?P<month>{'|'.join(_MONTHS_EN)}) (?:the )?"
    rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th)?|(?:twenty |thirty )?(?:{'|'.join(_ORDINALS_EN)}|"
    r"one|two|three|four|five|six|seven|eight|nine)|thirtieth)\b"
)

Found = Iterator[tuple[int, int, date]]


def dates(text: str, language: str, today: date) -> Found:
    """(start, end, day) of every day named in a normalised text; no two overlap."""
    taken: list[tuple[int, int]] = []
    readers = (_near, _ago, _month_days, _weekdays)
    for read in readers:
        for start, end, day in read(text, language, today):
            if not any(start < e and s < end for s, e in taken):
                taken.append((start, end))
                yield start, end, day


def _near(text: str, language: str, today: date) -> Found:
    for match in _NEAR_PATTERN[language].finditer(text):
        yield *match.span(), today + timedelta(days=_NEAR[language][match.group()])


def _ago(text: str, language: str, today: date) -> Found:
    pattern, value_of = (_AGO_ZH, value_zh) if language == "zh" else (_AGO_EN, value_en)
    for match in pattern.finditer(text):
        count = value_of(match.group("n").strip())
        if count is None or count > 400:
            continue
        sign = -1 if match.group("way") in ("前", "以前", "之前", "ago") else 1
        yield *match.span(), today + timedelta(days=sign * round(count))


def _weekdays(text: str, language: str, today: date) -> Found:
    pattern = _WEEKDAY_ZH if language == "zh" else _WEEKDAY_EN
    for match in pattern.finditer(text):
        yield *match.span(), _weekday(match.group("which"), match.group("day"), today)


def _weekday(which: str | None, name: str, today: date) -> date:
    """上周三: of last week; without a word, the one in this week (zh) or the nearest past (en)."""
    index = _WEEKDAYS_EN.index(name) if name in _WEEKDAYS_EN else _weekday_zh(name)
    monday = today - timedelta(days=today.weekday())
    if name in _WEEKDAYS_EN and which is None:
        return today - timedelta(days=(today.weekday() - index) % 7)
    if name in _WEEKDAYS_EN and which == "last":
        back = (today.weekday() - index) % 7 or 7
        return today - timedelta(days=back)
    shift = {"上": -7, "下": 7, "next": 7}.get((which or "")[:1] if which != "next" else "next", 0)
    return monday + timedelta(days=index + shift)


def _weekday_zh(name: str) -> int:
    return "一二三四五六日".index("日" if name in "天7" else name.translate(_ARABIC))


_ARABIC = str.maketrans("123456", "一二三四五六")


def _month_days(text: str, language: str, today: date) -> Found:
    pattern = _MONTH_DAY_ZH if language == "zh" else _MONTH_DAY_EN
    for match in pattern.finditer(text):
        month, number = _month(match.group("month")), _day(match.group("day"))
        day = _nearest(month, number, today)
        if day is not None:
            yield *match.span(), day


def _month(words: str) -> int:
    return _MONTHS_EN.index(words) + 1 if words in _MONTHS_EN else round(value_zh(words) or 0)


def _day(words: str) -> int:
    if match := re.match(r"\d+", words):
        return int(match.group())
    if words == "thirtieth":
        return 30
    *tens, last = words.split()
    ones = _ORDINALS_EN.index(last) + 1 if last in _ORDINALS_EN else None
    if ones is None:
        return round(value_zh(words) or value_en(words) or 0)
    return ones + (round(value_en(tens[0]) or 0) if tens else 0)


def _nearest(month: int, day: int, today: date) -> date | None:
    """The year that puts the day closest to today; None for a day that no year has."""
    found = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            found.append(date(year, month, day))
        except ValueError:  # 30 February, or a month of 0
            continue
    return min(found, key=lambda one: abs((one - today).days), default=None)
