"""A whole Hotline on this machine and browsers to look at it with."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, sync_playwright
from sqlalchemy import select

from calls.log import CallLog
from calls.models import Call
from ops.database.engine import make_engine, make_session_factory
from ops.demo_house import DemoHouse, fetch_json
from simulator.voices import Voice
from tests.browser.chromium import Complaints, find_chromium, launch, log_in, open_context
from tests.browser.microphone import Sentence, write_microphone


@dataclass
class Visitor:
    """One person's browser, with one page."""

    page: Page
    context: BrowserContext
    complaints: Complaints


@dataclass
class Hotline:
    """The running house: its addresses, its record, and a way to let people call."""

    house: DemoHouse
    log: CallLog
    sessions: Any
    stories: list[str] = field(default_factory=list)

    @property
    def console(self) -> str:
        return self.house.addresses.web_url

    @property
    def phone(self) -> str:
        return f"{self.house.addresses.box_url}/phone"

    def play(self, story: str) -> str:
        told = fetch_json(f"{self.house.addresses.box_url}/box/stories", {"story": story})
        assert told and "id" in told, f"the box did not take the story: {told}"
        self.stories.append(told["id"])
        return str(told["id"])

    def story(self, story_id: str) -> dict[str, Any]:
        return fetch_json(f"{self.house.addresses.box_url}/box/stories/{story_id}") or {}

    def stop_stories(self) -> None:
        for story_id in self.stories:
            fetch_json(f"{self.house.addresses.box_url}/box/stories/{story_id}/stop", {})
        self.stories.clear()

    def call_of(self, caller: str) -> Call | None:
        """The caller's newest call."""
        newest = select(Call).where(Call.caller_number == caller).order_by(Call.started_at.desc())
        with self.sessions() as session:
            return session.scalars(newest).first()

    def kinds(self, sid: str) -> list[str]:
        return [event.kind for event in self.log.events(sid)]


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[DemoHouse]:
    """Every process of Hotline; what speech and numba made is kept between runs."""
    if find_chromium() is None:
        pytest.skip("no Chromium found (apt-get install chromium)")
    cache = request.config.cache
    kept = {"HOTLINE_CACHE": str(cache.mkdir("hotline"))} if cache is not None else {}
    house = DemoHouse(tmp_path_factory.mktemp("house") / "var", kept)
    try:
        house.up(lambda _part: None)
        yield house
    finally:
        house.down()


@pytest.fixture
def hotline(house: DemoHouse) -> Iterator[Hotline]:
    engine = make_engine(house.settings.store.database_url)
    sessions = make_session_factory(engine)
    hotline = Hotline(house, CallLog(sessions, lambda _: None), sessions)
    yield hotline
    hotline.stop_stories()
    engine.dispose()


Visit = Callable[..., Visitor]


@pytest.fixture
def visit(house: DemoHouse, tmp_path: Path) -> Iterator[Visit]:
    """`visit(says=[...], voice=..., language=...)`: a new browser with a fake microphone."""
    with sync_playwright() as playwright, ExitStack() as browsers:

        def new_visitor(
            says: tuple[Sentence, ...] = (),
            voice: Voice = Voice("zh", "f2"),  # noqa: B008
            language: str = "en",
        ) -> Visitor:
            file = write_microphone(tmp_path / "microphone.wav", says, voice) if says else None
            browser = launch(playwright, str(find_chromium()), file)
            browsers.callback(browser.close)
            context = open_context(browser, language)
            page = context.new_page()
            return Visitor(page, context, Complaints(page))

        yield new_visitor


@pytest.fixture
def log_in_as(hotline: Hotline, visit: Visit) -> Callable[..., Visitor]:
    def enter(username: str, **how: Any) -> Visitor:
        visitor = visit(**how)
        log_in(visitor.page, hotline.console, username, hotline.house.password)
        return visitor

    return enter


@pytest.fixture
def until(hotline: Hotline) -> Callable[..., Any]:
    """Ask again until there is an answer; says what did not happen."""

    def wait(probe: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := probe():
                return found
            time.sleep(0.1)
        pytest.fail(f"not within {seconds:.0f} s: {what}")

    return wait
