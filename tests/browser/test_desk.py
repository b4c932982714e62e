"""An agent at the desk reads a caller's story, answers in the browser, talks, and wraps up."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import select

from recordings.models import Recording, TranscriptSegment
from simulator.voices import Voice
from tests.browser.conftest import Hotline, Visitor
from tests.browser.microphone import Sentence

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

WANG = "+8613800000105"
STORY = f"""
name: desk
callers:
  - name: Wang
    from: "{WANG}"
    to: "+864008000001"
    voice: {{ language: zh, variant: m3 }}
    steps:
      - wait_for_bot
      - say: 我要转人工
      - {{ wait_for_person: , within: 60 }}
      - {{ wait_for_bot: , within: 20 }}
      - say: 没有了 谢谢
      - {{ wait_for_hangup: , within: 60 }}
"""
GREETING = "您好 我是客服 请问有什么问题"
WHAT_AISHA_SAYS = (Sentence(3.0, GREETING), Sentence(12.0, GREETING))
"""The second is for a machine so busy that the first is over before the call is joined."""


def test_an_agent_reads_the_story_answers_is_heard_and_wraps_up(
    hotline: Hotline, log_in_as: Callable[..., Visitor], until: Callable[..., Any]
) -> None:
    aisha = log_in_as("aisha", says=WHAT_AISHA_SAYS, voice=Voice("zh", "f3"))
    page = aisha.page
    page.wait_for_selector('[data-phone="ready"]')
    story = hotline.play(STORY)
    until(lambda: _waits(hotline), "Wang waits for a person", 60)

    page.route("**/desk/status", lambda route: _answer_late(page, route))
    with page.expect_response("**/desk/status"):
        page.click('[data-status="available"]')
    page.wait_for_timeout(300)  # the late answer, older than the offer, has been read
    expect(page.locator("#desk")).to_have_attribute("data-stage", "offer")
    expect(page.locator("#story")).to_contain_text(WANG[-4:])
    expect(page.locator("#talk .caller").first).to_contain_text("人工")
    call = hotline.call_of(WANG)
    assert call.connected_at is None

    page.click("#answer")
    page.wait_for_selector('#desk[data-stage="on_call"]')
    until(lambda: hotline.call_of(WANG).connected_at, "the call is connected")
    assert hotline.call_of(WANG).agent_id == "aisha"
    until(lambda: _steps_done(hotline, story) == 5, "Wang hears Aisha and thanks her")
    page.click("#hang-up")

    page.click("#wrap-up")
    page.wait_for_selector('#desk[data-stage="idle"]')
    expect(page.locator('[data-status="available"]')).to_have_attribute("aria-pressed", "true")
    until(lambda: hotline.call_of(WANG).outcome == "answered_by_agent", "the outcome is right")
    assert hotline.story(story)["failures"] == []
    heard = until(lambda: _heard_by_caller(hotline, call.sid), "the recording is transcribed", 60)
    assert "请问有什么问题" in heard
    assert aisha.complaints.found == []


def _waits(hotline: Hotline) -> bool:
    call = hotline.call_of(WANG)
    return call is not None and call.status == "waiting"


def _answer_late(page: Page, route: Route) -> None:
    """The server's answer reaches the page after the stream has told of the offer."""
    answer = route.fetch()
    page.wait_for_selector('#desk[data-stage="offer"]')
    route.fulfill(response=answer)


def _steps_done(hotline: Hotline, story: str) -> int:
    steps = hotline.story(story)["callers"][0]["steps"]
    return sum(1 for step in steps if step["ended_ms"])


def _heard_by_caller(hotline: Hotline, sid: str) -> str:
    """The words in the recording's far channel."""
    words = (
        select(TranscriptSegment.text)
        .join(Recording, Recording.sid == TranscriptSegment.recording_sid)
        .where(Recording.call_sid == sid, TranscriptSegment.party == "agent")
        .order_by(TranscriptSegment.start_ms)
    )
    with hotline.sessions() as session:
        return "".join(session.scalars(words))
