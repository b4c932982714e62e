from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tts.wording import spoken_day, spoken_digits, spoken_money, spoken_number

SHOP = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "零", "zero"),
        (2, "二", "two"),
        (10, "十", "ten"),
        (12, "十二", "twelve"),
        (20, "二十", "twenty"),
        (105, "一百零五", "one hundred five"),
        (110, "一百一十", "one hundred ten"),
        (299, "两百九十九", "two hundred ninety nine"),
        (1005, "一千零五", "one thousand five"),
        (1050, "一千零五十", "one thousand fifty"),
        (1200, "一千二百", "one thousand two hundred"),
        (2010, "两千零一十", "two thousand ten"),
        (2026, "两千零二十六", "two thousand twenty six"),
        (10_010, "一万零一十", "ten thousand ten"),
        (10_500, "一万零五百", "ten thousand five hundred"),
        (22_200, "两万两千二百", "twenty two thousand two hundred"),
        (120_000, "十二万", "one hundred twenty thousand"),
        (2_000_000, "两百万", "two million"),
        (10_200_300, "一千零二十万零三百", "ten million two hundred thousand three hundred"),
        (100_000_001, "一亿零一", "one hundred million one"),
        (-3, "负三", "minus three"),
    ],
)
def test_numbers_are_spelt_out(value, zh, en):
    assert spoken_number(value, "zh") == zh
    assert spoken_number(value, "en") == en


@pytest.mark.parametrize(
    ("digits", "zh", "en"),
    [
        ("0102", "零幺零二", "zero one zero two"),
        ("SF-123", "幺二三", "one two three"),
        ("", "", ""),
    ],
)
def test_digits_are_said_one_by_one(digits, zh, en):
    assert spoken_digits(digits, "zh") == zh
    assert spoken_digits(digits, "en") == en


@pytest.mark.parametrize(
    ("minor", "currency", "language", "spoken"),
    [
        (29_900, "CNY", "zh", "两百九十九元"),
        (12_850, "CNY", "zh", "一百二十八元五角"),
        (12_805, "CNY", "zh", "一百二十八元零五分"),
        (12_800, "CNY", "zh", "一百二十八元"),
        (200, "CNY", "zh", "两元"),
        (5, "CNY", "zh", "五分"),
        (0, "CNY", "zh", "零元"),
        (29_900, "CNY", "en", "two hundred ninety nine yuan"),
        (12_850, "CNY", "en", "one hundred twenty eight yuan and fifty fen"),
        (1250, "USD", "en", "twelve dollars and fifty cents"),
        (101, "USD", "en", "one dollar and one cent"),
        (99, "USD", "en", "ninety nine cents"),
        (0, "USD", "en", "zero dollars"),
        (-500, "USD", "en", "minus five dollars"),
        (1999, "USD", "zh", "十九美元九十九美分"),
        (1911, "SEK", "en", "nineteen point one one SEK"),
        (1911, "SEK", "zh", "十九点一一SEK"),
    ],
)
def test_money_is_read_from_minor_units(minor, currency, language, spoken):
    assert spoken_money(minor, currency, language) == spoken


@pytest.mark.parametrize(
    ("moment", "zh", "en"),
    [
        (datetime(2026, 11, 21, 3, tzinfo=UTC), "今天", "today"),
        (datetime(2026, 11, 20, 17, tzinfo=UTC), "今天", "today"),
        (datetime(2026, 11, 20, 3, tzinfo=UTC), "昨天", "yesterday"),
        (datetime(2026, 11, 22, 3, tzinfo=UTC), "明天", "tomorrow"),
        (datetime(2026, 11, 23, 3, tzinfo=UTC), "后天", "November twenty third"),
        (datetime(2026, 11, 5, 3, tzinfo=UTC), "十一月五号", "November fifth"),
        (datetime(2026, 11, 30, 3, tzinfo=UTC), "十一月三十号", "November thirtieth"),
        (datetime(2026, 12, 11, 3, tzinfo=UTC), "十二月十一号", "December eleventh"),
        (
            datetime(2027, 1, 2, 3, tzinfo=UTC),
            "二零二七年一月二号",
            "January second, twenty twenty seven",
        ),
        (
            datetime(2005, 3, 12, 3, tzinfo=UTC),
            "二零零五年三月十二号",
            "March twelfth, two thousand five",
        ),
    ],
)
def test_near_days_have_names_and_other_years_are_said(moment, zh, en):
    assert spoken_day(moment, NOW, SHOP, "zh") == zh
    assert spoken_day(moment, NOW, SHOP, "en") == en
