"""Spoiled fresh goods: who answers for them, what they are worth, paid after a yes."""

from aftersales.deeds import CompensateFresh, SendText
from aftersales.fresh import fresh_worth
from aftersales.gateways import Order
from aftersales.service_rules import FreshRule
from calls.photo_link import PhotoLinks
from dialogue.bots.acting import Matter, Offer, Person, Plan, Tell
from dialogue.wording import Wording


class FreshCase:
    """Within hours and limit the bot pays; anything else is a person's."""

    intents = frozenset({"fresh_spoiled"})

    def __init__(self, rule: FreshRule, wording: Wording, links: PhotoLinks) -> None:
        self._rule = rule
        self._wording = wording
        self._links = links

    def concerns(self, order: Order, intent: str) -> bool:
        """One with fresh goods that has arrived."""
        return order.category == "fresh" and order.status == "delivered"

    def plan(self, matter: Matter) -> Plan:
        """By the time since signing; a photo is asked for by message, not by trust."""
        if matter.did("compensate_fresh"):
            return Tell("fresh.paid")
        number, language = matter.order.number, matter.memory.language
        # The worst level of the call: the offer must be the same when its answer is calm.
        worth = fresh_worth(matter.order, self._rule, matter.now, matter.memory.temper)
        if worth.reason == "too_late":
            return Person("fresh.too_late")
        if worth.reason == "above_limit":
            note = f"fresh.story.{worth.giver}"
            note = self._wording.say(note, language, amount=matter.money(worth.minor))
            return Person(
                "fresh.above_limit", note, self._message(matter), unsent="fresh.above_limit_unsent"
            )
        if worth.reason:
            return Person("goods.transfer")
        return Offer(
            CompensateFresh(number, worth.minor),
            "fresh.goodwill" if worth.is_goodwill else "fresh.confirm",
            "fresh.done",
            {"amount": matter.money(worth.minor)},
            also=self._message(matter),
            unsent="fresh.done_unsent",
            keep={"link": self._link(matter)},
        )

    def _link(self, matter: Matter) -> str:
        """The same for the whole call: a turn that is replayed sends no second message."""
        return matter.slot("link") or self._links.link(matter.call_sid, matter.now)

    def _message(self, matter: Matter) -> SendText:
        """Asks for photos at our own page; without a call to keep them, as an answer."""
        link, number = self._link(matter), matter.order.number
        prompt = "fresh.sms" if link else "fresh.sms_plain"
        language = matter.memory.language
        text = self._wording.say(prompt, language, order=number[-4:], link=link)
        return SendText(number, text)
