"""Which day is meant where a count or "the one" stands beside it, in either word order."""

from datetime import date

import pytest

from dialogue.nlu.entities import load_products, read_entities
from dialogue.nlu.normalise import normalise

FRIDAY = date(2026, 11, 20)
PRODUCTS = load_products()


def days(text: str, language: str) -> list[str]:
    found = read_entities(normalise(text, language), language, FRIDAY, PRODUCTS)
    return [one.value for one in found if one.kind == "date"]


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the one of november thirteenth", "2026-11-13"),
        ("en", "the one of november the thirteenth", "2026-11-13"),
        ("en", "the one of november 13th", "2026-11-13"),
        ("en", "the one from november thirteenth", "2026-11-13"),
        ("en", "that one november third", "2026-11-03"),
        ("en", "the one of the thirteenth of november", "2026-11-13"),
        ("en", "the november thirteenth one", "2026-11-13"),
        ("en", "the one of the thirteenth", "2026-11-13"),
        ("en", "the second one may third", "2027-05-03"),
        ("en", "one on the third of may", "2027-05-03"),
        ("en", "two of november third", "2026-11-03"),
        ("en", "i bought two november third", "2026-11-03"),
        ("en", "two from last monday", "2026-11-16"),
        ("en", "november third two shirts", "2026-11-03"),
        ("en", "the one two weeks ago", "2026-11-06"),
        ("en", "order two three days ago", "2026-11-17"),
        ("zh", "一个十一月十三号的", "2026-11-13"),
        ("zh", "十一月十三号的那一个", "2026-11-13"),
        ("zh", "十一月十三两件", "2026-11-13"),
        ("zh", "那单十三号的", "2026-11-13"),
        ("zh", "十三号的那一单", "2026-11-13"),
        ("zh", "两件上周一的", "2026-11-09"),
        ("zh", "上周一的两件", "2026-11-09"),
    ],
)
def test_the_one_of_a_day_is_of_that_day(language, text, day):
    assert days(text, language) == [day]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the one of november"),
        ("en", "the second one of may"),
        ("en", "in november two of them arrived"),
        ("en", "in november one of my parcels got lost"),
        ("en", "in may two parcels got lost"),
        ("en", "i am one of the first customers"),
        ("zh", "十一月一单"),
        ("zh", "十一月的一件"),
        ("zh", "十一月十三单"),
        ("zh", "十一月一直没到"),
        ("zh", "十一月一共两单"),
    ],
)
def test_a_count_beside_a_month_is_no_day(language, text):
    assert days(text, language) == []


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "the first of november", "2026-11-01"),
        ("en", "november one", "2026-11-01"),
        ("en", "twenty one of november", "2026-11-21"),
        ("en", "the thirteen of november", "2026-11-13"),
        ("en", "twenty one days ago", "2026-10-30"),
        ("en", "one hundred days ago", "2026-08-12"),
        ("en", "from november one to november three", "2026-11-01/2026-11-03"),
        ("zh", "十一月一号", "2026-11-01"),
        ("zh", "十一月一", "2026-11-01"),
        ("zh", "十一月二十一", "2026-11-21"),
    ],
)
def test_days_said_without_an_ordinal_are_still_days(language, text, day):
    assert days(text, language) == [day]
