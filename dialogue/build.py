"""The dialogue put together: understanding, wording and all bots on one shop."""

from collections.abc import Callable, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from aftersales.knowledge.search import Knowledge
from aftersales.returns import load_rules
from aftersales.service_rules import load_service_rules
from aftersales.shop import Shop
from calls.photo_link import PhotoLinks
from dialogue.bots.acting import ActingBot
from dialogue.bots.base import Bot
from dialogue.bots.cancel_order import CancelCase
from dialogue.bots.change_address import AddressCase
from dialogue.bots.coupons import CouponBot
from dialogue.bots.exchange import ExchangeCase
from dialogue.bots.faq import FaqBot
from dialogue.bots.fresh_goods import FreshCase
from dialogue.bots.handover import HandoverBot
from dialogue.bots.invoice import InvoiceCase
from dialogue.bots.lost_parcel import LostParcelCase
from dialogue.bots.modify_order import ModifyCase
from dialogue.bots.order_status import OrderStatusBot
from dialogue.bots.pickups import PickupCase
from dialogue.bots.price_protection import PriceCase
from dialogue.bots.refund import RefundBot
from dialogue.bots.returns import ReturnsBot
from dialogue.bots.shipping_bill import ShippingCase
from dialogue.bots.visits import VisitCase
from dialogue.identity import Identity, four_digits
from dialogue.limits import UNLIMITED, Limits, Texting
from dialogue.llm.backend import BackendAddress, ChatBackend
from dialogue.llm.budget import Budget
from dialogue.llm.second_opinion import SecondOpinion
from dialogue.manager import DialogueManager
from dialogue.nlu.intents import INTENT_IDS, NOT_REQUESTS
from dialogue.nlu.understander import Understander
from dialogue.proofs import load_identity
from dialogue.turns import Understands
from dialogue.wording import load_wording

BOT_INTENTS = frozenset(INTENT_IDS) - NOT_REQUESTS - {"human_agent"}
"""Requests that a bot works on; the wish for a person needs none."""


def build_understanding(
    zone: ZoneInfo, models: Sequence[BackendAddress], deadline_seconds: float, tokens_a_day: int
) -> Understands:
    """The offline understanding, with language models for a second opinion if there are any."""
    offline = Understander.load(zone)
    if not models:
        return offline
    backends = [ChatBackend(model) for model in models]
    return SecondOpinion(offline, backends, Budget(tokens_a_day), deadline_seconds)


def build_dialogue(
    shop: Shop,
    zone: ZoneInfo,
    links: PhotoLinks | None = None,
    *,
    wording_folder: Path | None = None,
    understanding: Understands | None = None,
    draw_code: Callable[[], str] = four_digits,
    limits: Limits = UNLIMITED,
) -> DialogueManager:
    """A manager for all calls of a process; raises DataInvalid, WeightsMissing, RulesInvalid."""
    wording = load_wording(wording_folder)
    rules = load_service_rules()
    proofs = load_identity(BOT_INTENTS)
    identity = Identity(shop, wording, proofs, draw=draw_code, limits=limits)
    texting = Texting(shop, limits)
    handover = HandoverBot(shop, wording)
    faq = FaqBot(wording, Knowledge.load())
    cases = (
        CancelCase(),
        AddressCase(),
        ShippingCase(rules.weight),
        InvoiceCase(),
        PriceCase(rules.price),
        PickupCase(rules.pickup),
        FreshCase(rules.fresh, wording, links or PhotoLinks("", "")),
        VisitCase(rules.visit),
        ModifyCase(),
        LostParcelCase(shop.parcel_of, rules.lost),
        ExchangeCase(load_rules(), zone),
    )
    # Of two bots for one intent the later has it: first what is the same for everybody.
    bots: tuple[Bot, ...] = (
        faq,
        handover,
        OrderStatusBot(shop, wording, zone),
        ReturnsBot(shop, load_rules(), wording, zone),
        RefundBot(shop, wording, zone),
        CouponBot(shop, wording, zone, faq),
        *(ActingBot(case, shop, wording, zone, identity, texting) for case in cases),
    )
    mind = understanding or Understander.load(zone)
    return DialogueManager(mind, bots, wording, handover, identity)
