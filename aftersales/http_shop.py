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
from aftersales.deeds import Coupon, Deed, Details, Receipt, SendText, kind_of
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
    gateway: str
    """As in AfterSalesError.gateway."""
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
        question = _Question("customers", "GET", f"/customers?number={quote(number)}")
        customer: Customer | None = self._ask(question, Customer | None)
        if customer is not None and customer.number != number:
            raise ShopLied("customers", "another number's customer", "somebody_else")
        return customer

    def orders_of(self, customer_id: str) -> tuple[Order, ...]:
        """All orders of a customer, newest first."""
        question = _Question("orders", "GET", f"/customers/{quote(customer_id, safe='')}/orders")
        orders: tuple[Order, ...] = self._ask(question, tuple[Order, ...])
        if any(order.customer_id != customer_id for order in orders):
            raise ShopLied("orders", "another customer's order", "somebody_else")
        if len({order.number for order in orders}) < len(orders):
            raise ShopLied("orders", "one order twice", "twice")
        return tuple(sorted(orders, key=lambda o: (o.placed_at, o.number), reverse=True))

    def parcel_of(self, order_number: str) -> Parcel | None:
        """The latest parcel of an order."""
        question = _about("logistics", order_number, "parcel")
        parcel: Parcel | None = self._ask(question, Parcel | None)
        return parcel if parcel is None else _of_order(parcel, question)

    def request_return(self, order_number: str, key: str, now: datetime) -> ReturnReceipt:
        """Ask to send an order back, once per key; the shop's own clock counts, not `now`."""
        question = _about("returns", order_number, "return", key)
        receipt: ReturnReceipt = self._ask(question, ReturnReceipt)
        return _of_order(receipt, question)

    def request_refund(self, order_number: str, key: str, now: datetime) -> RefundReceipt:
        """Ask for an order's money back, once per key."""
        question = _about("refunds", order_number, "refund", key)
        receipt: RefundReceipt = self._ask(question, RefundReceipt)
        return _of_order(receipt, question)

    # -- DeedGateway

    def details_of(self, order_number: str) -> Details:
        """What is known about an order."""
        question = _about("details", order_number, "details")
        details: Details = self._ask(question, Details)
        return _of_order(details, question)

    def coupons_of(self, customer_id: str) -> tuple[Coupon, ...]:
        """The coupons of a customer."""
        path = f"/customers/{quote(customer_id, safe='')}/coupons"
        question = _Question("coupons", "GET", path)
        coupons: tuple[Coupon, ...] = self._ask(question, tuple[Coupon, ...])
        return coupons

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        """Do it once per key."""
        body = msgspec.json.encode(deed)
        gateway = "sms" if isinstance(deed, SendText) else "deeds"
        question = _Question(gateway, "POST", "/deeds", key, body, deed.order_number)
        receipt: Receipt = self._ask(question, Receipt)
        _of_order(receipt, question)
        if receipt.kind != kind_of(deed):
            raise ShopLied(gateway, f"a receipt for {receipt.kind!r}", "somebody_else")
        return receipt

    # -- asking

    def _ask(self, question: _Question, kind: Any) -> Any:
        """The checked answer within the deadline; tries again where that may help."""
        ends = self._steady() + self._deadline
        for attempt in range(1, TRIES + 1):
            try:
                status, body = self._try(question, ends)
                break
            except ShopUnavailable as problem:
                problem.gateway, problem.attempt = question.gateway, attempt
                pause = pause_seconds(attempt, random.random())
                if attempt == TRIES or self._steady() + pause >= ends:
                    raise
                time.sleep(pause)
        return _read(question, status, body, kind)

    def _try(self, question: _Question, ends: float) -> tuple[int, bytes]:
        with self._lock:
            if not self._breaker.allows(self._steady()):
                why = "it failed again and again, so it is left alone for a while"
                raise ShopUnavailable(why, "resting")
        try:
            status, body = self._exchange(question, min(ends, self._steady() + TRY_SECONDS))
        except (requests.RequestException, ShopUnavailable) as problem:
            with self._lock:
                self._breaker.failed(self._steady())
            if isinstance(problem, ShopUnavailable):
                raise
            slow = isinstance(problem, requests.Timeout)
            failure = "timed_out" if slow else "not_reached"
            raise ShopUnavailable(type(problem).__name__, failure) from problem
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
                raise ShopLied(question.gateway, str(problem), "too_long") from problem
            except AnswerTooSlow as problem:
                raise ShopUnavailable(str(problem), "timed_out") from problem
            if response.status_code >= 500 or response.status_code == 429:
                status = response.status_code
                raise ShopUnavailable(f"status {status}", f"status_{status}")
            return response.status_code, body


def _about(gateway: str, order_number: str, what: str, key: str = "") -> _Question:
    """What has a key changes something."""
    path = f"/orders/{quote(order_number, safe='')}/{what}"
    method = "POST" if key else "GET"
    return _Question(gateway, method, path, key, order_number=order_number)


def _read(question: _Question, status: int, body: bytes, kind: Any) -> Any:
    try:
        if status == 200:
            return msgspec.json.decode(body, type=kind)
        if status in (404, 409):
            raise _refused(question, msgspec.json.decode(body, type=Refusal))
    except msgspec.MsgspecError as problem:
        raise ShopLied(question.gateway, str(problem), _broken(problem)) from problem
    raise ShopLied(question.gateway, f"status {status}", f"status_{status}")


def _broken(problem: msgspec.MsgspecError) -> str:
    """What kind of lie it is."""
    if not isinstance(problem, msgspec.ValidationError):
        return "not_json"
    why = str(problem)
    return "negative_money" if "`int` >= 0" in why and "_minor" in why else "schema"


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
    return ShopLied(question.gateway, f"refusal {refusal.code!r}")


def _of_order(answer: Answer, question: _Question) -> Answer:
    """The answer, if it is about the order that was asked for."""
    if getattr(answer, "order_number", None) != question.order_number:
        raise ShopLied(question.gateway, "another order", "somebody_else")
    return answer
