"""Two orders hold what the caller named: they are told apart by the day of the purchase."""

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from aftersales.gateways import Order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import ORDER_KINDS, TAIL_DIGITS, item_name, spoken_tail, with_slots
from dialogue.slots import choice
from dialogue.turns import Memory
from dialogue.wording import Wording
from tts.wording import spoken_day

ASKED = "which"
"""The slot of this question; under the same name the memory holds what was offered."""


def question(
    wording: Wording, orders: Sequence[Order], memory: Memory, now: datetime, zone: tzinfo
) -> BotMove:
    """Which of these, newest first; two of the same day are told apart by their digits."""
    language = memory.language
    days = [spoken_day(order.placed_at, now, zone, language) for order in orders]
    named = [
        wording.say(
            "which.by_day" if days.count(day) == 1 else "which.by_tail",
            language,
            item=item_name(order, language),
            day=day,
            tail=spoken_tail(order.number, language),
        )
        for order, day in zip(orders, days, strict=True)
    ]
    text = wording.say("which.ask", language, choices=_listed(named, language))
    offered = " ".join(
        f"{order.number}/{order.placed_at.astimezone(zone).date().isoformat()}" for order in orders
    )
    return BotMove(text, with_slots(memory, **{ASKED: offered}), asks=ASKED)


def chosen(memory: Memory, request: Request, text: str) -> str | None:
    """The number of the order that the answer takes: by digits, by day, by place; None: no one."""
    offered = [one.split("/") for one in memory.slots.get(ASKED, "").split()]
    tails = {value[-TAIL_DIGITS:] for value in request.values(*ORDER_KINDS)}
    days = request.values("date")
    for number, day in offered:
        if number[-TAIL_DIGITS:] in tails or any(_covers(said, day) for said in days):
            return number
    place = choice(text, memory.language)
    if place is None or not -len(offered) <= place < len(offered):
        return None
    return offered[place][0]


def _covers(said: str, day: str) -> bool:
    """Whether a day, or a range start/end, holds the day."""
    first, _, last = said.partition("/")
    try:
        return (
            date.fromisoformat(first)
            <= date.fromisoformat(day)
            <= date.fromisoformat(last or first)
        )
    except ValueError:
        return False


def _listed(named: Sequence[str], language: str) -> str:
    if language == "zh":
        return ",还是".join(named)
    return ", or ".join(named)
