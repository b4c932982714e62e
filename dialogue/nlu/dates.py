"""Days named in speech, resolved against the shop's own date. Weeks begin on Monday."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from dialogue.nlu.numbers import EN_NUMBER, ZH_NUMBER, value_en, value_zh

_NEAR = {
    "zh": {"大前天": -3, "前天": -2, "昨天": -1, "昨晚": -1, "昨日": -1, "今天": 0, "今晚": 0,
           "今早": 0, "今日": 0, "大后天": 3, "后天": 2, "明天": 1, "明早": 1, "明晚": 1},
    "en": {"the day before yesterday": -2, "day before yesterday": -2, "yesterday": -1,
           "last night": -1, "today": 0, "tonight": 0, "this morning": 0, "this afternoon": 0,
           "this evening": 0, "the day after tomorrow": 2, "day after tomorrow": 2, "tomorrow": 1},
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
_MONTHS_SHORT = {name[:3]: name for name in _MONTHS_EN} | {"sept": "september"}
_WEEKDAY_ZH = re.compile(
    "(?P<which>上上个?|下下个?|上个?|下个?|这个?|本)?(?:周|星期|礼拜)(?P<day>[一二三四五六日天1-7])(?![个天十百])"
)
_WEEKDAY_EN = re.compile(
    rf"\b(?:(?P<which>last|next|this|past|coming) )?(?P<day>{'|'.join(_WEEKDAYS_EN)})\b"
)
_UNIT_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7, "day": 1, "week": 7}
_AGO_ZH = re.compile(
    f"(?P<n>半|{ZH_NUMBER})个?(?P<unit>天|日|周|星期|礼拜|月)(?P<way>前(?!后)|以前|之前|后|以后|之后)"
)
_ONES_EN = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|"
    "sixteen|seventeen|eighteen|nineteen"
)
_TENS_EN = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_AGO_EN = re.compile(
    # "the one two weeks ago": no number goes on after one to nineteen, so the first is an order.
    rf"\b(?!(?:{_ONES_EN}|\d+) (?:{_ONES_EN}|{_TENS_EN}|\d))"
    rf"(?P<n>{EN_NUMBER}|an? (?:couple of )?)(?P<unit>day|week|month)s? "
    r"(?P<way>ago|from now|later|earlier)\b"
)
_IN_EN = re.compile(rf"\bin (?P<n>{EN_NUMBER}|a )(?P<unit>day|week|month)s?\b(?P<way>)(?! time)")
_COUNTED_ZH = "零〇一二三四五六七八九十百千万\\d号日个天件元块单次箱包盒斤双套笔份台条瓶袋位批趟"
"""What follows a count, or goes on with a number: 十一月两单 is no day."""
_MONTH_DAY_ZH = re.compile(
    f"(?:(?P<year>20\\d\\d|二[零〇]二[一二三四五六七八九])年)?(?:(?P<month>{ZH_NUMBER}|上个?|这个?|本|下个?)月份?)"
    f"(?:的)?(?P<day>{ZH_NUMBER})"
    f"(?:[号日]|(?![{_COUNTED_ZH}])(?!(?<=一)[直共起些样定般]))"
)
_DAY_ZH = re.compile(
    "(?<![月\\d零一二三四五六七八九十百路街巷道第])(?<!(?<![那这一])单)(?P<day>三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九]|"
    "3[01]|[12]\\d|[1-9])[号日](?![码楼线店院机客单弄栋门])"
)
_DAY_WORDS = (
    rf"\d{{1,2}}(?:st|nd|rd|th)?\b|(?:twenty |thirty )?(?:{'|'.join(_ORDINALS_EN)})\b|thirtieth\b|"
    r"(?:twenty |thirty )(?:one|two|three|four|five|six|seven|eight|nine)\b|"
    rf"(?:{_ONES_EN}|twenty|thirty)\b"
)
_CARDINAL_EN = rf"(?:(?:twenty|thirty) )?(?:{_ONES_EN})|twenty|thirty"
_COUNTED_EN = (
    r" (?:of (?:the|them|these|those|my|our)|orders|parcels|packages|boxes|items|things|pieces|days"
    r"|weeks|times)\b"
)
"""In november two of them came: a count, no day."""
_MONTH_NAMES = "|".join([*_MONTHS_EN, *_MONTHS_SHORT])
_MONTH_DAY_EN = re.compile(
    rf"\b(?:the )?(?:(?P<month>(?:{_MONTH_NAMES})) (?:the )?"
    rf"(?!(?:{_CARDINAL_EN}){_COUNTED_EN})(?P<day>{_DAY_WORDS})"
    # The one of november thirteenth, two november third: an order, and after the month its day.
    rf"|(?!one of |(?:{_CARDINAL_EN}) (?:of )?(?:{_MONTH_NAMES}) (?:the )?(?:{_DAY_WORDS}))"
    rf"(?P<day2>{_DAY_WORDS}) (?:of )?(?P<month2>{_MONTH_NAMES})\b)"
)
_DAY_EN = re.compile(
    r"\b(?:(?:on|by|since|until|before|after|from|to|between|and|for|till"
    r"|(?:the|that|this) (?:one|ones|order|parcel|package) of) the "
    rf"(?P<day>(?:twenty |thirty )?(?:{'|'.join(_ORDINALS_EN)})|thirtieth)"
    r"|the (?P<day2>\d{1,2}(?:st|nd|rd|th)"
    rf"|(?:twenty |thirty )(?:{'|'.join(_ORDINALS_EN[:9])})))\b"
    r"(?! (?:order|one|time|item|floor|parcel|package|day|street|avenue|email|message))"
)
_ISO = re.compile(r"(?P<year>20\d\d)年(?P<month>\d{1,2})月(?P<day>\d{1,2})日")
_SPANS_ZH = re.compile(
    "(?P<which>上上个?|上个?|这个?|本|下个?)(?P<unit>周末|周|星期|礼拜|月)(?![一二三四五六日天1-7份末]?[号日]|[一二三四五六日天1-7])|(?P<weekend>周末)"
)
_SPANS_EN = re.compile(
    r"\b(?:(?P<which>last|this|next|past|coming) (?P<unit>weekend|week|month)"
    r"|(?:the |on the )?(?P<weekend>weekend))\b"
)
_FUTURE = {
    "zh": re.compile(
        "能到|会到|送来|送到|再送|配送|派送|改到|改成|改为|约|可以来|能来|上门|过来|之前要|前要|发货吗|到货|等到|推迟|延到|想.*(?:送|取|收)|能不能|可以吗"
    ),
    "en": re.compile(
        r"\b(?:will|deliver it|deliver|come on|can you|could you|reschedule|until|move|move it"
        r"|change|to arrive|arrive by|by|available|pick it up|again|book|schedule)\b"
    ),
}
_PAST = {
    "zh": re.compile("了|过的|买的|下的|订的|就该|应该到|说好|本来|之前|一直"),
    "en": re.compile(
        r"\b(?:bought|ordered|was|were|did|should have|since|arrived|supposed|said|had|placed|paid"
        r"|got|came|received|told|promised|delivered|sent|happened)\b"
    ),
}

Found = Iterator[tuple[int, int, str]]
_Days = Iterator[tuple[int, int, date, date]]
_JOIN = re.compile(
    r" ?(?:到|至|~|to|until|through|till|thru)(?: the)? ?|(?P<pair> ?(?:和|跟|与|and)(?: the)? ?)"
)


def dates(text: str, language: str, today: date) -> Found:
    """(start, end, day or start/end) of every day named in a normalised text; no two overlap."""
    found: list[tuple[int, int, date, date]] = []
    readers = (_near, _ago, _month_days, _days_alone, _weekdays, _spans)
    for read in readers:
        for one in read(text, language, today):
            if not any(one[0] < end and start < one[1] for start, end, _, _ in found):
                found.append(one)
    for start, end, first, last in _ranges(sorted(found), text):
        value = first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"
        yield start, end, value


def _ranges(
    found: list[tuple[int, int, date, date]], text: str
) -> list[tuple[int, int, date, date]]:
    """Two days with 到 or "to" between them are one stretch of days."""
    out: list[tuple[int, int, date, date]] = []
    for one in found:
        if out and out[-1][3] <= one[3]:
            link = _JOIN.fullmatch(text[out[-1][1] : one[0]])
            around = text[max(0, out[-1][0] - 14) : one[1] + 3]
            between = "between" in around or "之间" in around
            # "on the" belongs to the second day's own words in English.
            if link and (not link.group("pair") or between):
                out[-1] = (out[-1][0], one[1], out[-1][2], one[3])
                continue
        out.append(one)
    return out


def _near(text: str, language: str, today: date) -> _Days:
    for match in _NEAR_PATTERN[language].finditer(text):
        day = today + timedelta(days=_NEAR[language][match.group()])
        yield *match.span(), day, day


def _ago(text: str, language: str, today: date) -> _Days:
    patterns = (_AGO_ZH,) if language == "zh" else (_AGO_EN, _IN_EN)
    for match in (m for pattern in patterns for m in pattern.finditer(text)):
        count = _count(match.group("n").strip(), language)
        if count is None or count > 400:
            continue
        sign = -1 if match.group("way") in ("前", "以前", "之前", "ago", "earlier") else 1
        unit = match.group("unit")
        if unit in ("月", "month"):
            day = _months_off(today, sign, count)
        else:
            day = today + timedelta(days=sign * round(count * _UNIT_DAYS[unit]))
        yield *match.span(), day, day


def _count(words: str, language: str) -> float | None:
    if language == "zh":
        return 0.5 if words == "半" else value_zh(words)
    if words.startswith("a"):
        return 2 if "couple" in words else 1
    return value_en(words)


def _months_off(today: date, sign: int, count: float) -> date:
    if count < 1:
        return today + timedelta(days=sign * 15)  # half a month
    index = today.year * 12 + today.month - 1 + sign * round(count)
    for day in range(today.day, 0, -1):
        try:
            return date(index // 12, index % 12 + 1, day)
        except ValueError:  # the 31st of a shorter month
            continue
    return today


def _weekdays(text: str, language: str, today: date) -> _Days:
    pattern = _WEEKDAY_ZH if language == "zh" else _WEEKDAY_EN
    for match in pattern.finditer(text):
        which, name = match.group("which"), match.group("day")
        index = _WEEKDAYS_EN.index(name) if language == "en" else _weekday_zh(name)
        ahead = _is_ahead(text, match.start(), language)
        day = _weekday(_which(which), index, ahead, today, language)
        yield *match.span(), day, day


def _which(words: str | None) -> str | None:
    """before, last, this, next, after or None."""
    if words is None:
        return None
    for prefix, name in (("上上", "before"), ("下下", "after"), ("上", "last"), ("下", "next")):
        if words.startswith(prefix):
            return name
    return {"past": "last", "last": "last", "next": "next", "coming": "coming"}.get(words, "this")


def _is_ahead(text: str, place: int, language: str) -> bool | None:
    """Whether the clause speaks of what is to come; None when it does not tell."""
    start = text.rfind(",", 0, place) + 1
    end = text.find(",", place)
    clause = text[start : end if end > 0 else len(text)]
    ahead, behind = _FUTURE[language].search(clause), _PAST[language].search(clause)
    if behind:
        return False
    return True if ahead else None


def _weekday(which: str | None, index: int, ahead: bool | None, today: date, language: str) -> date:
    """上周三: of last week. English "last" is the nearest past one; no word: the tense tells."""
    monday = today - timedelta(days=today.weekday())
    forward, back = (index - today.weekday()) % 7, (today.weekday() - index) % 7
    if which in ("before", "after", "next") or (which == "last" and language == "zh"):
        weeks = {"before": -2, "last": -1, "next": 1, "after": 2}[which]
        return monday + timedelta(days=index + 7 * weeks)
    if which == "last":
        return today - timedelta(days=back or 7)
    if which == "coming":
        return today + timedelta(days=forward or 7)
    if which == "this":
        return monday + timedelta(days=index)
    if ahead is None:
        return monday + timedelta(days=index) if language == "zh" else today - timedelta(days=back)
    return today + timedelta(days=forward) if ahead else today - timedelta(days=back)


def _weekday_zh(name: str) -> int:
    return "一二三四五六日".index("日" if name in "天7" else name.translate(_ARABIC))


_ARABIC = str.maketrans("123456", "一二三四五六")


def _spans(text: str, language: str, today: date) -> _Days:
    """上周, this month, the weekend: from the first day to the last."""
    pattern = _SPANS_ZH if language == "zh" else _SPANS_EN
    monday = today - timedelta(days=today.weekday())
    for match in pattern.finditer(text):
        which, unit = _which(match.group("which")), match.group("unit") or "weekend"
        step = {"before": -2, "last": -1, "next": 1}.get(which or "this", 0)
        if unit in ("月", "month"):
            first = (
                _months_off(today.replace(day=1), 1 if step > 0 else -1, abs(step))
                if step
                else today.replace(day=1)
            )
            last = _months_off(first, 1, 1) - timedelta(days=1)
        else:
            first = monday + timedelta(days=7 * step)
            last = first + timedelta(days=6)
            first += timedelta(days=5 if unit in ("周末", "weekend") else 0)
        yield *match.span(), first, last


def _month_days(text: str, language: str, today: date) -> _Days:
    patterns = (_ISO, _MONTH_DAY_ZH) if language == "zh" else (_ISO, _MONTH_DAY_EN)
    for match in (m for pattern in patterns for m in pattern.finditer(text)):
        said = match.groupdict()
        if (
            language == "zh"
            and not re.search("[号日]$", match.group())
            and said["month"] in ("上", "下", "这", "上个", "下个", "这个", "本")
        ):
            continue  # 上个月三: a count follows
        month = _month(said["month"] or said["month2"], today)
        number = _day(said["day"] or said["day2"])
        day = _in_year(said.get("year"), month, number, today)
        if day is not None:
            yield *match.span(), day, day


def _month(words: str, today: date) -> int:
    step = {"上": -1, "下": 1, "这": 0, "本": 0}.get(words[0])
    if step is not None:
        return (today.month - 1 + step) % 12 + 1
    words = _MONTHS_SHORT.get(words, words)
    return _MONTHS_EN.index(words) + 1 if words in _MONTHS_EN else round(value_zh(words) or 0)


def _in_year(year: str | None, month: int, day: int, today: date) -> date | None:
    if year is None:
        return _nearest(month, day, today)
    try:
        return date(round(value_zh(year) or 0), month, day)
    except ValueError:
        return None


def _days_alone(text: str, language: str, today: date) -> _Days:
    """The 5th, 五号: of the month that brings it nearest; by the tense where that tells."""
    pattern = _DAY_ZH if language == "zh" else _DAY_EN
    for match in pattern.finditer(text):
        said = match.groupdict()
        group = "day" if said["day"] else "day2"
        day = _near_month(_day(said[group]), _is_ahead(text, match.start(), language), today)
        if day is not None:
            yield match.start(group), match.end(), day, day


def _near_month(number: int, ahead: bool | None, today: date) -> date | None:
    found = []
    for step in (-1, 0, 1):
        index = today.year * 12 + today.month - 1 + step
        try:
            found.append(date(index // 12, index % 12 + 1, number))
        except ValueError:
            continue
    if ahead is not None:
        fitting = [d for d in found if (d >= today if ahead else d <= today)]
        found = fitting or found
    return min(found, key=lambda one: abs((one - today).days), default=None)


def _day(words: str) -> int:
    words = words.strip()
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
