"""Values named in an utterance: numbers, money, dates, products, quantities."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import yaml

from dialogue.errors import DataInvalid
from dialogue.nlu.dates import dates
from dialogue.nlu.numbers import (
    EN_DIGIT_RUN,
    EN_NUMBER,
    ZH_DIGIT_RUN,
    ZH_NUMBER,
    digits_en,
    digits_zh,
    value_en,
    value_zh,
)
from dialogue.turns import Entity

PRODUCTS_FILE = Path(__file__).with_name("products.yaml")
Products = Mapping[str, tuple[tuple[str, str], ...]]
"""Language -> (noun, category), longest noun first."""

_MONEY_ZH = re.compile(
    f"(?P<n>\\d+\\.\\d+|{ZH_NUMBER})(?:块钱|块|元钱|元)(?:(?P<jiao>[一二两三四五六七八九\\d])(?:毛|角)?(?![件个天号]))?"
)
_MONEY_EN = re.compile(
    rf"(?P<n>{EN_NUMBER})(?:dollars?|yuan|bucks)(?:(?: and)? (?P<cents>{EN_NUMBER})cents?)?|"
    r"\$\s?(?P<sign>\d+(?:\.\d+)?)"
)
_QUANTITY_ZH = re.compile(
    f"(?P<n>{ZH_NUMBER})(?:件|个|双|台|箱|盒|瓶|套|份|只)(?!月|小时|星期|人|工作)"
)
_QUANTITY_EN = re.compile(
    rf"\b(?P<n>{EN_NUMBER})(?:items?|pairs?|pieces?|boxes|shirts|phones|laptops|books|packages|parcels)\b"
)
_PHONE_WORDS = re.compile("手机|电话|尾号|phone|mobile")
_ORDER_WORDS = re.compile("订单|单号|order")
_TRACKING_WORDS = re.compile("快递|运单|物流|包裹|tracking|parcel|package")
_LETTERED = re.compile(r"\b[a-z]{2}\d{8,15}\b")


def load_products(path: Path = PRODUCTS_FILE) -> Products:
    """Product nouns by language; raises DataInvalid with every problem found."""
    data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    problems = [
        f"category {category!r} needs a list {language!r}"
        for category, names in data.items()
        for language in ("zh", "en")
        if not isinstance(names, dict) or not isinstance(names.get(language), list)
    ]
    if problems or not data:
        raise DataInvalid(path.name, tuple(problems) or ("no category",))
    return {
        language: tuple(
            sorted(
                ((str(noun), category) for category, ns in data.items() for noun in ns[language]),
                key=lambda pair: -len(pair[0]),
            )
        )
        for language in ("zh", "en")
    }


def read_entities(text: str, language: str, today: date, products: Products) -> tuple[Entity, ...]:
    """All values of a normalised text, in order of mention; `today` is the shop's date."""
    taken: list[tuple[int, int]] = []
    found: list[tuple[int, Entity]] = []
    readers = (_lettered, _money, _quantities, _numbers)
    for start, end, entity in _dates(text, language, today):
        taken.append((start, end))
        found.append((start, entity))
    for read in readers:
        for start, end, entity in read(text, language):
            if not any(start < e and s < end for s, e in taken):
                taken.append((start, end))
                found.append((start, entity))
    found += _nouns(text, language, products)
    return tuple(entity for _, entity in sorted(found, key=lambda pair: pair[0]))


Spans = Iterator[tuple[int, int, Entity]]


def _dates(text: str, language: str, today: date) -> Spans:
    for start, end, day in dates(text, language, today):
        yield start, end, Entity("date", day.isoformat(), text[start:end].strip())


def _lettered(text: str, language: str) -> Spans:
    for match in _LETTERED.finditer(text):
        yield *match.span(), Entity("tracking_number", match.group().upper(), match.group())


def _money(text: str, language: str) -> Spans:
    pattern = _MONEY_ZH if language == "zh" else _MONEY_EN
    for match in pattern.finditer(text):
        minor = _minor(match, language)
        if minor is not None:
            yield *match.span(), Entity("amount", str(minor), match.group().strip())


def _minor(match: re.Match[str], language: str) -> int | None:
    groups = match.groupdict()
    if language == "zh":
        value = value_zh(groups["n"])
        tenth = value_zh(groups["jiao"]) if groups["jiao"] else 0.0
        return None if value is None else round(value * 100 + (tenth or 0.0) * 10)
    if groups["sign"]:
        return round(float(groups["sign"]) * 100)
    value = value_en(groups["n"])
    cents = value_en(groups["cents"]) if groups["cents"] else 0.0
    return None if value is None else round(value * 100 + (cents or 0.0))


def _quantities(text: str, language: str) -> Spans:
    pattern, value_of = (_QUANTITY_ZH, value_zh) if language == "zh" else (_QUANTITY_EN, value_en)
    for match in pattern.finditer(text):
        value = value_of(match.group("n").strip())
        # 一个 is mostly an article ("给我一个发票"), not a count.
        if value is not None and value >= 1 and not match.group().startswith("一个"):
            yield *match.span(), Entity("quantity", str(round(value)), match.group().strip())


def _numbers(text: str, language: str) -> Spans:
    run, to_digits = (ZH_DIGIT_RUN, digits_zh) if language == "zh" else (EN_DIGIT_RUN, digits_en)
    for match in run.finditer(text):
        digits = to_digits(match.group())
        if len(digits) >= 3:
            kind = _kind(digits, text[max(0, match.start() - 24) : match.start()])
            yield *match.span(), Entity(kind, digits, match.group())


def _kind(digits: str, before: str) -> str:
    """What a run of digits is, by its length and the words before it."""
    if len(digits) == 11 and digits[0] == "1":
        return "phone"
    if len(digits) <= 5:
        # Four digits after "order" are the order's tail; the phone's is the usual check.
        return "order_number" if _ORDER_WORDS.search(before) else "phone_tail"
    if len(digits) >= 11 or (_TRACKING_WORDS.search(before) and not _ORDER_WORDS.search(before)):
        return "tracking_number"
    return "phone" if _PHONE_WORDS.search(before) else "order_number"


def _nouns(text: str, language: str, products: Products) -> list[tuple[int, Entity]]:
    found: list[tuple[int, Entity]] = []
    used: set[int] = set()
    for noun, category in products[language]:
        pattern = re.escape(noun) if language == "zh" else rf"\b{re.escape(noun)}\b"
        for match in re.finditer(pattern, text):
            places = set(range(*match.span()))
            # 手机号 and "phone number" name no product.
            if places & used or re.match("号|尾号| number", text[match.end() :]):
                continue
            used |= places
            found.append((match.start(), Entity("product", category, noun)))
    return found
