"""A stranger who knows a telephone number and no more calls with it forged: every bot."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import yaml

from aftersales.deeds import Deed, Receipt, SendText
from aftersales.demo_gateways import DemoShop
from aftersales.seed import SHOP_FILE
from dialogue import proofs
from dialogue.build import BOT_INTENTS, build_dialogue
from dialogue.errors import DataInvalid
from dialogue.limits import Limits
from dialogue.nlu.understander import Understander
from dialogue.proofs import load_identity
from dialogue.turns import Caller, Intent, Memory, Reply, Understanding, Utterance
from dialogue.wording import load_wording
from ops.cli_chat import demo_shop
from security.limits import guess_limit
from tts.wording import spoken_digits, spoken_money

NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
MIND = Understander.load(ZONE)
OLIVER = Caller("+8613800000102", "c0102", "Oliver Hayes")
FIXED = {
    language: " ".join(sentences.values()) for language, sentences in load_wording().prompts.items()
}
YES, CODE = {"zh": "是的", "en": "yes"}, {"zh": "验证码", "en": "code"}


class Told:
    """Understands the name of an intent as that request, anything else as ever."""

    def understand(self, text: str, language: str, now: datetime) -> Understanding:
        if text in BOT_INTENTS:
            return Understanding((Intent(text, 1.0, text),), ())
        return MIND.understand(text, language, now)


class WatchedShop:
    """The demo shop, with a list of what was asked of it beyond whose orders there are."""

    def __init__(self, shop: DemoShop) -> None:
        self._shop = shop
        self.asked: list[str] = []
        self.performed: list[Deed] = []
        self.orders_of = shop.orders_of

    def perform(self, deed: Deed, key: str, now: datetime) -> Receipt:
        self.performed.append(deed)
        return self._shop.perform(deed, key, now)

    def __getattr__(self, name: str):
        self.asked.append(name)
        return getattr(self._shop, name)


@pytest.fixture(scope="module")
def stocked():
    """One for all tests: what strangers do to it is nothing."""
    with demo_shop(NOW) as shop:
        yield WatchedShop(shop)


@pytest.fixture(scope="module")
def manager(stocked):
    return build_dialogue(stocked, ZONE, understanding=Told(), draw_code=lambda: "4071")


@pytest.fixture
def shop(stocked) -> WatchedShop:
    stocked.asked.clear()
    stocked.performed.clear()
    return stocked


def say(manager, text: str, memory: Memory, caller: Caller) -> Reply:
    return manager.hear(Utterance(text, memory.language), memory, caller, NOW)


def talk(manager, caller: Caller, language: str, *said: str) -> Reply:
    memory = Memory(language=language)
    for text in said:
        reply = say(manager, text, memory, caller)
        memory = reply.memory
    return reply


def customers() -> list[Caller]:
    book = yaml.safe_load(SHOP_FILE.read_text(encoding="utf-8"))["customers"]
    return [Caller(one["number"], one["id"], one["name"]) for one in book]


def secrets_of(caller: Caller, shop, language: str) -> set[str]:
    """What only the account's owner should hear; words of our own sentences tell nothing."""
    found = set()
    for order in shop.orders_of(caller.customer_id):
        found |= {item.name(language) for item in order.items}
        found |= {spoken_digits(order.number[-4:], language), order.number}
        found.add(spoken_money(order.total_minor, order.currency, language))
    return {one for one in found if not heard_in(one, FIXED[language], language)}


def heard_in(words: str, text: str, language: str) -> bool:
    return words in text if language == "zh" else f" {words}" in f" {text}"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("intent", sorted(BOT_INTENTS))
def test_who_knows_a_telephone_number_learns_and_changes_nothing(manager, shop, intent, language):
    for caller in customers():
        memory = Memory(language=language)
        their_own_tail = spoken_digits(caller.number[-4:], language)
        for text in (intent, YES[language], their_own_tail, YES[language]):
            reply = say(manager, text, memory, caller)
            secrets = secrets_of(caller, shop, language)
            heard = {one for one in secrets if heard_in(one, reply.text, language)}
            assert not heard, (caller.number, text, reply.text)
            memory = reply.memory
            if reply.handover or reply.end:
                break
        assert proofs.shown(memory) == 0
    assert shop.asked == [] and shop.performed == [], (
        "the shop was asked for more than whose orders there are"
    )


@pytest.mark.parametrize("intent", ["cancel_order", "change_address", "refund_request"])
def test_one_proof_moves_no_money_and_no_address(manager, shop, intent):
    reply = talk(manager, OLIVER, "en", intent, "my name is oliver hayes", "yes", "yes", "yes")
    assert "proven_name" in reply.memory.slots and shop.asked == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_code_to_the_accounts_own_telephone_stands_for_both(manager, shop, language):
    asked = talk(manager, OLIVER, language, "refund_request", CODE[language])
    assert asked.memory.waiting_for == "refund_request.code"
    (sent,) = shop.performed
    assert isinstance(sent, SendText) and sent.text.startswith("4071")
    assert "4071" not in asked.text
    assert asked.sent and all("4071" not in text and "****" in text for text in asked.sent)
    digits = spoken_digits("4071", language)
    reply = say(manager, digits, asked.memory, OLIVER)
    assert reply.memory.waiting_for == "refund_request.confirm"


def test_a_wrong_code_twice_is_a_persons(manager):
    wrong = "one one one one"
    reply = talk(manager, OLIVER, "en", "refund_request", "code", wrong)
    assert reply.memory.waiting_for == "refund_request.code" and reply.handover is None
    again = say(manager, wrong, reply.memory, OLIVER)
    assert again.handover is not None and again.handover.reason == "needs_person"


def test_order_numbers_cannot_be_tried_one_after_the_other(manager, shop):
    memory = Memory(language="en")
    for tail in ("one one one one", "two two two two", "eight four zero two"):
        reply = say(manager, f"where is my order ending in {tail}", memory, OLIVER)
        assert "headphones" not in reply.text
        memory = reply.memory
        if reply.handover:
            break
    assert reply.handover is not None and shop.asked == []


def test_order_numbers_cannot_be_tried_several_in_one_breath(manager):
    question = talk(manager, OLIVER, "en", "track_package").memory
    tries = "one one one one or two two two two or eight four zero two"
    assert proofs.shown(say(manager, tries, question, OLIVER).memory) == 0
    put_right = "eight four zero one no sorry eight four zero two"
    assert proofs.shown(say(manager, put_right, question, OLIVER).memory) == 1


def test_the_hash_key_asks_for_a_code(manager):
    asked = talk(manager, OLIVER, "en", "refund_request")
    reply = manager.press("#", asked.memory, OLIVER, NOW)
    assert reply.memory.waiting_for == "refund_request.code"


def test_who_does_not_want_to_say_is_told_that_nothing_was_done(manager, shop):
    reply = talk(manager, OLIVER, "en", "cancel_order", "no")
    assert "changed nothing" in reply.text and reply.memory.done == ("cancel_order",)
    assert shop.asked == []


def test_who_does_not_want_to_say_still_hears_what_everybody_may(manager, shop):
    reply = talk(manager, OLIVER, "en", "shipping_bill", "no")
    assert "weight and size" in reply.text and shop.asked == []


def test_what_was_asked_for_is_not_forgotten_over_the_question_who_calls(manager):
    words = "where is my order and send me an invoice"
    reply = talk(manager, OLIVER, "en", words, "eight four zero two")
    assert "headphones" in reply.text and reply.memory.waiting_for == "invoice.confirm"


def test_every_request_and_every_deed_has_a_line(tmp_path):
    lines = proofs.RULES_FILE.read_text(encoding="utf-8")
    short = tmp_path / "identity.yaml"
    short.write_text(lines.replace("  refund_status: one\n", "").replace("  book_visit: one\n", ""))
    with pytest.raises(DataInvalid, match=r"'refund_status' has no line.*'book_visit' has no line"):
        load_identity(BOT_INTENTS, short)
    short.write_text(lines.replace("cancel_order: two", "cancel_order: everybody"))
    with pytest.raises(DataInvalid, match="deeds"):
        load_identity(BOT_INTENTS, short)


def test_an_agent_is_told_how_much_was_shown(manager):
    unshown = talk(manager, OLIVER, "en", "order_status", "no")
    one = talk(manager, OLIVER, "en", "order_status", "oliver hayes")
    two = talk(manager, OLIVER, "en", "refund_request", "oliver hayes eight four zero two")
    assert "The caller did not show who they are." in unshown.memory.story
    assert any("one proof" in note for note in one.memory.story)
    assert any("both proofs" in note for note in two.memory.story)


def test_who_calls_again_and_again_has_no_more_guesses(stocked, redis):
    limit = guess_limit(redis, most=3)
    manager = build_dialogue(stocked, ZONE, understanding=Told(), limits=Limits(may_guess=limit))
    for wrong in ("one one one one", "one one one two", "one one one three"):
        again = talk(manager, OLIVER, "en", "order_status", wrong)
        assert again.memory.waiting_for == "order_status.check"
    blocked = talk(manager, OLIVER, "en", "order_status", "one one one four")
    assert blocked.handover is not None
    right = talk(manager, OLIVER, "en", "order_status", "eight four zero two")
    assert "headphones" in right.text, "who shows it is no guesser"
