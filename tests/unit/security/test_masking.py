import pytest

from security.masking import mask_number, mask_text


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("+8613800000103", "+86138****0103"),
        ("13800000103", "138****0103"),
        ("+12025550123", "+120****0123"),
        ("138-0000-0103", "138-****-0103"),
        ("95338", "***38"),
        ("client:aisha", "client:aisha"),
        ("client:agent12345678", "client:agent12345678"),
        ("", ""),
    ],
)
def test_a_number_keeps_only_what_tells_callers_apart(number, masked):
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("call 13800000103 now", "call 138****0103 now"),
        ("from=+8613800000103 to=+864008000001", "from=+86138****0103 to=+8640****0001"),
        ("我的电话是138 0000 0103谢谢", "我的电话是138 **** 0103谢谢"),
        ("1 3 8 0 0 0 0 0 1 0 3", "1 3 8 * * * * 0 1 0 3"),
        ("ring (202) 555-0123", "ring (20*) ***-0123"),
        ("010-87654321", "010-****4321"),
        ("0086 138 0000 0103", "0086 138 **** 0103"),
    ],
)
def test_phone_numbers_in_free_text_are_masked(text, masked):
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 02:08:01 call ended after 123 s",
        "order 202511070003",
        "CA13800000103000000000000000000000",
        "RV0a1b13800000103ff",
        "id 1763777281123-0",
        "price 1299.00",
        "192.168.100.200",
    ],
)
def test_what_is_no_phone_number_stays_readable(text):
    assert mask_text(text) == text
