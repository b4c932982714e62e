"""The shop over HTTP (shop.openapi.yaml): a deadline, retries with jitter, a breaker, and a border
at which every answer is checked before anybody uses it.
"""

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
import requests

from aftersales.bounded_body import AnswerTooLarge, AnswerTooSlow, bounded_body
from aftersales.deeds import Coupon, Deed, Details, Receipt, kind_of
from aftersales.errors import (
    AfterSalesError,
    AlreadyRequested,
    DeedRefused,
    OrderNotReturnable,
    OrderUnknown,
    ShopLied,
    ShopUnavailable,
)
from aftersales.gateways import Customer, Order, Parcel, RefundReceipt, ReturnReceipt
from aftersales.resilience import Breaker, pause_seconds

DEADLINE_SECONDS = 3.0
"""For one question with all its tries: a caller waits in silence meanwhile."""
TRY_SECONDS = 1.2
"""For one try, so that a second one still fits."""
TRIES = 3
ANSWER_LIMIT = 1_000_000
"""Bytes; the orders of the best customer have a tenth of it."""

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Question:
    method: str
    path: str
    """Below the base address, quoted."""
    key: str = ""
    """Idempotency key; a question that changes something has one, so asking twice is safe."""
    body: bytes | None = None
    order_number: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """The shop's body of a 404 or 409."""

    code: str
    what: str = ""
    why: str = ""


class HttpShop:
    """A Shop behind an address; thread-safe, one breaker for all callers of the process."""

    def __init__(
        self,
        base_url: str,
        token: str = "",
        *,
        deadline_seconds: float = DEADLINE_SECONDS,
        breaker: Breaker | None = None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._base = base_url.rstrip("/")
        self._deadline = deadline_seconds
        self._breaker = breaker or Breaker()
        self._lock = threading.Lock()
        self._steady = steady
        self._session = requests.Session()
        # The shop is where the settings say; a proxy or .netrc of the machine has no part in it.
        self._session.trust_env = False
        if token:
            self._session.headers["Authorization"] = f"Bearer {token}"

    def close(self) -> None:
        """Close the kept connections."""
        self._session.close()

    # -- OrderGateway

    def customer_by_number(self, number: str) -> Customer | None:
        """The account behind a calling number."""
        question = _Question("GET", f"/customers?number={quote(number)}")
        customer: Customer | None = self._ask(question, Customer | None)
        if customer is not None and customer.number != number:
            raise ShopLied(_name(question), "another number's customer")
        return customer

    def orders_of(self, customer_id: str) -> tuple[Order, ...]:
        """All orders of a customer, newest first."""
        question = _Question("GET", f"/customers/{quote(customer_id, safe='')}/orders")
        orders: tuple[Order, ...] = self._ask(question, tuple[Order, ...])
        if any(order.customer_id != customer_id for order in orders):
            raise ShopLied(_name(question), "another customer's order")
        if len({order.number for order in orders}) < len(orders):
            raise ShopLied(_name(question), "one order twice")
        return tuple(sorted(orders, key=lambda o: (o.placed_at, o.number), reverse=True))

    def parcel_of(self, order_number: str) -> Parcel | None:
        """The latest parcel of an order."""
        question = _about(order_number, "GET", "parcel")
        parcel: Parcel | None = self._ask(question, Parcel | None)
        return parcel if parcel is None else _of_order(parcel, order_number)

    def request_return(self, order_number: str, key: str, now: datetime) -> ReturnReceipt:
        """Ask to send an order back, once per key; the shop's own clock counts, not `now`."""
        question = _about(order_number, "POST", "return", key)
        receipt: ReturnReceipt = self._ask(question, ReturnReceipt)
        return _of_order(receipt, order_number)

    def request_refund(self, order_number: str, key: str, now: datetime) -> RefundReceipt:
        """Ask for an order's money back, once per key."""
        question = _about(order_number, "POST", "refund", key)
        receipt: RefundReceipt = self._ask(question, RefundReceipt)
        return _of_order(receipt, order_number)

    # -- DeedGateway

    def details_of(self, order_number: str) -> Details:
        """What is known about an order."""
        details: Details = self._ask(_about(order_number, "GET", "details"), Details)
        return _of_order(details, order_number)

    def coupons_of(self, customer_id: str) -> tuple[Coupon, ...]:
        """The coupons of a customer."""
        path = f"/customers/{quote(customer_id, safe='')}/coupons"
        coupons: tuple[Coupon, ...] = self._ask(_Question("GET", path), tuple[Coupon, ...])
        return coupons

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        """Do it once per key."""
        body = msgspec.json.encode(deed)
        question = _Question("POST", "/deeds", key, body, deed.order_number)
        receipt: Receipt = self._ask(question, Receipt)
        _of_order(receipt, deed.order_number)
        if receipt.kind != kind_of(deed):
            raise ShopLied(_name(question), f"a receipt for {receipt.kind!r}")
        return receipt

    # -- asking

    def _ask(self, question: _Question, kind: Any) -> Any:
        """The checked answer within the deadline; tries again where that may help."""
        ends = self._steady() + self._deadline
        for attempt in range(1, TRIES + 1):
            try:
                status, body = self._try(question, ends)
                break
            except ShopUnavailable:
                pause = pause_seconds(attempt, random.random())
                if attempt == TRIES or self._steady() + pause >= ends:
                    raise
                time.sleep(pause)
        return _read(question, status, body, kind)

    def _try(self, question: _Question, ends: float) -> tuple[int, bytes]:
        with self._lock:
            if not self._breaker.allows(self._steady()):
                raise ShopUnavailable("it failed again and again, so it is left alone for a while")
        try:
            status, body = self._exchange(question, min(ends, self._steady() + TRY_SECONDS))
        except (requests.RequestException, ShopUnavailable) as problem:
            with self._lock:
                self._breaker.failed(self._steady())
            if isinstance(problem, ShopUnavailable):
                raise
            raise ShopUnavailable(type(problem).__name__) from problem
        with self._lock:
            self._breaker.succeeded()
        return status, body

    def _exchange(self, question: _Question, ends: float) -> tuple[int, bytes]:
        headers = {"Idempotency-Key": question.key} if question.key else {}
        if question.body is not None:
            headers["Content-Type"] = "application/json"
        with self._session.request(
            question.method,
            self._base + question.path,
            data=question.body,
            headers=headers,
            timeout=max(0.05, ends - self._steady()),
            stream=True,
            allow_redirects=False,
        ) as response:
            try:
                body = bounded_body(response, ANSWER_LIMIT, ends, self._steady)
            except AnswerTooLarge as problem:
                raise ShopLied(_name(question), str(problem)) from problem
            except AnswerTooSlow as problem:
                raise ShopUnavailable(str(problem)) from problem
            if response.status_code >= 500 or response.status_code == 429:
                raise ShopUnavailable(f"status {response.status_code}")
            return response.status_code, body


def _about(order_number: str, method: str, what: str, key: str = "") -> _Question:
    path = f"/orders/{quote(order_number, safe='')}/{what}"
    return _Question(method, path, key, order_number=order_number)


def _name(question: _Question) -> str:
    """For logs: without the caller's number."""
    return f"{question.method} {question.path.partition('?')[0]}"


def _read(question: _Question, status: int, body: bytes, kind: Any) -> Any:
    try:
        if status == 200:
            return msgspec.json.decode(body, type=kind)
        if status in (404, 409):
            raise _refused(question, msgspec.json.decode(body, type=Refusal))
    except msgspec.MsgspecError as problem:
        raise ShopLied(_name(question), str(problem)) from problem
    raise ShopLied(_name(question), f"status {status}")


def _refused(question: _Question, refusal: Refusal) -> AfterSalesError:
    number = question.order_number
    match refusal.code:
        case "order_unknown":
            return OrderUnknown(number)
        case "order_not_returnable":
            return OrderNotReturnable(number, refusal.why)
        case "already_requested":
            return AlreadyRequested(number, refusal.what)
        case "deed_refused":
            return DeedRefused(number, refusal.what, refusal.why)
    return ShopLied(_name(question), f"refusal {refusal.code!r}")


def _of_order(answer: Answer, order_number: str) -> Answer:
    """The answer, if it is about the order that was asked for."""
    if getattr(answer, "order_number", None) != order_number:
        raise ShopLied(type(answer).__name__, "another order")
    return answer
