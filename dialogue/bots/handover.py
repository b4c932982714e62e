"""What only a person can settle: damaged goods, repairs, complaints, and what no bot does yet."""

from datetime import datetime

from aftersales.errors import AfterSalesError
from aftersales.gateways import Order, OrderGateway
from dialogue import proofs
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import (
    CallerOrders,
    item_name,
    spoken_tail,
    with_slots,
    with_story,
)
from dialogue.bots.troubles import told
from dialogue.turns import Caller, Handover, Memory, Trouble, Utterance
from dialogue.wording import Wording

ABOUT_GOODS = frozenset(
    {
        "damaged_goods",
        "repair_warranty",
        "complaint",
        "fresh_spoiled",
        "installation",
        "exchange_goods",
        "return_goods",
    }
)
"""Requests for which the agent should know the product."""

ASKED_FIRST = frozenset({"damaged_goods", "repair_warranty", "fresh_spoiled"})
"""One question makes sure which product it is; a complaint is not questioned."""


class HandoverBot:
    """Finds out which product it is about, then hands over with category and order."""

    intents = frozenset(
        {
            "damaged_goods",
            "repair_warranty",
            "complaint",
            "fresh_spoiled",
            "lost_package",
            "change_address",
            "cancel_order",
            "modify_order",
            "weight_dispute",
            "fake_pickup",
        }
    )

    knows_goods = ABOUT_GOODS

    def __init__(self, gateway: OrderGateway, wording: Wording) -> None:
        self._orders = CallerOrders(gateway)
        self._wording = wording

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """One question at most; whatever is answered, the next move is the hand-over."""
        order, trouble = self.concerned(request, memory, caller)
        if request.intent in ASKED_FIRST and request.asked is None:
            # What the account holds is named to nobody who has not shown who they are.
            return self._ask(order if proofs.shown(memory) else None, memory)
        if request.asked is not None and request.says("deny") and not request.values("product"):
            order = None  # another product, and the caller did not say which
        prompt = "goods.transfer" if request.intent in ABOUT_GOODS else "transferring_needs_person"
        return BotMove(
            self._wording.say(prompt, memory.language),
            self._noted(order, memory),
            handover=self.to_person("needs_person", request, order),
            trouble=trouble,
        )

    def concerned(
        self, request: Request, memory: Memory, caller: Caller
    ) -> tuple[Order | None, Trouble | None]:
        """The order it is about; the product may not have been heard: then the newest delivered.

        The way to a person must not depend on the shop's system: its failure is only told.
        """
        try:
            pinned = self._orders.pinned(caller, memory)
            if pinned is not None and not request.values("product", "order_id", "order_id_tail"):
                return pinned, None
            found = self._orders.pick(caller, request, memory, lambda o: o.status == "delivered")
        except AfterSalesError as problem:
            return None, told(problem)
        return found, None

    def to_person(self, reason: str, request: Request, order: Order | None) -> Handover:
        """The hand-over; the category named by the caller counts before the order's."""
        products = request.categories()
        if request.intent not in ABOUT_GOODS and not products:
            return Handover(reason, request.intent, None, order.number if order else None)
        category = products[0] if products else (order.category if order else None)
        return Handover(reason, request.intent, category, order.number if order else None)

    def _ask(self, order: Order | None, memory: Memory) -> BotMove:
        language = memory.language
        if order is None:
            return BotMove(self._wording.say("goods.ask_plain", language), memory, asks="goods")
        text = self._wording.say("goods.ask", language, item=item_name(order, language))
        return BotMove(text, with_slots(memory, order=order.number), asks="goods")

    def _noted(self, order: Order | None, memory: Memory) -> Memory:
        if order is None:
            return memory
        item, tail = item_name(order, memory.language), spoken_tail(order.number, memory.language)
        note = self._wording.say("story.found", memory.language, item=item, tail=tail)
        return with_story(memory, note)
