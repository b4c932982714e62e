from datetime import date, time

import pytest

from tts import wording

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("value", "spoken"),
    [
        (0, "零"),
        (2, "二"),
        (10, "十"),
        (12, "十二"),
        (20, "二十"),
        (105, "一百零五"),
        (110, "一百一十"),
        (1005, "一千零五"),
        (1050, "一千零五十"),
        (2026, "两千零二十六"),
        (10_010, "一万零一十"),
        (120_000, "十二万"),
        (100_000_001, "一亿零一"),
        (10_200_300, "一千零二十万零三百"),
        (-3, "负三"),
    ],
)
def test_whole_numbers_are_read_in_mandarin(value, spoken):
    assert wording.number(value, "zh") == spoken


@pytest.mark.parametrize(
    ("code", "language", "spoken"),
    [
        ("A123456", "en", "A, 1 2 3 4, 5 6"),
        ("SF-12345", "en", "S F, 1 2 3 4 5"),
        ("20261101", "zh", "二零二六，幺幺零幺"),
        ("SF123", "zh", "S F，幺二三"),
        ("", "en", ""),
    ],
)
def test_order_numbers_are_read_sign_by_sign(code, language, spoken):
    assert wording.spelled(code, language) == spoken


@pytest.mark.parametrize(
    ("minor", "currency", "language", "spoken"),
    [
        (12850, "CNY", "zh", "一百二十八元五角"),
        (12805, "CNY", "zh", "一百二十八元零五分"),
        (12800, "CNY", "zh", "一百二十八元"),
        (200, "CNY", "zh", "两元"),
        (5, "CNY", "zh", "五分"),
        (0, "CNY", "zh", "零元"),
        (12850, "CNY", "en", "128 yuan and 50 fen"),
        (101, "USD", "en", "1 dollar and 1 cent"),
        (99, "USD", "en", "99 cents"),
        (0, "USD", "en", "0 dollars"),
        (-500, "USD", "en", "minus 5 dollars"),
        (1999, "USD", "zh", "十九美元九十九美分"),
        (1999, "SEK", "en", "19.99 SEK"),
    ],
)
def test_money_is_read_from_minor_units(minor, currency, language, spoken):
    assert wording.money(minor, currency, language) == spoken


@pytest.mark.parametrize(
    ("value", "language", "spoken"),
    [
        (date(2026, 11, 21), "zh", "今天"),
        (date(2026, 11, 22), "en", "tomorrow"),
        (date(2026, 11, 23), "zh", "后天"),
        (date(2026, 11, 23), "en", "November 23rd"),
        (date(2026, 12, 11), "en", "December 11th"),
        (date(2026, 11, 30), "zh", "十一月三十号"),
        (date(2027, 1, 2), "en", "January 2nd, 2027"),
        (date(2027, 1, 2), "zh", "二零二七年一月二号"),
    ],
)
def test_dates_near_today_have_names_and_others_their_year(value, language, spoken):
    assert wording.day(value, language, today=TODAY) == spoken


@pytest.mark.parametrize(
    ("value", "language", "spoken"),
    [
        (time(15, 20), "en", "3:20 p.m."),
        (time(0, 5), "en", "12:05 a.m."),
        (time(9), "en", "9 a.m."),
        (time(14, 5), "zh", "下午两点零五分"),
        (time(9, 30), "zh", "上午九点半"),
        (time(12), "zh", "中午十二点"),
        (time(22), "zh", "晚上十点"),
    ],
)
def test_times_of_day_are_read_on_twelve_hours(value, language, spoken):
    assert wording.clock(value, language) == spoken


@pytest.mark.parametrize(
    ("seconds", "zh", "en"),
    [
        (20, "半分钟", "half a minute"),
        (60, "一分钟", "1 minute"),
        (119, "两分钟", "2 minutes"),
        (7200, "两个小时", "2 hours"),
    ],
)
def test_waits_are_rounded_to_what_one_says(seconds, zh, en):
    assert wording.duration(seconds, "zh") == zh
    assert wording.duration(seconds, "en") == en


def test_two_things_take_the_measure_form_of_two():
    assert wording.count(2, "包裹", "zh") == "两个包裹"
    assert wording.count(1, "parcel", "en") == "1 parcel"
    assert wording.count(2, "box", "en", plural="boxes") == "2 boxes"
