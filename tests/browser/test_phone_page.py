"""A person calls from the phone page with a microphone, and is heard, answered and queued."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from calls.models import Turn
from tests.browser.chromium import WAIT_MS
from tests.browser.conftest import Hotline, Visit
from tests.browser.microphone import Sentence

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

MEI = "+8613800000101"
MANDARIN = "+864008000001"
IN_A_CALL = '#state[data-state="answered"]'


def test_a_caller_from_the_phone_page_is_heard_answered_and_queued_by_a_key(
    hotline: Hotline, visit: Visit, until: Callable[..., Any]
) -> None:
    mei = visit(says=(Sentence(14.0, "我的快递到哪了"),), language="zh-CN")
    page = mei.page
    _dial(page, hotline.phone, MEI, MANDARIN)
    page.wait_for_selector(IN_A_CALL)
    until(
        lambda: page.locator("#level-line").evaluate("it => it.value") > 0.3, "a greeting is heard"
    )

    call = until(lambda: hotline.call_of(MEI), "the call is in the record")
    turn = until(lambda: _answered_turn(hotline, call.sid), "the sentence is understood", 45)
    assert "快递" in turn.heard.replace(" ", "")
    assert [intent["id"] for intent in turn.intents] == ["track_package"]

    page.click("#pad button:text-is('0')")
    until(lambda: "queue.joined" in hotline.kinds(call.sid), "the key 0 leads to the queue")
    assert hotline.call_of(MEI).status == "waiting"

    page.click("#hang-up")
    expect(page.locator("#state")).to_have_attribute("data-state", "ended", timeout=WAIT_MS)
    ended = until(lambda: _ended(hotline, call.sid), "the call has an outcome")
    assert ended.outcome == "abandoned"
    assert mei.complaints.found == []


def test_a_number_that_cannot_call_is_refused_with_a_reason(hotline: Hotline, visit: Visit) -> None:
    visitor = visit()
    _dial(visitor.page, hotline.phone, "12", MANDARIN)
    expect(visitor.page.locator("#state")).to_contain_text("+8613800000109")
    expect(visitor.page.locator("#call")).to_be_enabled()
    assert visitor.complaints.found == []


def _dial(page: Page, address: str, from_: str, to: str) -> None:
    page.goto(address)
    page.wait_for_selector("#to option", state="attached")
    page.fill("#from", from_)
    page.select_option("#to", to)
    page.click("#call")


def _answered_turn(hotline: Hotline, sid: str) -> Turn | None:
    return next((turn for turn in hotline.log.turns(sid) if turn.heard and turn.reply), None)


def _ended(hotline: Hotline, sid: str) -> Any:
    call = hotline.log.call(sid)
    return call if call and call.outcome else None
