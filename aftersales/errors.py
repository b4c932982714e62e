"""What can go wrong with the shop's world.

AfterSalesError
├── OrderUnknown        no such order
├── OrderNotReturnable  the shop's rules refuse it
├── AlreadyRequested    another request was there first
├── ShopUnavailable     the shop's system does not answer (retryable)
└── RulesInvalid        returns_rules.yaml cannot be used
"""


class AfterSalesError(Exception):
    """Base of this folder's errors: `code` is for the console, `retryable` for who called."""

    code = "aftersales"
    retryable = False


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

    def __init__(self, why: str) -> None:
        self.why = why

    def __str__(self) -> str:
        return f"the shop's system gave no usable answer ({self.why}); try again with the same key"


class RulesInvalid(AfterSalesError):
    """The return rules are unusable; all problems at once."""

    code = "rules_invalid"

    def __init__(self, path: str, problems: tuple[str, ...]) -> None:
        self.path = path
        self.problems = problems

    def __str__(self) -> str:
        listed = "; ".join(f"{n}. {problem}" for n, problem in enumerate(self.problems, 1))
        return f"return rules {self.path!r} cannot be used: {listed}"
