"""What share of a generated mix of calls is solved without a person? Text only, on the demo shop.

`python -m bench.dialogue_mix --calls 500 --seed 4`. A caller wants one thing, or two in a fifth of
the calls, says so in words that are in no example file, answers what is asked, and is content when
the bot has settled it. A call is solved when it ends by goodbye and every wish was settled.
"""

import argparse
import json
import random
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

from aftersales.demo_gateways import DemoShop
from dialogue.nlu.understander import Understander
from ops.cli_chat import Chat, demo_shop, open_chat

WISHES = yaml.safe_load(Path(__file__).with_name("dialogue_mix.yaml").read_text(encoding="utf-8"))
NOW = datetime(2026, 11, 20, 3, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
MIND = Understander.load(ZONE)
TWO_WISHES, SAYS_NO, NOT_AT_HAND, TURNS = 0.2, 0.08, 0.1, 16
JOIN = {"zh": ",还有", "en": " and also "}
WORDS = {
    "zh": {
        "yes": "是的",
        "no": "不要",
        "date": "后天",
        "end": "没有了谢谢",
        "name": "我叫{}",
        "unknown": "我不记得订单号",
        "which": "第一个",
    },
    "en": {
        "yes": "yes",
        "no": "no",
        "date": "tomorrow",
        "end": "no thank you",
        "name": "this is {}",
        "unknown": "i do not have the number",
        "which": "the first one",
    },
}
ADDRESS = {"zh": "杭州市西湖区文三路五号", "en": "twenty five garden road"}
DIGITS = {
    "zh": dict(zip("0123456789", "零一二三四五六七八九", strict=True)),
    "en": dict(
        zip(
            "0123456789",
            ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
            strict=True,
        )
    ),
}


def main() -> None:
    """Play the calls and print the shares."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--calls", type=int, default=500)
    reader.add_argument("--seed", type=int, default=4)
    reader.add_argument("--lost", action="store_true", help="print calls that were not solved")
    given = reader.parse_args()
    luck = random.Random(given.seed)
    ends: dict[str, Counter[str]] = {"zh": Counter(), "en": Counter()}
    by_wish: dict[str, Counter[str]] = {wish: Counter() for wish in WISHES}
    for number in range(given.calls):
        language = "zh" if number % 2 else "en"
        with demo_shop(NOW) as shop:
            wishes, end, said = play(shop, language, luck)
        ends[language][end] += 1
        by_wish[wishes[0]][end] += 1
        if given.lost and end != "solved":
            print(end, wishes, *said, sep="\n   ")
    whole = ends["zh"] + ends["en"]
    for name, counts in (*ends.items(), ("all", whole), *by_wish.items()):
        print(json.dumps({"of": name, "share": share(counts), **counts}))


def share(counts: Counter[str]) -> float:
    return round(counts["solved"] / max(1, counts.total()), 3)


def play(shop: DemoShop, language: str, luck: random.Random) -> tuple[list[str], str, list[str]]:
    """(what was wanted, how it ended, what was said)."""
    count = 2 if luck.random() < TWO_WISHES else 1
    weights = [WISHES[wish]["weight"] for wish in WISHES]
    wishes = list(dict.fromkeys(luck.choices(list(WISHES), weights, k=count)))
    chat = open_chat(
        shop, f"+86138000001{customer(shop, wishes[0], luck):02}", language, ZONE, MIND
    )
    text = JOIN[language].join(luck.choice(WISHES[wish][language]) for wish in wishes)
    said: list[str] = []
    for _ in range(TURNS):
        reply = chat.line(text, NOW)
        said += [f"> {text}", f"< {reply.text}"]
        if reply.handover is not None:
            return wishes, f"person_{reply.handover.reason}", said
        if reply.end:
            solved = set(wishes) <= set(chat.memory.done)
            return wishes, "solved" if solved else "misunderstood", said
        text = answer(chat, shop, language, luck)
    return wishes, "endless", said


def customer(shop: DemoShop, wish: str, luck: random.Random) -> int:
    """Somebody who may want this: an order that fits, where the wish needs one."""
    fits = {
        "fresh_spoiled": [8],
        "installation": [3, 9, 12],
        "courier_pickup": [6, 14],
        "fake_pickup": [7],
        "track_package": [1, 4, 5, 12],
        "delivery_delay": [1, 4, 5, 12],
        "cancel_order": [1, 6, 13, 13],
        "change_address": [6, 13, 1],
        "refund_status": [7, 10, 11],
        "price_protection": [1, 2],
        "shipping_bill": [1, 2, 4],
        "return_goods": [2, 4, 6, 7, 8, 9, 10],
    }
    return luck.choice(fits.get(wish, list(range(1, 15))))


def answer(chat: Chat, shop: DemoShop, language: str, luck: random.Random) -> str:
    """What a patient caller says to the open question."""
    slot = (chat.memory.waiting_for or "").rpartition(".")[2]
    words = WORDS[language]
    match slot:
        case "confirm" | "goods":
            return words["no"] if luck.random() < SAYS_NO else words["yes"]
        case "date":
            return words["date"]
        case "address":
            return ADDRESS[language]
        case "check" if luck.random() < NOT_AT_HAND:
            return words["unknown"]
        case "check":
            return f"{words['name'].format(chat.caller.name)} {tail(chat, shop, language, luck)}"
        case "order":
            return tail(chat, shop, language, luck)
        case "code":
            return spoken(chat.memory.slots["code"], language)  # read off the telephone
        case "which":
            return words["which"]
    return words["end"]


def tail(chat: Chat, shop: DemoShop, language: str, luck: random.Random) -> str:
    """How the number of one of the caller's orders ends."""
    assert chat.caller.customer_id is not None
    return spoken(luck.choice(shop.orders_of(chat.caller.customer_id)).number[-4:], language)


def spoken(digits: str, language: str) -> str:
    return ("" if language == "zh" else " ").join(DIGITS[language][digit] for digit in digits)


if __name__ == "__main__":
    main()
