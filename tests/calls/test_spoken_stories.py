"""Ten of the written conversations (tests/evaluation/dialogue) spoken at the same time: real audio,
real recognition, and the shop in the same state as when they are written.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from aftersales.http_shop import HttpShop
from tests.calls.playing import CHINESE, ENGLISH, House

pytestmark = pytest.mark.timeout(240)

FOLDER = Path(__file__).parents[1] / "evaluation" / "dialogue"
SPOKEN = {
    "zh": (
        "快递到哪了,问完就挂",
        "运费怎么算的",
        "换大一号,库存里有",
        "显示签收没收到,登记查找",
        "发了货的订单取消不了",
    ),
    "en": (
        "where is the parcel, and goodbye",
        "a larger size that is in stock",
        "no scan for a week, the courier has to search",
        "the courier missed the pick up",
        "collected, they say, but nobody came",
    ),
}
GOODBYE = {"zh": "没有了谢谢", "en": "no thank you"}
VARIANTS = ("f2", "m3", "m1", "f3", "m7")


def stories() -> list[tuple[str, dict[str, Any]]]:
    found = []
    for language, names in SPOKEN.items():
        written = yaml.safe_load((FOLDER / f"{language}.yaml").read_text(encoding="utf-8"))
        by_name = {story["name"]: story for story in written}
        found += [(language, by_name[name]) for name in names]
    return found


def caller(language: str, story: dict[str, Any], number: int) -> dict[str, Any]:
    """The story's words as a caller's steps, and a goodbye until the line is closed."""
    said = [turn["caller"] for turn in story["turns"] if not turn.get("ends")]
    steps = [step for text in said for step in ("wait_for_bot", {"say": text})]
    goodbye = {"keep_saying": GOODBYE[language], "times": 3, "within": 40, "until": "hangup"}
    return {
        "name": f"Caller {number}",
        "from": f"+8613800000{story['customer'][1:]}",
        "to": CHINESE if language == "zh" else ENGLISH,
        "start_after_seconds": number * 0.5,
        "voice": {"language": language, "variant": VARIANTS[number % len(VARIANTS)]},
        "steps": [*steps, goodbye, {"wait_for_hangup": None, "within": 40}],
    }


def test_ten_written_stories_come_out_the_same_when_they_are_spoken(house: House) -> None:
    house.stock_the_shop()
    chosen = stories()
    callers = [caller(language, story, n) for n, (language, story) in enumerate(chosen)]
    told = house.play({"name": "spoken_stories", "callers": callers}).ended(200)

    sids = {one["name"]: one["call_sid"] for one in told["callers"]}
    shop = HttpShop(house.demo.addresses.shop_url)
    wrong = []
    for number, (_, story) in enumerate(chosen):
        sid = sids[f"Caller {number}"]
        after = story.get("after", {})
        done = shop.details_of(after["order"]).done if after else ()
        outcome = house.outcome(sid)
        if outcome != "solved_by_bot" or sorted(done) != sorted(after.get("deeds", ())):
            wrong.append(f"{story['name']}: {outcome}, {done}\n{house.talk(sid)}")
    shop.close()
    assert not wrong, "\n\n".join(wrong)
