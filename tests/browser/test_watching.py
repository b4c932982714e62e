"""A supervisor follows a furious call live; a reviewer opens its record; others may not."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from qa.models import QaScore
from tests.browser.conftest import Hotline, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.timeout(150)]

ANGRY = re.compile(r"level-[23]")
ZHOU_LI = "+8613800000103"
STORY = f"""
name: furious
callers:
  - name: Zhou Li
    from: "{ZHOU_LI}"
    to: "+864008000001"
    voice: {{ language: zh, variant: m1 }}
    steps:
      - wait_for_bot
      - say: 你好 我的冰箱坏了
      - {{ interrupt_after: 0.8, say: 质量太差了我要投诉, temper: angry }}
      - pause: 15
      - hang_up
"""


def test_a_furious_call_is_seen_live_and_its_record_can_be_judged(
    hotline: Hotline, log_in_as: Callable[..., Visitor], until: Callable[..., Any]
) -> None:
    sara = log_in_as("sara")
    expect(sara.page.locator("#calls .empty")).to_be_visible()
    hotline.play(STORY)
    card = sara.page.locator("#calls .call")
    expect(card.locator(".number")).to_contain_text(ZHOU_LI[-4:])
    expect(card.locator(".said.caller").first).to_be_visible(timeout=40_000)
    expect(card.locator(".now .emotion")).to_have_class(ANGRY, timeout=30_000)
    expect(card.locator(".said.caller", has_text="投诉")).to_be_visible()
    expect(sara.page.locator("#waiting .terms")).to_be_visible(timeout=30_000)
    _an_alert_is_seen_and_goes(sara.page)
    until(lambda: hotline.call_of(ZHOU_LI).outcome, "Zhou Li hangs up")
    expect(card).to_have_count(0)
    assert sara.complaints.found == []

    call = hotline.call_of(ZHOU_LI)
    until(lambda: _scored(hotline, call.sid), "the call is scored", 60)
    noor = log_in_as("noor", language="zh-CN")
    noor.page.click(f"a[href$='{call.sid}']")
    _shows_the_waveform(noor.page)
    expect(noor.page.locator(".segments .said.caller")).not_to_have_count(0)
    expect(noor.page.locator(".segments .said.bot").first).to_contain_text("机器人")
    expect(noor.page.locator(".segments .said.agent")).to_have_count(0)  # nobody answered
    expect(noor.page.locator("svg.mood .mark-2, svg.mood .mark-3").first).to_be_visible()
    expect(noor.page.locator("#emotion")).to_contain_text("投诉")
    _evidence_jumps_to_its_place(noor.page)
    assert noor.complaints.found == []


def test_an_agent_may_not_see_what_is_not_theirs(
    hotline: Hotline, log_in_as: Callable[..., Visitor]
) -> None:
    tomas = log_in_as("tomas")
    assert tomas.page.url.endswith("/desk")
    assert tomas.complaints.found == []
    for path in ("/live", "/calls"):
        answer = tomas.page.goto(hotline.console + path)
        assert answer.status == 403
        expect(tomas.page.locator("main")).to_contain_text("Not yours to open")
    assert all("403" in said for said in tomas.complaints.found)


def _an_alert_is_seen_and_goes(page: Page) -> None:
    alert = page.locator("#alerts .alert")
    expect(alert).to_contain_text("投诉", timeout=30_000)
    alert.locator("button").click()
    expect(page.locator("#alerts .alert")).to_have_count(0)
    expect(page.locator("#calls .call")).to_be_visible()


def _shows_the_waveform(page: Page) -> None:
    """Both channels are drawn: canvases of a size, inside the player's shadow tree."""
    canvas = page.locator("#waveform canvas")
    expect(canvas.first).to_be_visible()
    drawn = """all => all.map((it) => it.getContext("2d")
      .getImageData(0, 0, it.width, it.height).data.some((value) => value > 0))"""
    assert any(canvas.evaluate_all(drawn))


def _evidence_jumps_to_its_place(page: Page) -> None:
    findings = page.locator(".finding")
    assert findings.count() >= 6
    jump = page.locator(".finding .jump").last
    start_ms = int(jump.get_attribute("data-start") or "")
    jump.click()
    seconds = page.locator("#audio").evaluate("it => it.currentTime")
    assert start_ms / 1000 <= seconds < start_ms / 1000 + 2


def _scored(hotline: Hotline, sid: str) -> bool:
    with hotline.sessions() as session:
        return bool(session.scalars(select(QaScore.id).where(QaScore.call_sid == sid)).first())


def test_a_reader_changes_the_language_and_logs_out(
    log_in_as: Callable[..., Visitor],
) -> None:
    tomas = log_in_as("tomas")
    expect(tomas.page.locator("h1")).to_contain_text("My desk")
    tomas.page.click("text=中文")
    expect(tomas.page.locator("h1")).to_contain_text("我的坐席")
    expect(tomas.page.locator("#phone-state")).to_have_text("就绪")
    tomas.page.click("text=退出")
    expect(tomas.page.locator("form.login")).to_be_visible()
    assert tomas.complaints.found == []
