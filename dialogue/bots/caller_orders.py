"""Which of the caller's own orders is meant; no other customer's order is ever looked at."""

from collections.abc import Callable
from dataclasses import replace

from aftersales.gateways import Item, Order, OrderGateway
from dialogue.bots.base import Request
from dialogue.turns import Caller, Memory
from tts.wording import spoken_digits

TAIL_DIGITS = 4
MOST_NAMED = 3
"""Orders between which a caller can choose by ear."""
ORDER_KINDS = ("order_id", "order_id_tail", "phone_tail")
"""Four digits without a word for what they are may be an order's tail, too."""


class CallerOrders:
    """Finds an order by its tail, by the product named, or by what the request is likely about."""

    def __init__(self, gateway: OrderGateway) -> None:
        self._gateway = gateway

    def all(self, caller: Caller) -> tuple[Order, ...]:
        """The caller's orders, newest first; none for an unknown number."""
        if caller.customer_id is None:
            return ()
        return self._gateway.orders_of(caller.customer_id)

    def by_tail(self, caller: Caller, request: Request) -> Order | None:
        """The order whose number ends in digits just said."""
        tails = [v[-TAIL_DIGITS:] for v in request.values(*ORDER_KINDS)]
        tails = [tail for tail in tails if len(tail) == TAIL_DIGITS]
        return next((o for o in self.all(caller) if o.number[-TAIL_DIGITS:] in tails), None)

    def pick(
        self, caller: Caller, request: Request, memory: Memory, likely: Callable[[Order], bool]
    ) -> Order | None:
        """The order meant: by tail, as told before, by product, else the newest likely one, else
        the newest.
        """
        named = self.by_tail(caller, request)
        if named is not None:
            return named
        orders = self.all(caller)
        told = memory.slots.get(f"{request.intent}.order")
        known = next((o for o in orders if o.number == told), None)
        if known is not None:
            return known
        categories = request.categories()
        same = [o for o in orders if any(item.category in categories for item in o.items)]
        candidates = _holding(request, orders) or same or list(orders)
        return next((o for o in candidates if likely(o)), candidates[0] if candidates else None)

    def doubtful(
        self, caller: Caller, request: Request, memory: Memory, likely: Callable[[Order], bool]
    ) -> tuple[Order, ...]:
        """The orders between which the product named does not decide, newest first; else none."""
        settled = f"{request.intent}.order" in memory.slots or self.by_tail(caller, request)
        if settled or not request.values("product"):
            return ()
        found = [order for order in _holding(request, self.all(caller)) if likely(order)]
        return tuple(found[:MOST_NAMED]) if len(found) > 1 else ()

    def pinned(self, caller: Caller, memory: Memory) -> Order | None:
        """The order that the last question was about."""
        number = memory.slots.get("order")
        return next((o for o in self.all(caller) if o.number == number), None)


def _holding(request: Request, orders: tuple[Order, ...]) -> list[Order]:
    """The orders with an item that is called as this request calls it."""
    nouns = request.values("product")
    return [o for o in orders if any(_is_called(i, noun) for i in o.items for noun in nouns)]


def _is_called(item: Item, noun: str) -> bool:
    """Whether a noun names an item: "jacket" a down jacket, 衣服 no 羽绒服 (the category does)."""
    if not noun.isascii():
        return noun in item.name_zh or item.name_zh in noun
    said, name = _singular(noun), _singular(item.name_en)
    return said <= name or name <= said


def _singular(words: str) -> set[str]:
    return {word.removesuffix("s") for word in words.casefold().split()}


def main_item(order: Order) -> Item:
    """The dearest item names the order."""
    return max(order.items, key=lambda item: item.price_minor)


def item_name(order: Order, language: str) -> str:
    """How the order is called in a sentence."""
    return main_item(order).name(language)


def spoken_tail(order_number: str, language: str) -> str:
    """The last digits of an order number, for the ear."""
    return spoken_digits(order_number[-TAIL_DIGITS:], language)


def with_slots(memory: Memory, **slots: str) -> Memory:
    """The memory with some slots set."""
    return replace(memory, slots={**memory.slots, **slots})


def with_story(memory: Memory, *sentences: str) -> Memory:
    """The memory with notes for the agent, each once."""
    fresh = tuple(s for s in sentences if s not in memory.story)
    return replace(memory, story=memory.story + fresh)
