"""The last way out is TwiML that a provider takes, in both languages, and never silence."""

import xml.etree.ElementTree as ET

import pytest

from dialogue.turns import Memory
from ivr import fallback
from telephony import twiml
from telephony.verbs import Verb

BASE = "https://hotline.example"
LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def rendered(verbs: tuple[Verb, ...]) -> ET.Element:
    root = ET.fromstring(twiml.render(verbs))
    assert root.tag == "Response"
    return root


@LANGUAGES
def test_the_menu_asks_for_one_key_and_leads_to_a_person_without_one(language: str) -> None:
    root = rendered(fallback.menu(language, BASE))

    assert [verb.tag for verb in root] == ["Gather", "Say", "Enqueue"]
    gather = root[0]
    assert (gather.get("numDigits"), gather.get("action")) == ("1", f"{BASE}/voice/menu")
    assert gather.findtext("Say")


def test_an_unknown_language_is_asked_for_by_key_in_each() -> None:
    gather, *person = rendered(fallback.which_language(("zh", "en"), BASE))

    asked = [(said.get("language"), said.text) for said in gather]
    assert [language for language, _ in asked] == ["cmn-CN", "en-US"]
    assert "按一" in str(asked[0][1]) and "press two" in str(asked[1][1])
    assert [verb.tag for verb in person] == ["Say", "Enqueue"]


@LANGUAGES
def test_a_person_is_waited_for_in_the_providers_queue(language: str) -> None:
    root = rendered(fallback.person(language, BASE))

    enqueue = root.find("Enqueue")
    assert enqueue is not None and enqueue.text == fallback.PROVIDER_QUEUE
    assert enqueue.get("waitUrl") == f"{BASE}/voice/wait"
    assert enqueue.get("action") == f"{BASE}/voice/queue-left"


@LANGUAGES
def test_every_way_out_says_something_in_the_callers_language(language: str) -> None:
    ways = (
        fallback.said_then_keys("答案 & <answer>", Memory(language), BASE),
        fallback.said_then_person("答案 & <answer>", language, BASE),
        fallback.still_waiting(language),
        fallback.try_again(language, 2),
    )
    for verbs in ways:
        said = rendered(verbs).findall(".//Say")
        assert said and all(say.text for say in said)
        assert len({say.get("language") for say in said}) == 1


@pytest.mark.parametrize(
    ("asked", "keyed", "digits"),
    [
        (None, "", "1"),
        ("return.confirm", "", "1"),
        ("track.order", "", "4"),
        ("x.order", "12", "2"),
    ],
)
def test_as_many_keys_are_awaited_as_the_dialogue_asked_for(
    asked: str | None, keyed: str, digits: str
) -> None:
    memory = Memory(waiting_for=asked, slots={"digits": keyed} if keyed else {})

    gather, *_, queue = rendered(fallback.said_then_keys("请问？", memory, BASE))

    assert (gather.get("numDigits"), queue.tag) == (digits, "Enqueue")


@LANGUAGES
def test_a_question_for_yes_or_no_names_the_keys_for_it(language: str) -> None:
    asks = Memory(language, waiting_for="refund.confirm")

    said, keys = rendered(fallback.said_then_keys("?", asks, BASE)).findall("Gather/Say")

    assert said.text == "?"
    assert keys.text and ("是请按一" in keys.text or "one for yes" in keys.text)


def test_the_first_lost_stream_is_tried_again_at_once_and_later_ones_after_a_pause() -> None:
    pauses = [rendered(fallback.try_again("zh", lost)).find("Pause") for lost in (1, 2, 3, 9)]

    assert [None if pause is None else pause.get("length") for pause in pauses] == [
        None,
        "1",
        "2",
        "3",
    ]


def test_after_a_stream_the_provider_asks_how_to_go_on() -> None:
    assert rendered((fallback.resume(BASE),)).findtext("Redirect") == f"{BASE}/voice/resume"
