"""Why does carrying cost that much: the bill step by step, and what was billed too much back."""

from aftersales.deeds import DisputeWeight, Shipment
from aftersales.gateways import Order
from aftersales.service_rules import WeightRule
from aftersales.shipping import Bill, overcharged_minor, right_bill
from dialogue.bots.acting import Matter, Offer, Plan, Tell
from tts.wording import spoken_number


class ShippingCase:
    """Explains to whoever asks; pays back only what the tariff itself says is wrong."""

    intents = frozenset({"shipping_bill", "weight_dispute"})

    def __init__(self, rule: WeightRule) -> None:
        self._rule = rule

    def concerns(self, order: Order, intent: str) -> bool:
        """One that was carried."""
        return order.status in ("shipped", "delivered")

    def plan(self, matter: Matter) -> Plan:
        """Read the steps; a wrong bill is offered to be corrected."""
        shipment = matter.details.shipment
        if shipment is None:
            return Tell("bill.none")
        if matter.did("dispute_weight"):
            return Tell("bill.disputed")
        bill = right_bill(shipment)
        over = overcharged_minor(shipment, self._rule.tolerance_minor)
        values = _values(bill, shipment, over, matter)
        if not over:
            kind = "volume" if bill.by_volume else "weight"
            more = "further" if bill.further_steps else "first"
            return Tell(f"bill.{kind}.{more}", values)
        reasons = (
            f"billed {shipment.billed_grams} g, right {bill.charged_grams} g",
            f"billed {shipment.billed_minor}, right {bill.total_minor}",
        )
        deed = DisputeWeight(matter.order.number, over, reasons)
        return Offer(deed, "bill.wrong", "bill.corrected", values)


def _values(bill: Bill, shipment: Shipment, over: int, matter: Matter) -> dict[str, str]:
    language = matter.memory.language
    return {
        "actual": spoken_kilos(bill.actual_grams, language),
        "volumetric": spoken_kilos(bill.volumetric_grams, language),
        "charged": spoken_kilos(bill.charged_grams, language),
        "billed_weight": spoken_kilos(shipment.billed_grams, language),
        "first": matter.money(bill.first_minor),
        "further": matter.money(bill.further_minor + bill.surcharge_minor),
        "total": matter.money(bill.total_minor),
        "billed": matter.money(shipment.billed_minor),
        "over": matter.money(over),
    }


def spoken_kilos(grams: int, language: str) -> str:
    """1500 is "one point five kilograms", 一点五公斤; a tenth is enough for the ear."""
    whole, tenth = divmod((grams + 50) // 100, 10)
    words = spoken_number(whole, language)
    if tenth:
        words += f"{'点' if language == 'zh' else ' point '}{spoken_number(tenth, language)}"
    unit = "公斤" if language == "zh" else " kilogram" + ("" if (whole, tenth) == (1, 0) else "s")
    return words + unit
