"""The shop over real HTTP: the same answers as in process, and what happens on its bad days."""

import contextlib
import socket
import threading
import time
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
import requests

from aftersales.deeds import CancelOrder, ChangeAddress
from aftersales.demo_gateways import DemoShop
from aftersales.errors import (
    AlreadyRequested,
    DeedRefused,
    OrderNotReturnable,
    OrderUnknown,
    ShopLied,
    ShopUnavailable,
)
from aftersales.http_shop import HttpShop
from aftersales.resilience import Breaker
from aftersales.seed import seed_shop
from dialogue.build import build_dialogue
from dialogue.turns import Caller, Memory, Utterance
from tests.fakes.demo_shop_server import served
from tests.fakes.proven import PROVEN

NOW = datetime.now(UTC)
OLIVER, OLIVERS = "+8613800000102", "3126488402"
PAID = "3126488406"


@pytest.fixture
def book(session_factory):
    with session_factory.begin() as session:
        seed_shop(session, NOW)
    return DemoShop(session_factory)


@pytest.fixture
def house(book, session_factory):
    with served(session_factory) as (server, url):
        yield server, url


@pytest.fixture
def shop(house):
    shop = HttpShop(house[1], breaker=Breaker(failures=100))
    yield shop
    shop.close()


@pytest.fixture
def server(house):
    return house[0]


def test_every_customer_order_and_detail_is_the_same_over_the_wire(shop, book):
    for number in (f"+86138000001{n:02}" for n in range(1, 15)):
        customer = book.customer_by_number(number)
        assert shop.customer_by_number(number) == customer
        assert shop.coupons_of(customer.id) == book.coupons_of(customer.id)
        orders = book.orders_of(customer.id)
        assert shop.orders_of(customer.id) == orders
        for order in orders:
            assert shop.parcel_of(order.number) == book.parcel_of(order.number)
            assert shop.details_of(order.number) == book.details_of(order.number)
    assert shop.customer_by_number("+10000000000") is None


def test_refusals_are_the_same_over_the_wire(shop):
    with pytest.raises(OrderUnknown):
        shop.request_return("0000000000", "a", NOW)
    with pytest.raises(OrderNotReturnable):
        shop.request_return("3126488401", "a", NOW)
    shop.request_refund(OLIVERS, "a", NOW)
    with pytest.raises(AlreadyRequested):
        shop.request_refund(OLIVERS, "b", NOW)
    with pytest.raises(DeedRefused):
        shop.perform(CancelOrder(OLIVERS), "c", NOW)


def test_an_answer_lost_on_the_way_is_asked_for_again_and_done_once(shop, server, book):
    server.faults.lose_answers = 1
    receipt = shop.perform(CancelOrder(PAID), "cancel-1", NOW)
    assert receipt.amount_minor == 299900
    assert server.asked == ["POST /deeds cancel-1"] * 2
    assert book.orders_of("c0106")[0].status == "cancelled"
    with pytest.raises(AlreadyRequested):
        shop.perform(CancelOrder(PAID), "cancel-2", NOW)


def test_a_refund_whose_every_answer_is_lost_is_there_once_when_asked_again(shop, server):
    server.faults.lose_answers = 3
    with pytest.raises(ShopUnavailable):
        shop.request_refund(OLIVERS, "k", NOW)
    assert shop.request_refund(OLIVERS, "k", NOW).amount_minor == 29900


def test_a_key_belongs_to_one_deed(shop):
    shop.perform(ChangeAddress(PAID, "文三路五号"), "k", NOW)
    with pytest.raises(AlreadyRequested):
        shop.perform(CancelOrder(PAID), "k", NOW)


@pytest.mark.parametrize(
    ("lie", "failure"),
    [
        ("negative_money", "negative_money"),
        ("another_person", "somebody_else"),
        ("wrong_type", "schema"),
        ("not_json", "not_json"),
        ("too_long", "too_long"),
    ],
)
def test_a_lie_is_told_and_not_believed(shop, server, lie, failure):
    server.faults.lie = lie
    with pytest.raises(ShopLied, match="cannot be true") as told:
        shop.orders_of("c0102")
    assert (told.value.gateway, told.value.failure) == ("orders", failure)
    assert "c0102" not in str(told.value), "no person in what is logged"
    with pytest.raises(ShopLied) as told:
        shop.request_refund(OLIVERS, "k", NOW)
    assert (told.value.gateway, told.value.failure) == ("refunds", failure)


@pytest.mark.parametrize(
    ("faults", "failure", "attempt"),
    [({"down": True}, "status_503", 3), ({"slow_seconds": 9.0}, "timed_out", 2)],
)
def test_what_fails_is_told_by_gateway_kind_and_try(shop, server, faults, failure, attempt):
    for name, value in faults.items():
        setattr(server.faults, name, value)
    with pytest.raises(ShopUnavailable) as told:
        shop.parcel_of(OLIVERS)
    problem = told.value
    assert (problem.gateway, problem.failure) == ("logistics", failure)
    assert problem.attempt >= attempt and OLIVERS not in str(problem)


def test_another_numbers_customer_is_nobody(shop, server):
    server.faults.lie = "another_person"
    with pytest.raises(ShopLied, match="another number's customer"):
        shop.customer_by_number(OLIVER)


def test_a_slow_shop_is_waited_for_no_longer_than_the_deadline(house):
    house[0].faults.slow_seconds = 5
    shop, begun = HttpShop(house[1], deadline_seconds=1.5), time.monotonic()
    with pytest.raises(ShopUnavailable):
        shop.orders_of("c0102")
    assert time.monotonic() - begun < 2.5
    shop.close()


def test_a_shop_that_drips_holds_nobody_longer_than_the_deadline():
    """One byte now and then keeps every single read alive; only the whole has an end."""

    def drip(connection):
        connection.recv(65536)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        with contextlib.suppress(OSError):
            for _ in range(100):
                connection.sendall(b" ")
                time.sleep(0.05)

    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    threading.Thread(target=drip, args=(connection,), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        shop = HttpShop(f"http://127.0.0.1:{server.getsockname()[1]}", deadline_seconds=0.5)
        began = time.monotonic()
        with pytest.raises(ShopUnavailable):
            shop.orders_of("c1")
        assert time.monotonic() - began < 2


def test_a_shop_that_is_down_is_left_alone_after_a_while_and_found_again(house):
    server, url = house
    shop = HttpShop(url, breaker=Breaker(failures=3, rest_seconds=0.3))
    server.faults.down = True
    with pytest.raises(ShopUnavailable):
        shop.orders_of("c0102")
    asked = len(server.asked)
    with pytest.raises(ShopUnavailable, match="left alone"):
        shop.orders_of("c0102")
    assert len(server.asked) == asked, "nobody was asked while it rests"
    server.faults.down = False
    time.sleep(0.35)
    assert len(shop.orders_of("c0102")) == 1
    shop.close()


def test_nobody_answers_at_all():
    shop = HttpShop("http://127.0.0.1:9", deadline_seconds=0.5)
    with pytest.raises(ShopUnavailable, match="ConnectionError"):
        shop.orders_of("c0102")
    shop.close()


def test_a_shop_with_a_token_opens_to_those_who_show_it(book, session_factory):
    with served(session_factory, token="secret-word") as (_, url):
        right, wrong = HttpShop(url, "secret-word"), HttpShop(url, "other")
        assert right.customer_by_number(OLIVER) is not None
        with pytest.raises(ShopLied, match="status 401"):
            wrong.customer_by_number(OLIVER)
        right.close(), wrong.close()


def test_the_shops_clock_and_faults_can_be_set_from_outside(house):
    server, url = house
    before = server.now()
    requests.put(f"{url}/test/clock", json={"hours": 30}, timeout=5).raise_for_status()
    assert (server.now() - before).total_seconds() > 29 * 3600
    requests.put(f"{url}/test/faults", json={"down": True}, timeout=5).raise_for_status()
    assert requests.get(f"{url}/customers?number=1", timeout=5).status_code == 503
    assert requests.put(f"{url}/test/faults", json={"lie": "x"}, timeout=5).status_code >= 400


def test_when_the_clock_is_moved_parcels_arrive_and_refunds_are_paid(house, shop):
    assert shop.orders_of("c0101")[0].status == "shipped"
    requests.put(f"{house[1]}/test/clock", json={"hours": 100}, timeout=5).raise_for_status()
    order = shop.orders_of("c0101")[0]
    assert order.status == "delivered" and order.delivered_at is not None
    assert shop.parcel_of(order.number).track[-1].event == "delivered"
    assert shop.orders_of("c0111")[0].refund_state == "approved"
    assert shop.request_return(order.number, "k", NOW).order_number == order.number


@pytest.mark.parametrize(
    "fault", [{"slow_seconds": 9}, {"down": True}, {"lie": "negative_money"}, {"lie": "not_json"}]
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_caller_hears_a_sentence_and_gets_a_person_on_the_shops_bad_day(
    house, book, fault, language
):
    server, url = house
    for name, value in fault.items():
        setattr(server.faults, name, value)
    shop = HttpShop(url, deadline_seconds=0.6)
    manager = build_dialogue(shop, ZoneInfo("Asia/Shanghai"))
    words = {"zh": "我要退货退款", "en": "i want to return my order and get a refund"}[language]
    caller = Caller(OLIVER, "c0102", "Oliver Hayes")
    memory = Memory(language=language, slots=PROVEN)
    reply = manager.hear(Utterance(words, language), memory, caller, NOW)
    assert reply.handover is not None and reply.handover.reason == "needs_person"
    assert {"zh": "连不上", "en": "can not reach"}[language] in reply.text
    server.faults.lie = ""
    assert book.orders_of("c0102")[0].refund_state is None
    shop.close()


def test_a_lost_yes_is_not_done_twice_and_ends_with_a_person(house, book):
    server, url = house
    shop = HttpShop(url)
    manager = build_dialogue(shop, ZoneInfo("Asia/Shanghai"))
    caller = Caller(OLIVER, "c0102", "Oliver Hayes")
    memory = Memory(language="en", slots=PROVEN)
    asked = manager.hear(Utterance("i want to return my order", "en"), memory, caller, NOW)
    server.faults.lose_answers = 5
    lost = manager.hear(Utterance("yes", "en"), asked.memory, caller, NOW)
    assert lost.handover is not None
    server.faults.lose_answers = 0
    again = manager.hear(Utterance("yes", "en"), asked.memory, caller, NOW)
    # the order is under return already: nothing more is asked for, and the caller is told so
    assert again.handover is None
    assert book.orders_of("c0102")[0].return_state == "requested"
    shop.close()


def test_dates_of_the_shop_are_dates(shop):
    assert all(isinstance(day, date) for day in shop.details_of("3126488403").free_days)
