"""The phone page and the console's page in a real Chromium."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.story_box import TO_AISHA, box, run, story

REGISTER = """
async (box) => {
  const { BoxLine } = await import(box + "/phone/static/line.js");
  window.line = new BoxLine(box);
  window.seen = [];
  window.loudest = 0;
  for (const kind of ["registered", "incoming", "answered", "ended", "error"]) {
    line.addEventListener(kind, ({ detail }) => seen.push([kind, detail]));
  }
  line.addEventListener("incoming", () => line.answer());
  line.addEventListener("level", ({ detail }) => { loudest = Math.max(loudest, detail.line); });
  await line.register("client:aisha");
}
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Any]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium on this machine (apt-get install chromium)")
    from playwright.async_api import async_playwright

    fake = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
    arguments = ["--no-sandbox", "--disable-background-networking", *fake]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=arguments)
        try:
            page = await browser.new_page()
            page.faults = []
            page.on("pageerror", lambda error: page.faults.append(str(error)))
            page.on("console", lambda said: page.faults.append(said.text))
            yield page
        finally:
            await browser.close()


@pytest.mark.browser
def test_the_phone_page_calls_presses_a_key_and_hears_the_end(tmp_path: Path) -> None:
    async def work() -> None:
        gather = '<Gather numDigits="1"><Say>press a key. i am waiting for you now</Say></Gather>'
        async with box(tmp_path, gather) as it, chromium() as page:
            await page.goto(f"{it.url}/phone")
            await page.click("#call")
            await page.wait_for_selector('#state[data-state="answered"]', timeout=10_000)
            await page.click("#pad button:nth-child(5)")
            await it.exchange.journal.wait_for("gathered", 5, digits="5")
            await page.click("#hang-up")
            await page.wait_for_selector('#state[data-state="ended"]', timeout=5_000)
            assert page.faults == []
            await page.fill("#from", "12")
            await page.click("#call")
            assert await page.get_attribute("#state", "data-state") == "problem"

    run(work)


@pytest.mark.browser
def test_the_console_s_page_takes_a_call_with_the_box_s_script(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, TO_AISHA) as it, chromium() as page:
            await page.goto(f"{it.console}/login")
            await page.evaluate(REGISTER, it.url)
            steps = "[{wait_for_person: , within: 15}, say: hello my friend, hang_up]"
            told = await it.play(story(steps))
            assert told["failures"] == []
            await page.wait_for_function("seen.some(([kind]) => kind === 'ended')")
            kinds = [kind for kind, _ in await page.evaluate("seen")]
            assert kinds == ["registered", "incoming", "answered", "ended"]
            assert await page.evaluate("loudest") > 0.03

    run(work)
