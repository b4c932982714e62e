"""Where is it: the state of an order and the whereabouts of its parcel."""

from collections.abc import Callable
from datetime import datetime, tzinfo

from aftersales.gateways import Order, OrderGateway, Parcel
from dialogue.bots import which_order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import CallerOrders, item_name, spoken_tail, with_story
from dialogue.turns import Caller, Memory, Utterance
from dialogue.wording import Wording
from tts.wording import spoken_day


class OrderStatusBot:
    """Answers from the order and the parcel's last track point; changes nothing."""

    intents = frozenset({"order_status", "track_package", "delivery_delay"})

    def __init__(self, gateway: OrderGateway, wording: Wording, zone: tzinfo) -> None:
        self._gateway = gateway
        self._orders = CallerOrders(gateway)
        self._wording = wording
        self._zone = zone

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """One answer settles all of this bot's intents: they ask about the same parcel."""
        language = memory.language
        settled = tuple(i for i in memory.agenda if i in self.intents)
        likely = _likely(request.intent)
        if doubtful := self._orders.doubtful(caller, request, memory, likely):
            return which_order.question(self._wording, doubtful, memory, now, self._zone)
        order = self._orders.pick(caller, request, memory, likely)
        if order is None:
            return BotMove(self._wording.say("no_orders", language), memory, done=settled)
        parcel = self._gateway.parcel_of(order.number)
        text = self._whereabouts(order, parcel, now, language)
        if "delivery_delay" in settled and order.status == "shipped":
            text = f"{self._wording.say('parcel.sorry_late', language)}{_gap(language)}{text}"
        found = self._wording.say(
            "story.found",
            language,
            item=item_name(order, language),
            tail=spoken_tail(order.number, language),
        )
        return BotMove(text, with_story(memory, found), done=settled)

    def _whereabouts(
        self, order: Order, parcel: Parcel | None, now: datetime, language: str
    ) -> str:
        item = item_name(order, language)
        if parcel is None or not parcel.track or order.status != "shipped":
            day = self._day(order.delivered_at or order.placed_at, now, language)
            return self._wording.say(f"status.{order.status}", language, item=item, day=day)
        last, expected = parcel.track[-1], ""
        # A day that has passed is no forecast; saying it would only annoy.
        if parcel.expected_at is not None and self._is_ahead(parcel.expected_at, now):
            day = self._day(parcel.expected_at, now, language)
            expected = self._wording.say("parcel.expected", language, day=day)
        return self._wording.say(
            f"parcel.{last.event}",
            language,
            item=item,
            place=last.place(language),
            day=self._day(last.at, now, language),
            expected=expected,
        ).strip()

    def _day(self, moment: datetime, now: datetime, language: str) -> str:
        return spoken_day(moment, now, self._zone, language)

    def _is_ahead(self, moment: datetime, now: datetime) -> bool:
        return moment.astimezone(self._zone).date() >= now.astimezone(self._zone).date()


def _likely(intent: str) -> Callable[[Order], bool]:
    def likely(order: Order) -> bool:
        return intent == "order_status" or order.status == "shipped"

    return likely


def _gap(language: str) -> str:
    return "" if language == "zh" else " "
