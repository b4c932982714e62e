"""The dialogue put together: understanding, wording and all bots on one shop."""

from pathlib import Path
from zoneinfo import ZoneInfo

from aftersales.returns import load_rules
from aftersales.shop import Shop
from dialogue.bots.faq import FaqBot
from dialogue.bots.handover import HandoverBot
from dialogue.bots.order_status import OrderStatusBot
from dialogue.bots.refund import RefundBot
from dialogue.bots.returns import ReturnsBot
from dialogue.manager import DialogueManager
from dialogue.nlu.understander import Understander
from dialogue.wording import load_wording


def build_dialogue(
    orders: Shop, zone: ZoneInfo, wording_folder: Path | None = None
) -> DialogueManager:
    """A manager for all calls of a process; raises DataInvalid, WeightsMissing, RulesInvalid."""
    wording = load_wording(wording_folder)
    handover = HandoverBot(orders, wording)
    bots = (
        OrderStatusBot(orders, wording, zone),
        ReturnsBot(orders, load_rules(), wording, zone),
        RefundBot(orders, wording),
        FaqBot(wording),
        handover,
    )
    return DialogueManager(Understander.load(zone), bots, wording, handover)
