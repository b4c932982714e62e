"""Four callers are asked for the end of an order number: two say it at once, two in groups."""

from typing import Any

import pytest

from asr.endpointer import EndpointerSettings
from calls.kinds import Kind
from tests.calls.playing import CHINESE, ENGLISH, House

pytestmark = pytest.mark.timeout(180)

PATIENCE_MS = EndpointerSettings().long_stop_ms
ASK = {"zh": "我的快递到哪了", "en": "where is my parcel"}
CALLERS = {
    "Mei": ("+8613800000101", "zh", ("八四零一",)),
    "Oliver": ("+8613800000102", "en", ("eight four zero two",)),
    "Lin": ("+8613800000105", "zh", ("八四", "零五")),
    "Leo": ("+8613800000114", "en", ("eight four", "one four")),
}


def caller(name: str, number: str, language: str, groups: tuple[str, ...]) -> dict[str, Any]:
    said: list[Any] = []
    for group in groups:
        said += [{"pause": 0.9}, {"say": group}]
    voice = {"language": language, "variant": "f2" if language == "zh" else "m3"}
    return {
        "name": name,
        "from": number,
        "to": CHINESE if language == "zh" else ENGLISH,
        "voice": voice,
        "steps": [
            *({"interrupt_after": 1.5, "say": ASK[language]}, "wait_for_bot"),
            *(*said[1:], "wait_for_bot", "hang_up"),
        ],
    }


@pytest.fixture(scope="module")
def told(house: House) -> dict[str, str]:
    """The number that each of them was heard to say, by name, and their calls' ids."""
    callers = [caller(name, *spec) for name, spec in CALLERS.items()]
    told = house.play({"name": "numbers", "callers": callers}).succeeded(90)
    return {one["name"]: one["call_sid"] for one in told["callers"]}


@pytest.mark.parametrize("name", CALLERS)
def test_the_number_is_heard_whole(house: House, told: dict[str, str], name: str) -> None:
    heard = house.events(told[name], Kind.HEARD, turn=2)[0].data["text"]
    assert heard.replace(" ", "") == "".join(CALLERS[name][2]).replace(" ", "")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_whole_number_is_answered_without_the_long_wait(
    house: House, told: dict[str, str], language: str
) -> None:
    """With it no answer could be quicker; one of two is enough, as the machine may be busy."""
    sids = [told[name] for name, (_, spoken, _) in CALLERS.items() if spoken == language]
    replies = [house.events(sid, Kind.REPLIED, turn=2)[0].data for sid in sids]
    latencies = [reply["latency_ms"] for reply in replies]
    assert 0 < min(latencies) < PATIENCE_MS, latencies
