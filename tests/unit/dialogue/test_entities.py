from datetime import date

import pytest

from dialogue.nlu.entities import load_products, read_entities
from dialogue.nlu.normalise import normalise
from dialogue.nlu.numbers import digits_en, value_en, value_zh

FRIDAY = date(2026, 11, 20)
PRODUCTS = load_products()


def values(text: str, language: str) -> list[tuple[str, str]]:
    found = read_entities(normalise(text, language), language, FRIDAY, PRODUCTS)
    return [(e.kind, e.value) for e in found]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("zh", "订单号三幺二六四八零幺零幺", [("order_id", "3126480101")]),
        ("zh", "手机尾号八八二幺", [("phone_tail", "8821")]),
        ("zh", "我的手机号是幺三八零零零零零幺零幺", [("phone", "13800000101")]),
        ("zh", "订单尾号洞幺拐勾", [("order_id_tail", "0179")]),
        ("zh", "后四位 幺 零 两 六", [("phone_tail", "1026")]),
        ("en", "the order ends in double two oh seven", [("order_id_tail", "2207")]),
        ("en", "the order ends in nought four triple one", [("order_id_tail", "04111")]),
        ("zh", "运单号880012340101", [("tracking_no", "880012340101")]),
        (
            "en",
            "order number three one two six four eight oh one oh two",
            [("order_id", "3126480102")],
        ),
        ("en", "it ends in double two one four", [("phone_tail", "2214")]),
        ("en", "the order ends in oh one oh two", [("order_id_tail", "0102")]),
        ("zh", "一百二十块", [("amount", "120")]),
        ("zh", "三十五块五", [("amount", "35.50")]),
        ("zh", "退我两百九十九元", [("amount", "299")]),
        ("zh", "12.5元", [("amount", "12.50")]),
        ("en", "twenty five dollars and fifty cents", [("amount", "25.50")]),
        ("en", "i paid $12.50", [("amount", "12.50")]),
        ("en", "two hundred and ninety nine yuan", [("amount", "299")]),
        ("zh", "昨天", [("date", "2026-11-19")]),
        ("zh", "上周三", [("date", "2026-11-11")]),
        ("zh", "星期一", [("date", "2026-11-16")]),
        ("zh", "下周一", [("date", "2026-11-23")]),
        ("zh", "三天前", [("date", "2026-11-17")]),
        ("zh", "十一月五号", [("date", "2026-11-05")]),
        ("en", "the day before yesterday", [("date", "2026-11-18")]),
        ("en", "last monday", [("date", "2026-11-16")]),
        ("en", "next tuesday", [("date", "2026-11-24")]),
        ("en", "three days ago", [("date", "2026-11-17")]),
        ("en", "november third", [("date", "2026-11-03")]),
        ("en", "december twenty fifth", [("date", "2026-12-25")]),
        ("zh", "两件衬衫", [("quantity", "2"), ("product", "衬衫")]),
        ("zh", "我的冰箱", [("product", "冰箱")]),
        ("zh", "手机号改了", []),
        ("en", "two items", [("quantity", "2")]),
        ("en", "my phone number changed", []),
        ("en", "the washing machine", [("product", "washing machine")]),
        ("en", "february thirtieth", []),
        ("zh", "给我一个发票", []),
    ],
)
def test_values_are_read_as_said(language, text, expected):
    assert values(text, language) == expected


@pytest.mark.parametrize(
    ("words", "value"),
    [("十", 10), ("十二", 12), ("一百二", 120), ("两千零五", 2005), ("一万两千", 12000), ("三", 3)],
)
def test_mandarin_numbers(words, value):
    assert value_zh(words) == value


def test_english_numbers():
    assert value_en("one hundred and twenty five") == 125
    assert value_en("two thousand ten") == 2010
    assert value_en("no number") is None


def test_spoken_digits_know_double_and_oh():
    assert digits_en("double oh seven triple three forty two") == "00733342"
