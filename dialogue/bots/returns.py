"""Returns and refunds: checked against the rules, read back, confirmed once, done."""

from contextlib import suppress
from datetime import datetime, tzinfo

from aftersales.errors import AlreadyRequested, OrderNotReturnable
from aftersales.gateways import Order, OrderGateway
from aftersales.returns import ReturnRules, may_return
from dialogue.bots import which_order
from dialogue.bots.base import BotMove, Request
from dialogue.bots.caller_orders import (
    CallerOrders,
    item_name,
    spoken_tail,
    with_slots,
    with_story,
)
from dialogue.nlu.intents import label
from dialogue.turns import Caller, Handover, Memory, Utterance
from dialogue.wording import Wording
from tts.wording import spoken_money, spoken_number


class ReturnsBot:
    """A return and a refund asked for together are one question and one confirmation."""

    intents = frozenset({"return_goods", "refund_request"})

    def __init__(
        self, gateway: OrderGateway, rules: ReturnRules, wording: Wording, zone: tzinfo
    ) -> None:
        self._gateway = gateway
        self._rules = rules
        self._orders = CallerOrders(gateway)
        self._wording = wording
        self._zone = zone

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """Offer, then act on a yes; a no asks which order is meant, once."""
        if request.asked == "confirm":
            return self._answered(request, memory, caller, now)
        if request.asked == "order":
            order = self._orders.by_tail(caller, request)
            if order is None:
                return self._ask_order(memory, "order_not_found")
            return self._offer(order, request, memory, now)

        def likely(order: Order) -> bool:
            return self._is_allowed(order, request, now)

        if doubtful := self._orders.doubtful(caller, request, memory, likely):
            return which_order.question(self._wording, doubtful, memory, now, self._zone)
        order = self._orders.pick(caller, request, memory, likely)
        if order is None:
            text = self._wording.say("no_orders", memory.language)
            return BotMove(text, memory, done=self._settled(memory))
        return self._offer(order, request, memory, now)

    def _is_allowed(self, order: Order, request: Request, now: datetime) -> bool:
        paid = request.intent == "refund_request" and order.status == "paid"
        return paid or may_return(order, self._rules, now, self._zone).allowed

    def _settled(self, memory: Memory) -> tuple[str, ...]:
        return tuple(i for i in memory.agenda if i in self.intents)

    def _offer(self, order: Order, request: Request, memory: Memory, now: datetime) -> BotMove:
        """Say why not, or read back what would be done."""
        refund = "refund_request" in memory.agenda
        if refund and order.status == "shipped":
            return self._refuse("refund.on_the_way", request, memory)
        if request.intent == "refund_request" and order.status == "paid":
            if order.refund_state is not None:
                return self._refuse("return.refused.already", request, memory)
            return self._confirm("refund", order, memory)
        verdict = may_return(order, self._rules, now, self._zone)
        if verdict.reason == "appliance" or (verdict.allowed and "exchange_goods" in memory.agenda):
            return self._to_person(order, request, memory)
        if not verdict.allowed:
            days = spoken_number(verdict.days, memory.language)
            return self._refuse(f"return.refused.{verdict.reason}", request, memory, days=days)
        return self._confirm("return_refund" if refund else "return", order, memory)

    def _confirm(self, plan: str, order: Order, memory: Memory) -> BotMove:
        prompt = {
            "refund": "refund.confirm",
            "return": "return.confirm",
            "return_refund": "return.confirm_refund",
        }[plan]
        text = self._wording.say(prompt, memory.language, **self._values(order, memory.language))
        return BotMove(text, with_slots(memory, order=order.number, plan=plan), asks="confirm")

    def _answered(self, request: Request, memory: Memory, caller: Caller, now: datetime) -> BotMove:
        named = self._orders.by_tail(caller, request)
        order = self._orders.pinned(caller, memory)
        if order is None or (named is not None and named.number != order.number):
            return (
                self._ask_order(memory, "which_order")
                if named is None
                else self._offer(named, request, memory, now)
            )
        if request.says("deny"):
            return self._denied(order, request, memory, caller, now)
        return self._act(order, request, memory, now)

    def _denied(
        self, order: Order, request: Request, memory: Memory, caller: Caller, now: datetime
    ) -> BotMove:
        """Another order may be meant: ask once; with a single order there is nothing to ask."""
        others = [o for o in self._orders.all(caller) if o.number != order.number]
        products = request.categories()
        meant = [o for o in others if any(item.category in products for item in o.items)]
        if meant:
            return self._offer(meant[0], request, memory, now)
        if others and memory.slots.get("asked_order") != "yes":
            return self._ask_order(with_slots(memory, asked_order="yes"), "which_order")
        memory = with_story(memory, self._wording.say("story.declined", memory.language))
        text = self._wording.say("cancelled_request", memory.language)
        return BotMove(text, memory, done=self._settled(memory))

    def _ask_order(self, memory: Memory, prompt: str) -> BotMove:
        text = self._wording.say(prompt, memory.language)
        return BotMove(text, memory, asks="order")

    def _act(self, order: Order, request: Request, memory: Memory, now: datetime) -> BotMove:
        """Do what was confirmed; what is under way already counts as done, if anything is new."""
        plan = memory.slots.get("plan", "return")
        try:
            notes = self._deeds(order, plan, memory.language, now)
        except OrderNotReturnable:  # it changed between question and answer
            return self._refuse("return.refused.not_delivered", request, memory)
        if not notes:
            return self._refuse("return.refused.already", request, memory)
        prompt = {"refund": "refund.done", "return": "return.done"}.get(plan, "return.done_refund")
        values = self._values(order, memory.language)
        text = self._wording.say(prompt, memory.language, **values)
        return BotMove(text, with_story(memory, *notes), done=self._settled(memory))

    def _deeds(self, order: Order, plan: str, language: str, now: datetime) -> list[str]:
        """Ask the shop, a note for each. The key is order and deed: a replayed turn acts once."""
        values, notes = self._values(order, language), []
        if plan != "refund":
            with suppress(AlreadyRequested):
                self._gateway.request_return(order.number, f"{order.number}:return", now)
                notes.append(self._wording.say("story.returned", language, **values))
        if plan != "return":
            with suppress(AlreadyRequested):
                self._gateway.request_refund(order.number, f"{order.number}:refund", now)
                notes.append(self._wording.say("story.refunded", language, **values))
        return notes

    def _refuse(self, prompt: str, request: Request, memory: Memory, **values: str) -> BotMove:
        wanted = label(request.intent, memory.language)
        note = self._wording.say("story.refused", memory.language, request=wanted)
        text = self._wording.say(prompt, memory.language, **values)
        return BotMove(text, with_story(memory, note), done=self._settled(memory))

    def _to_person(self, order: Order, request: Request, memory: Memory) -> BotMove:
        """Large appliances, and a return that may become an exchange: a person arranges these."""
        handover = Handover("needs_person", request.intent, order.category, order.number)
        text = self._wording.say("transferring_needs_person", memory.language)
        note = self._wording.say(
            "story.found", memory.language, **self._values(order, memory.language)
        )
        return BotMove(text, with_story(memory, note), handover=handover)

    def _values(self, order: Order, language: str) -> dict[str, str]:
        return {
            "item": item_name(order, language),
            "tail": spoken_tail(order.number, language),
            "amount": spoken_money(order.total_minor, order.currency, language),
        }
