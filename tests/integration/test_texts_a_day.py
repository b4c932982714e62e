"""Messages to one telephone have an end for the day, whoever asks for them and however often."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from aftersales.deeds import CompensateFresh, Deed, Receipt, SendText
from aftersales.demo_gateways import DemoShop
from app import build_talk
from calls.photo_link import PhotoLinks
from dialogue.build import build_dialogue
from dialogue.limits import Limits
from dialogue.nlu.understander import Understander
from dialogue.turns import Caller, Memory, Reply, Utterance
from ops.cli_chat import demo_shop
from ops.settings import Settings
from security.limits import TEXTS_PERIOD, TextLimit
from tests.fakes.environment import demo
from tests.fakes.proven import PROVEN

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
LINKS = PhotoLinks("k" * 32, "https://hotline.example")
OLIVER = Caller("+8613800000102", "c0102", "Oliver Hayes")
ZHAO = Caller("+8613800000108", "c0108", "赵敏", call_sid="CA" + "1b" * 16)
MIND = Understander.load(ZONE)
MOST = 2
CODE = {"zh": "验证码", "en": "code"}
REFUND = {"zh": "我要退款", "en": "i want my money back"}
NO_MORE = {"zh": "今天的短信已到上限", "en": "most messages for today"}


class WatchedShop:
    """The demo shop, with a list of what it did."""

    def __init__(self, shop: DemoShop) -> None:
        self._shop = shop
        self.done: list[Deed] = []

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        self.done.append(deed)
        return self._shop.perform(deed, key, now)

    def __getattr__(self, name: str):
        return getattr(self._shop, name)

    @property
    def texts(self) -> list[str]:
        return [deed.text for deed in self.done if isinstance(deed, SendText)]


@pytest.fixture
def shop():
    with demo_shop(NOW) as shop:
        yield WatchedShop(shop)


@pytest.fixture
def limit(redis) -> TextLimit:
    return TextLimit(redis, MOST)


@pytest.fixture
def manager(shop, limit):
    limits = Limits(may_text=limit.take)
    return build_dialogue(
        shop, ZONE, LINKS, understanding=MIND, draw_code=lambda: "4071", limits=limits
    )


def talk(manager, caller: Caller, memory: Memory, now: datetime, *said: str) -> Reply:
    for text in said:
        reply = manager.hear(Utterance(text, memory.language), memory, caller, now)
        memory = reply.memory
    return reply


@pytest.mark.parametrize("language", ["zh", "en"])
def test_codes_asked_for_call_after_call_come_to_an_end(manager, shop, language):
    for call in range(5):
        moment = NOW + timedelta(minutes=call)
        start = Memory(language=language)
        reply = talk(manager, OLIVER, start, moment, REFUND[language], CODE[language])
        if call < MOST:
            assert reply.memory.waiting_for == "refund_request.code" and not reply.unsent
            continue
        assert NO_MORE[language] in reply.text and not reply.sent
        assert reply.memory.waiting_for == "refund_request.check" and reply.handover is None
        assert len(reply.unsent) == 1 and "4071" not in reply.unsent[0]
    assert len(shop.texts) == MOST


def test_a_code_asked_for_again_and_again_in_one_call_leads_to_a_person(manager, shop):
    memory = Memory(language="en")
    asked = []
    for turn, text in enumerate((REFUND["en"], *["code"] * 5)):
        reply = talk(manager, OLIVER, memory, NOW + timedelta(seconds=turn), text)
        memory = reply.memory
        asked.append(reply.memory.waiting_for)
        if reply.handover:
            break
    assert asked[1:] == ["refund_request.code"] * MOST + ["refund_request.check", None]
    assert reply.handover is not None and reply.unsent and len(shop.texts) == MOST


def test_beyond_the_limit_name_and_order_or_the_last_code_still_prove_who_calls(manager, limit):
    assert limit.take("c0102", "of another call", NOW)
    coded = talk(manager, OLIVER, Memory(language="en"), NOW, REFUND["en"], "code")
    refused = talk(manager, OLIVER, coded.memory, NOW + timedelta(seconds=9), "code")
    assert coded.sent and refused.unsent
    for proof in ("oliver hayes eight four zero two", "four zero seven one"):
        proven = talk(manager, OLIVER, refused.memory, NOW, proof)
        assert proven.memory.waiting_for == "refund_request.confirm"


def test_money_is_paid_without_the_link_and_the_caller_hears_why(manager, shop, limit):
    for message in ("one", "two"):
        assert limit.take("c0108", message, NOW)
    reply = talk(manager, ZHAO, Memory(slots=dict(PROVEN)), NOW, "虾坏了", "是的")
    assert any(isinstance(deed, CompensateFresh) for deed in shop.done) and shop.texts == []
    assert NO_MORE["zh"] in reply.text and "我们发了短信" not in reply.text
    assert reply.sent == () and len(reply.unsent) == 1


def test_a_day_after_the_first_message_there_is_room_for_one(limit):
    hours = (NOW + timedelta(hours=hour) for hour in range(3))
    assert [limit.take("c1", hour.isoformat(), hour) for hour in hours] == [True, True, False]
    after = NOW + TEXTS_PERIOD + timedelta(seconds=1)
    assert limit.take("c1", "d", after) and not limit.take("c1", "e", after)


def test_a_turn_that_is_replayed_sends_what_it_sent_and_counts_once(limit):
    assert [limit.take("c1", name, NOW) for name in "aaabab"] == [True] * 6
    assert not limit.take("c1", "c", NOW) and not limit.take("c1", "c", NOW)


def test_each_telephone_has_its_own_count_and_none_is_named_in_redis(limit, redis):
    assert all(limit.take(who, name, NOW) for who in ("c0102", "c0108") for name in "ab")
    kept = redis.keys("*")
    assert len(kept) == 2 and not any("c0102" in key or "c0108" in key for key in kept)
    assert all(0 < redis.ttl(key) <= TEXTS_PERIOD.total_seconds() for key in kept)


def test_asked_for_from_many_sides_at_once_no_more_go_out_than_may(redis):
    limit = TextLimit(redis, 6)
    with ThreadPoolExecutor(8) as callers:
        went = list(callers.map(lambda n: limit.take("c1", f"m{n}", NOW), range(60)))
    assert sum(went) <= 6 and redis.zcard(redis.keys("texts:*")[0]) <= 6


def test_a_limit_of_none_sends_nothing(redis):
    assert not TextLimit(redis, 0).take("c1", "a", NOW)


def test_the_house_sends_as_many_as_its_setting_says(shop, redis, tmp_path):
    settings = Settings.from_env({**demo(tmp_path), "HOTLINE_TEXTS_A_DAY": "1"})
    manager = build_talk(settings, shop, redis)
    for call in range(3):
        moment = NOW + timedelta(minutes=call)
        talk(manager, OLIVER, Memory(language="en"), moment, REFUND["en"], "code")
    assert len(shop.texts) == 1
