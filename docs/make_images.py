"""Makes the README's pictures: plays the demo's four calls with Aisha in a real browser.

    .venv/bin/python docs/make_images.py [--language en|zh] [--into docs/images]

Needs what `make setup-dev` installs, a Chromium, and fonts for Mandarin (Debian: fonts-noto-cjk).
Takes about a minute and a quarter.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from ops.demo_house import DemoHouse, fetch_json  # noqa: E402
from simulator.voices import Voice  # noqa: E402
from tests.browser.chromium import find_chromium, launch, log_in, open_context  # noqa: E402
from tests.browser.microphone import Sentence, write_microphone  # noqa: E402

STORY = ROOT / "simulator" / "stories" / "first_calls.yaml"
AISHA_SAYS = (
    Sentence(1.5, "您好 我是客服 请问有什么问题"),
    Sentence(8.5, "非常抱歉 我申请维修 明天上午维修 可以吗"),
    Sentence(16.0, "谢谢 再见"),
)
AISHA_TALKS_SECONDS = 18.0
VISITOR = "+8613800000109"
VISITOR_SAYS = (Sentence(9.0, "我的快递到哪了"),)
LOCALES = {"en": "en", "zh": "zh-CN"}


class Studio:
    """The running house, the browsers, and the folder for the pictures."""

    def __init__(self, house: DemoHouse, playwright: Playwright, into: Path, language: str) -> None:
        self._house = house
        self._playwright = playwright
        self._into = into
        self._locale = LOCALES[language]
        self._desk_browser = self._browser("aisha", AISHA_SAYS, Voice("zh", "f3"))

    def shoot(self) -> None:
        """All pictures, in the order in which a demo shows them."""
        live, aisha, lin = self._enter("sara"), self._enter("aisha"), self._enter("lin")
        lin.click('[data-status="break"]')
        story = self._play()
        _until(lambda: live.locator("#waiting li .number").count() == 2, "two callers wait", 60)
        live.wait_for_timeout(500)
        self._keep(live, "live")
        self._answer(aisha)
        self._shoot_phone()
        aisha.wait_for_timeout(1000)
        _until(lambda: self._state(story) != "running", "the story ends", 180)
        self._shoot_call()

    def _answer(self, aisha: Page) -> None:
        aisha.click('[data-status="available"]')
        aisha.wait_for_selector("#answer:visible", timeout=30_000)
        aisha.wait_for_timeout(2000)  # time to read
        self._keep(aisha, "desk")
        aisha.click("#answer")
        aisha.wait_for_selector('#desk[data-stage="on_call"]')
        aisha.wait_for_timeout(AISHA_TALKS_SECONDS * 1000)
        aisha.click("#hang-up")
        aisha.click("#wrap-up")

    def _shoot_phone(self) -> None:
        browser = self._browser("visitor", VISITOR_SAYS, Voice("zh", "f2"))
        page = open_context(browser, self._locale).new_page()
        page.goto(f"{self._house.addresses.box_url}/phone")
        page.wait_for_selector("#to option", state="attached")
        page.click("#call")
        page.wait_for_selector('#state[data-state="answered"]')
        speaks = "() => document.getElementById('level-line').value > 0.6"
        _until(lambda: page.evaluate(speaks), "the greeting is heard", 30)
        self._keep(page, "phone")
        page.click("#hang-up")

    def _shoot_call(self) -> None:
        page = self._enter("noor")
        rows = page.locator("table.list tbody tr", has_text="0103")
        _until(
            lambda: page.reload() and rows.locator(".band.pass, .band.coach, .band.flag").count(),
            "the call is scored",
            90,
        )
        rows.locator("a").first.click()
        page.wait_for_selector("#waveform canvas")
        page.wait_for_timeout(1000)
        self._keep(page, "call")

    def _play(self) -> str:
        story = yaml.safe_load(STORY.read_text(encoding="utf-8"))
        story["agents"] = [agent for agent in story["agents"] if agent["name"] != "aisha"]
        story["expect"] = {}
        text = yaml.safe_dump(story, allow_unicode=True)
        told = fetch_json(f"{self._house.addresses.box_url}/box/stories", {"story": text})
        return str(told["id"])

    def _state(self, story: str) -> str:
        told: dict[str, Any] = fetch_json(f"{self._house.addresses.box_url}/box/stories/{story}")
        for failure in told["failures"]:
            sys.stderr.write(f"{failure}\n")
        return str(told["state"])

    def _enter(self, username: str) -> Page:
        page = open_context(self._desk_browser, self._locale).new_page()
        log_in(page, self._house.addresses.web_url, username, self._house.password)
        return page

    def _browser(self, name: str, says: tuple[Sentence, ...], voice: Voice) -> Browser:
        file = write_microphone(self._house.folder / f"{name}.wav", says, voice)
        return launch(self._playwright, str(find_chromium()), file)

    def _keep(self, page: Page, name: str) -> None:
        page.screenshot(path=self._into / f"{name}.png")


def _until(probe: Callable[[], Any], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise SystemExit(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.2)


def main() -> None:
    """Read the command line, bring the house up, take the pictures."""
    reader = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    reader.add_argument("--language", choices=sorted(LOCALES), default="en")
    reader.add_argument("--into", type=Path, default=ROOT / "docs" / "images")
    chosen = reader.parse_args()
    if find_chromium() is None:
        raise SystemExit("no Chromium found; install one (Debian: apt-get install chromium)")
    chosen.into.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        house = DemoHouse(Path(folder) / "var")
        try:
            house.up(lambda _part: None)
            Studio(house, playwright, chosen.into, chosen.language).shoot()
        finally:
            house.down()


if __name__ == "__main__":
    main()
