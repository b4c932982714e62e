"""What can go wrong with the shop's world.

AfterSalesError
├── OrderUnknown        no such order
├── OrderNotReturnable  the shop's rules refuse it
├── DeedRefused         the order's state does not allow another deed
├── AlreadyRequested    another request was there first
├── ShopUnavailable     the shop's system does not answer (retryable)
├── ShopLied            the shop's system answered what cannot be true
└── RulesInvalid        a file of rules cannot be used
"""


class AfterSalesError(Exception):
    """Base of this folder's errors: `code` is for the console, `retryable` for who called."""

    code = "aftersales"
    retryable = False
    gateway = ""
    """The part of the shop that was asked: customers, orders, logistics, details, returns, refunds,
    coupons, deeds, sms."""
    attempt = 1
    """At which try it was given up."""

    @property
    def failure(self) -> str:
        """What kind of failure, in one word: for the call's record."""
        return self.code


class OrderUnknown(AfterSalesError):
    """The shop has no order with this number."""

    code = "order_unknown"

    def __init__(self, order_number: str) -> None:
        self.order_number = order_number

    def __str__(self) -> str:
        return f"the shop has no order {self.order_number!r}; give a number from orders_of()"


class OrderNotReturnable(AfterSalesError):
    """The order is in a state in which nothing can be sent back or paid back."""

    code = "order_not_returnable"

    def __init__(self, order_number: str, status: str) -> None:
        self.order_number = order_number
        self.status = status

    def __str__(self) -> str:
        return (
            f"order {self.order_number!r} is {self.status!r}; "
            "a return needs a delivered order, a refund a paid or delivered one"
        )


class DeedRefused(AfterSalesError):
    """The order is in a state in which this cannot be done any more."""

    code = "deed_refused"

    def __init__(self, order_number: str, what: str, why: str) -> None:
        self.order_number = order_number
        self.what = what
        self.why = why

    def __str__(self) -> str:
        return (
            f"order {self.order_number!r} cannot have {self.what!r}: {self.why!r}; "
            "look at the order before asking"
        )


class AlreadyRequested(AfterSalesError):
    """The same thing was asked for before, under another key."""

    code = "already_requested"

    def __init__(self, order_number: str, what: str) -> None:
        self.order_number = order_number
        self.what = what

    def __str__(self) -> str:
        return (
            f"order {self.order_number!r} already has a {self.what}; "
            "repeat its key to get the same receipt"
        )


class ShopUnavailable(AfterSalesError):
    """The shop's system gave no answer in time, or one that cannot be used."""

    code = "shop_unavailable"
    retryable = True

    def __init__(self, why: str, failure: str = "unavailable") -> None:
        self.why = why
        self._failure = failure

    @property
    def failure(self) -> str:
        """timed_out, not_reached, status_503, resting (left alone for a while), unavailable."""
        return self._failure

    def __str__(self) -> str:
        return f"the shop's system gave no usable answer ({self.why}); try again with the same key"


class ShopLied(AfterSalesError):
    """The answer breaks the schema or speaks of somebody else; none of it is used."""

    code = "shop_lied"

    def __init__(self, gateway: str, why: str, failure: str = "schema") -> None:
        self.gateway = gateway
        self.why = why
        self._failure = failure

    @property
    def failure(self) -> str:
        """schema, negative_money, not_json, too_long, somebody_else, twice, status_404."""
        return self._failure

    def __str__(self) -> str:
        return (
            f"the shop's answer about {self.gateway!r} cannot be true ({self.why}); "
            "an answer as in aftersales/shop.openapi.yaml would be right"
        )


class RulesInvalid(AfterSalesError):
    """Rules are unusable; all problems at once."""

    code = "rules_invalid"

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        listed = "; ".join(f"{n}. {problem}" for n, problem in enumerate(self.problems, 1))
        return f"rules {self.path!r} cannot be used: {listed}"
