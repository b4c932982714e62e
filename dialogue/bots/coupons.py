"""Which coupons do I have? A caller without any hears the rule that is the same for everybody."""

from datetime import datetime, tzinfo

from aftersales.shop import Shop
from dialogue.bots.base import Bot, BotMove, Request
from dialogue.turns import Caller, Memory, Utterance
from dialogue.wording import Wording
from tts.wording import spoken_day, spoken_money, spoken_number


class CouponBot:
    """Tells how many there are and the one that ends first; changes nothing."""

    intents = frozenset({"coupon_promo"})

    def __init__(self, shop: Shop, wording: Wording, zone: tzinfo, general: Bot) -> None:
        self._shop = shop
        self._wording = wording
        self._zone = zone
        self._general = general

    def handle(
        self, request: Request, memory: Memory, caller: Caller, utterance: Utterance, now: datetime
    ) -> BotMove:
        """The caller's own coupons, if there are any that still count."""
        found = () if caller.customer_id is None else self._shop.coupons_of(caller.customer_id)
        coupons = [coupon for coupon in found if coupon.ends_at > now]
        if not coupons:
            return self._general.handle(request, memory, caller, utterance, now)
        language, first = memory.language, coupons[0]
        text = self._wording.say(
            "coupons.one" if len(coupons) == 1 else "coupons.some",
            language,
            count=spoken_number(len(coupons), language),
            name=first.name(language),
            amount=spoken_money(first.amount_minor, first.currency, language),
            day=spoken_day(first.ends_at, now, self._zone, language),
        )
        return BotMove(text, memory, done=(request.intent,))
