"""Numbers, money and days spelt out as people say them on the telephone, in Mandarin and English.

No digit is left for a voice to guess at.
"""

from datetime import date, datetime, tzinfo

_ZH_DIGITS = "零一二三四五六七八九"
_ZH_PLACES = ((10**8, "亿"), (10**4, "万"), (1000, "千"), (100, "百"), (10, "十"))
_ZH_DAYS = {-1: "昨天", 0: "今天", 1: "明天", 2: "后天"}
_EN_NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
_EN_TENS = (
    *("zero", "ten", "twenty", "thirty", "forty", "fifty"),
    *("sixty", "seventy", "eighty", "ninety"),
)
_EN_PLACES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))
_EN_ORDINALS = {
    **{"one": "first", "two": "second", "three": "third", "five": "fifth"},
    **{"eight": "eighth", "nine": "ninth", "twelve": "twelfth"},
}
_EN_DAYS = {-1: "yesterday", 0: "today", 1: "tomorrow"}
_EN_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)

_COINS = {
    "CNY": (("yuan", "yuan"), ("fen", "fen"), "元", "分"),
    "USD": (("dollar", "dollars"), ("cent", "cents"), "美元", "美分"),
    "EUR": (("euro", "euros"), ("cent", "cents"), "欧元", "欧分"),
    "GBP": (("pound", "pounds"), ("penny", "pence"), "英镑", "便士"),
    "HKD": (("Hong Kong dollar", "Hong Kong dollars"), ("cent", "cents"), "港元", "港仙"),
}
"""Names by ISO 4217 code; all have a hundred minor units."""


def spoken_digits(digits: str, language: str) -> str:
    """One digit after the other: 0102 is "zero one zero two", 零幺零二."""
    values = [int(sign) for sign in digits if sign.isdecimal()]
    if language == "zh":  # one is said yāo on the telephone: yī sounds like qī
        return "".join(_ZH_DIGITS[value] for value in values).replace("一", "幺")
    return " ".join(_EN_NUMBERS[value] for value in values)


def spoken_number(value: int, language: str) -> str:
    """A whole number: 329 is "three hundred twenty nine", 三百二十九."""
    if language == "zh":
        return f"负{_zh_number(-value)}" if value < 0 else _zh_number(value)
    return f"minus {_en_number(-value)}" if value < 0 else _en_number(value)


def spoken_money(minor: int, currency: str, language: str) -> str:
    """An amount in minor units: 12850 CNY is 一百二十八元五角; coins only where there are some."""
    sign = "" if minor >= 0 else ("负" if language == "zh" else "minus ")
    whole, rest = divmod(abs(minor), 100)
    if currency not in _COINS:
        return sign + _nameless_money(whole, rest, currency, language)
    return sign + (_zh_money if language == "zh" else _en_money)(whole, rest, currency)


def spoken_day(moment: datetime, now: datetime, zone: tzinfo, language: str) -> str:
    """The day of a moment in the shop's zone: "tomorrow", "November fifth"; another year's too."""
    day, today = moment.astimezone(zone).date(), now.astimezone(zone).date()
    near = (_ZH_DAYS if language == "zh" else _EN_DAYS).get((day - today).days)
    if near is not None:
        return near
    spoken, year = (_zh_date(day), _zh_year) if language == "zh" else (_en_date(day), _en_year)
    return spoken if day.year == today.year else year(day.year, spoken)


def _zh_number(value: int) -> str:
    """十二, not 一十二; 两百 at the head, but 一千二百."""
    spoken = _zh_places(value)
    if spoken.startswith("一十"):
        return spoken.removeprefix("一")
    return "两" + spoken.removeprefix("二") if spoken.startswith("二百") else spoken


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
    amount = "两" if whole == 2 else _zh_number(whole)  # before a measure word
    if currency == "CNY":
        tenths, cents = divmod(rest, 10)
        zero = "零" if whole and cents and not tenths else ""
        coins = f"{_zh_number(tenths)}角" if tenths else zero
        coins += f"{_zh_number(cents)}{small}" if cents else ""
    else:
        coins = f"{_zh_number(rest)}{small}" if rest else ""
    return f"{amount}{unit}{coins}" if whole or not rest else coins


def _nameless_money(whole: int, rest: int, currency: str, language: str) -> str:
    """The rest is read behind the point: nineteen point nine five SEK, 十九点九五SEK."""
    if language == "zh":
        return _zh_number(whole) + (f"点{_zh_signs(f'{rest:02}')}" if rest else "") + currency
    point = f" point {spoken_digits(f'{rest:02}', 'en')}" if rest else ""
    return f"{_en_number(whole)}{point} {currency}"


def _zh_signs(digits: str) -> str:
    return "".join(_ZH_DIGITS[int(digit)] for digit in digits)


def _zh_date(day: date) -> str:
    return f"{_zh_number(day.month)}月{_zh_number(day.day)}号"


def _zh_year(year: int, day: str) -> str:
    return f"{_zh_signs(str(year))}年{day}"


def _en_number(value: int) -> str:
    if value < 20:
        return _EN_NUMBERS[value]
    if value < 100:
        tens, ones = divmod(value, 10)
        return f"{_EN_TENS[tens]} {_EN_NUMBERS[ones]}" if ones else _EN_TENS[tens]
    place, name = next(pair for pair in _EN_PLACES if value >= pair[0])
    high, rest = divmod(value, place)
    return f"{_en_number(high)} {name}" + (f" {_en_number(rest)}" if rest else "")


def _en_money(whole: int, rest: int, currency: str) -> str:
    units, coins = _COINS[currency][:2]
    spoken = [f"{_en_number(whole)} {units[whole != 1]}"] if whole or not rest else []
    if rest:
        spoken.append(f"{_en_number(rest)} {coins[rest != 1]}")
    return " and ".join(spoken)


def _en_date(day: date) -> str:
    *before, last = _en_number(day.day).split()
    regular = f"{last.removesuffix('y')}ieth" if last.endswith("y") else f"{last}th"
    return " ".join([_EN_MONTHS[day.month - 1], *before, _EN_ORDINALS.get(last, regular)])


def _en_year(year: int, day: str) -> str:
    """Twenty twenty seven, but two thousand five."""
    century, rest = divmod(year, 100)
    if rest < 10:
        return f"{day}, {_en_number(year)}"
    return f"{day}, {_en_number(century)} {_en_number(rest)}"
