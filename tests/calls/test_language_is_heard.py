"""A number that serves both languages: three callers at once, two heard by their first words."""

from typing import Any

import pytest

from calls.kinds import Kind
from tests.calls.playing import House

pytestmark = pytest.mark.timeout(180)

EITHER = "+864008000003"
END = ("wait_for_bot", "hang_up")


def caller(name: str, number: str, language: str, *steps: Any) -> dict[str, Any]:
    voice = {"language": language, "variant": "f2" if language == "zh" else "m3"}
    return {"name": name, "from": number, "to": EITHER, "voice": voice, "steps": list(steps)}


def test_callers_of_one_number_are_served_in_the_language_that_they_speak(house: House) -> None:
    ask = {"zh": "我的快递到哪了", "en": "where is my parcel"}
    asks = {la: ({"interrupt_after": 2.0, "say": said}, *END) for la, said in ask.items()}
    presses = ({"pause": 4}, {"press": "2"}, "wait_for_bot", "wait_for_bot", "hang_up")
    callers = [
        caller("Sun", "+8613800000110", "zh", *asks["zh"]),
        caller("Leo", "+8613800000114", "en", *asks["en"]),
        caller("Marcus", "+8613800000109", "en", *presses),
    ]

    told = house.play({"name": "either", "callers": callers}).succeeded(120)["callers"]

    sids = {one["name"]: one["call_sid"] for one in told}
    known = {name: house.events(sid, Kind.LANGUAGE)[0].data for name, sid in sids.items()}
    assert {name: (data["language"], data["how"]) for name, data in known.items()} == {
        "Sun": ("zh", "speech"),
        "Leo": ("en", "speech"),
        "Marcus": ("en", "key"),
    }
    assert {house.row(sid).language for sid in (sids["Leo"], sids["Marcus"])} == {"en"}
    for name, language in (("Sun", "zh"), ("Leo", "en")):
        replied = house.events(sids[name], Kind.REPLIED)[0].data["text"]
        assert house.events(sids[name], Kind.HEARD)[0].data["text"] == ask[language]
        assert replied.isascii() == (language == "en")
