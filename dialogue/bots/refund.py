"""How far is my refund."""

from datetime import datetime, tzinfo

from aftersales.gateways import Order, OrderGateway
from dialogue.bots import which_order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import CallerOrders, item_name
from dialogue.turns import Caller, Memory, Utterance
from dialogue.wording import Wording
from tts.wording import spoken_money


class RefundBot:
    """Answers from the order's refund state; changes nothing."""

    intents = frozenset({"refund_status"})

    def __init__(self, gateway: OrderGateway, wording: Wording, zone: tzinfo) -> None:
        self._zone = zone
        self._orders = CallerOrders(gateway)
        self._wording = wording

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """The newest order with a refund, unless the caller names another."""
        language = memory.language
        if doubtful := self._orders.doubtful(caller, request, memory, _is_refunded):
            return which_order.question(self._wording, doubtful, memory, now, self._zone)
        order = self._orders.pick(caller, request, memory, _is_refunded)
        if order is None or order.refund_state is None:
            text = self._wording.say("refund.none", language)
        else:
            text = self._wording.say(
                f"refund.{order.refund_state}",
                language,
                item=item_name(order, language),
                amount=spoken_money(order.total_minor, order.currency, language),
            )
        return BotMove(text, memory, done=("refund_status",))


def _is_refunded(order: Order) -> bool:
    return order.refund_state is not None
