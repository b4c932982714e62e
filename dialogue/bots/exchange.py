"""Another size or colour: what the rules allow and the warehouse has, kept aside after a yes."""

from collections.abc import Sequence
from datetime import tzinfo

from aftersales.deeds import ExchangeGoods, Version
from aftersales.gateways import Order
from aftersales.returns import ReturnRules, may_return
from dialogue.bots.acting import Ask, Matter, Offer, Person, Plan, Tell
from dialogue.nlu.normalise import normalise

CHOICES = 4
"""Named at most: more are forgotten before they are chosen from."""


class ExchangeCase:
    """As for a return; then the version wanted, out of those in stock."""

    intents = frozenset({"exchange_goods"})

    def __init__(self, rules: ReturnRules, zone: tzinfo) -> None:
        self._rules = rules
        self._zone = zone

    def concerns(self, order: Order, intent: str) -> bool:
        """One that has arrived and is not on its way back."""
        return order.status == "delivered" and order.return_state is None

    def plan(self, matter: Matter) -> Plan:
        """The rules first, then the stock; what has no versions is a person's."""
        if matter.did("exchange_goods"):
            return Tell("exchange.already")
        verdict = may_return(matter.order, self._rules, matter.now, self._zone)
        # A yes repeated after the deed finds the order on its way back: the shop knows the key.
        under_way = matter.confirming and verdict.reason == "already"
        if verdict.reason == "appliance":
            return Person()
        if not verdict.allowed and not under_way:
            days = matter.number(verdict.days)
            return Tell(f"return.refused.{verdict.reason}", {"days": days}, refused=True)
        versions = matter.details.versions
        if not versions:
            return Person()
        if not any(version.stock for version in versions) and not under_way:
            return Tell("exchange.none_left")
        return self._chosen(versions, matter)

    def _chosen(self, versions: Sequence[Version], matter: Matter) -> Plan:
        language = matter.memory.language
        choices = {"choices": _listed([v for v in versions if v.stock], language)}
        wanted = _named(versions, matter) or _kept(versions, matter)
        if wanted is None:
            if matter.slot("asked") is not None:
                return Person()
            return Ask("goods", "exchange.which", choices, keep={"asked": "yes"})
        values = {"version": wanted.name(language), **choices}
        if not wanted.stock and not matter.confirming:
            return Ask("goods", "exchange.sold_out", values, keep={"asked": "yes"})
        return Offer(
            ExchangeGoods(matter.order.number, wanted.id),
            "exchange.confirm",
            "exchange.done",
            values,
            keep={"version": wanted.id},
        )


def _named(versions: Sequence[Version], matter: Matter) -> Version | None:
    """The version that the caller names now; "extra large" before "large"."""
    language = matter.memory.language
    said = normalise(matter.said, language)
    if language == "en":
        said = f" {said} "
    for version in sorted(versions, key=lambda one: -len(one.name(language))):
        name = normalise(version.name(language), language)
        if (f" {name} " if language == "en" else name) in said:
            return version
    return None


def _kept(versions: Sequence[Version], matter: Matter) -> Version | None:
    return next((v for v in versions if v.id == matter.slot("version")), None)


def _listed(versions: Sequence[Version], language: str) -> str:
    names = [version.name(language) for version in versions[:CHOICES]]
    if language == "zh":
        return "、".join(names)
    return " or ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
