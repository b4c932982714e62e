"""What may happen about one customer in all calls together; who counts it is given from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aftersales.deeds import SendText
from aftersales.shop import Shop


def _any_guess(customer_id: str) -> bool:
    return True


def _any_text(customer_id: str, message: str, now: datetime) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Limits:
    """Asked before each; none is set for a conversation that nobody can repeat a thousand times."""

    may_guess: Callable[[str], bool] = _any_guess
    """Counts a wrong answer about a customer; False: no more for this hour."""
    may_text: Callable[[str, str, datetime], bool] = _any_text
    """Counts a message to a customer's telephone, by its key; False: no more for this day."""


UNLIMITED = Limits()


@dataclass(frozen=True, slots=True)
class Texting:
    """The only way by which anything is sent to the telephone on an account."""

    shop: Shop
    limits: Limits

    def send(self, deed: SendText, key: str, customer_id: str, now: datetime) -> bool:
        """Send it, once for its key; False: the telephone has had its most, nothing was sent.

        Raises AfterSalesError; then it counts as sent, for it may have been.
        """
        if not self.limits.may_text(customer_id, key, now):
            return False
        self.shop.perform(deed, key, now)
        return True
