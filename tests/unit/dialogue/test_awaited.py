"""When an answer in digits is whole: the line then waits no longer than after any sentence."""

from datetime import UTC, datetime

import pytest

from aftersales.gateways import Item, Order
from dialogue import proofs
from dialogue.awaited import IsWhole, whole_answer
from dialogue.turns import Caller, Memory

MEI = Caller("+8613800128401", "c1", "Mei")
OLIVER = Caller("+8613800000102", "c2", "Oliver Hayes")
BOUGHT = datetime(2026, 11, 20, tzinfo=UTC)


def order(number: str) -> Order:
    item = Item("外套", "jacket", "clothing", 100, 1)
    return Order(number, "c1", "paid", (item,), 100, "CNY", BOUGHT)


ORDERS = tuple(map(order, ("3126488402", "3126470148", "8402993377")))
"""The last one begins as the first one ends."""


def asked(
    slot: str = "check", caller: Caller = OLIVER, language: str = "en", **slots: str
) -> IsWhole:
    memory = Memory(language, waiting_for=f"track_package.{slot}", slots=slots)
    return whole_answer(memory, caller, ORDERS)


@pytest.mark.parametrize(
    "said",
    [
        "zero one four eight",
        "it is oh one four eight",
        "three three double seven",
        "my order number is three one two six four eight eight four oh two",
        "three one two six [unk] four seven zero one four eight",
        "0148",
    ],
)
def test_an_own_orders_digits_are_whole(said: str) -> None:
    assert asked(check_need="1")(said)


@pytest.mark.parametrize(
    ("said", "whole"),
    [
        ("零幺四八", True),
        ("尾号是零一四八", True),
        ("幺四八", False),
        ("零一 四八", True),
        ("三三七", False),
        ("三三七七", True),
    ],
)
def test_the_same_in_mandarin(said: str, whole: bool) -> None:
    assert asked(caller=MEI, language="zh", check_need="1")(said) is whole


@pytest.mark.parametrize(
    "said",
    [
        "",
        "um",
        "my order number is",
        "zero one",
        "zero one four",
        "one one one one",
        "three one two six",
        "three one two six four eight eight four",
        "zero one four eight nine",
    ],
)
def test_less_more_and_other_digits_are_not(said: str) -> None:
    assert not asked(check_need="1")(said)


def test_digits_that_may_go_on_to_a_longer_own_number_are_waited_for() -> None:
    whole = asked(check_need="1")
    assert not whole("eight four zero two")
    assert whole("eight four zero two nine nine three three seven seven")


def test_a_telephone_number_that_is_begun_is_waited_for() -> None:
    caller = Caller("+8601480000102", "c2", "Oliver Hayes")
    assert not asked(caller=caller, check_need="1")("zero one four eight")


def test_a_second_number_in_the_same_breath_ends_nothing() -> None:
    assert not asked(check_need="1")("one one one one no it is zero one four eight")


def test_a_code_is_whole_by_its_length_alone() -> None:
    whole = asked("code", code="4071", check_need="2")
    assert whole("four zero seven one") and whole("one one one one")
    assert not whole("four zero seven") and not whole("four zero seven one one")
    assert not whole("oliver hayes")


def test_digits_that_choose_an_order_are_whole_without_any_proof() -> None:
    told = {proofs.TOLD: "3126470148", proofs.NEED: "1", proofs.NAME: "yes"}
    whole = asked("order", **told)
    assert whole("zero one four eight")
    assert not whole("") and not whole("oliver hayes") and not whole("one one one one")


def test_digits_that_prove_nothing_are_waited_for() -> None:
    assert not asked(check_need="1", told="3126470148")("zero one four eight")
    known = Caller("+8613800000148", "c2", "Oliver Hayes")
    assert not asked(caller=known, check_need="1")("zero one four eight")


def test_the_name_is_whole_where_one_proof_is_asked_for_and_no_number_has_begun() -> None:
    whole = asked(check_need="1")
    assert whole("oliver hayes") and whole("my name is oliver hayes")
    assert not whole("oliver hayes zero") and not whole("oliver hayes zero one four")


def test_the_wish_for_a_code_by_message_is_whole() -> None:
    assert asked(check_need="2")("please send me a code")
    assert asked(caller=MEI, language="zh", check_need="2")("发验证码")
    assert not asked(check_need="2")("the order code is")
    assert not asked("code", check_need="2")("the code")


def test_where_both_are_asked_for_one_of_them_is_not_whole() -> None:
    whole = asked(check_need="2")
    assert not whole("oliver hayes") and not whole("zero one four eight")
    assert whole("oliver hayes zero one four eight") and whole("0148 oliver hayes")


@pytest.mark.parametrize(
    ("shown", "said"), [(proofs.NAME, "zero one four eight"), (proofs.ORDER, "oliver hayes")]
)
def test_where_both_are_needed_and_one_is_shown_the_other_is_whole(shown: str, said: str) -> None:
    assert asked(check_need="2", **{shown: "yes"})(said)


def test_of_a_caller_whom_nobody_knows_only_a_codes_length_is_known() -> None:
    stranger = Caller("+8613900000000")
    for slot, whole in (("check", False), ("order", False), ("code", True)):
        memory = Memory("en", waiting_for=f"track_package.{slot}")
        assert whole_answer(memory, stranger, ())("zero one four eight") is whole
