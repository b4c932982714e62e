"""`hotline demo`: all real parts on this machine, four callers at once, and a report of what
became of them.
"""

import json
import signal
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis import Redis
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from calls.errors import FeedUnavailable
from calls.live import LiveFeed
from calls.log import CallLog
from ops.database.engine import make_engine, make_session_factory
from ops.demo_house import DemoFailed, DemoHouse, fetch_json
from ops.demo_report import all_scored, build_report
from ops.narrator import Narrator
from ops.seed import PEOPLE
from security.masking import mask_number

STORY_SECONDS = 240.0
"""The four calls take about two minutes."""
SCORE_SECONDS = 90.0
REDIS_SECONDS = 5.0
Sessions = sessionmaker[Session]


class Demo:
    """One run of the demo."""

    def __init__(self, folder: Path, story: str, *, once: bool, report: Path | None) -> None:
        self._story = story
        self._once = once
        self._report = report
        self._screen = Console(highlight=False)
        self._house = DemoHouse(folder)
        self._news = News(self._house.redis.url, self._screen)
        self._stop = threading.Event()

    def run(self) -> int:
        """Returns the exit status: 0 only if every call reached its expected end."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, lambda *_: self._stop.set())
        try:
            with self._screen.status("starting") as status:
                self._house.up(lambda part: status.update(f"starting {part}"))
            self._print_addresses()
            ok = self._play()
            if not self._once and not self._stop.is_set():
                self._screen.print("The demo stays up. Call from the phone page; Ctrl-C ends it.")
                self._follow_until_stopped()
            return 0 if ok else 1
        except DemoFailed as problem:
            self._screen.print(f"[red]{problem}[/red]")
            return 1
        finally:
            with self._screen.status("stopping"):
                self._house.down()

    def _print_addresses(self) -> None:
        at = self._house.addresses
        table = Table.grid(padding=(0, 2))
        table.add_row("phone", f"{at.box_url}/phone", "call Hotline from this browser")
        table.add_row("console", at.web_url, "live calls, agent desk, recordings, scores")
        users = ", ".join(f"{name} ({role})" for name, _, role, _ in PEOPLE)
        table.add_row("log in", users, f"password {self._house.password}")
        table.add_row("logs", str(self._house.supervisor.log_of("*")), "")
        self._screen.print(Panel(table, title="Hotline demo", expand=False))

    def _play(self) -> bool:
        begun = fetch_json(f"{self._house.addresses.box_url}/box/stories", {"story": self._story})
        if begun is None:
            raise DemoFailed(f"the box did not take the story {self._story!r}")
        engine = make_engine(self._house.settings.store.database_url)
        sessions = make_session_factory(engine)
        try:
            result = self._follow_story(begun["id"], sessions)
            if result is None:
                return False
            report = build_report(result, sessions, CallLog(sessions, lambda _: None))
        finally:
            engine.dispose()
        self._show(report)
        if self._report is not None:
            text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
            self._report.write_text(text, encoding="utf-8")
        return bool(report["ok"])

    def _follow_story(self, story_id: str, sessions: Sessions) -> dict[str, Any] | None:
        """Narrate until the story has ended and its calls are scored; None: stopped by hand."""
        url = f"{self._house.addresses.box_url}/box/stories/{story_id}"
        deadline = time.monotonic() + STORY_SECONDS
        result: dict[str, Any] | None = None
        while not self._stop.is_set():
            result = fetch_json(url) or result
            if result is None or not result["callers"]:
                self._stop.wait(0.2)  # nobody has called yet
            else:
                self._news.tell(result["callers"])
            if result is not None and result["state"] != "running":
                return self._until_scored(result, sessions)
            if time.monotonic() > deadline:
                failures = "; ".join(result["failures"]) if result else "no news from the box"
                raise DemoFailed(f"the story did not end within {STORY_SECONDS:.0f} s {failures}")
        return None

    def _until_scored(self, result: dict[str, Any], sessions: Sessions) -> dict[str, Any] | None:
        sids = [caller["call_sid"] for caller in result["callers"] if caller["call_sid"]]
        deadline = time.monotonic() + SCORE_SECONDS
        while not self._stop.is_set():
            over = all_scored(sessions, sids) or time.monotonic() > deadline
            self._news.tell(result["callers"])
            if over:
                return result
        return None

    def _follow_until_stopped(self) -> None:
        while not self._stop.is_set():
            self._news.tell()

    def _show(self, report: dict[str, Any]) -> None:
        table = Table(title="What became of the calls")
        for column in ("caller", "outcome", "agent", "waited", "turns", "recorded", "QA"):
            table.add_column(column)
        for call in report["calls"]:
            table.add_row(*_row(call))
        self._screen.print(table)
        latency, barge = report["turn_latency_ms"], report["barge_in_reaction_ms"]
        self._screen.print(
            f"turn latency p50 {latency['p50']} ms, p95 {latency['p95']} ms "
            f"({latency['count']} turns); interruption to silence p95 {barge['p95']} ms"
        )
        for problem in report["problems"]:
            self._screen.print(f"[red]not as expected[/red]: {problem}")


class News:
    """The live feed, told in the terminal as it comes: from the first event, without a gap."""

    def __init__(self, redis_url: str, screen: Console) -> None:
        redis = Redis.from_url(redis_url, decode_responses=True, socket_timeout=REDIS_SECONDS)
        self._feed = LiveFeed(redis)
        self._screen = screen
        self._narrator: Narrator | None = None
        self._after = "0"

    def tell(self, callers: Sequence[dict[str, Any]] = ()) -> None:
        """Tell what has happened since the last time; waits half a second for the first event."""
        if self._narrator is None:
            names = {mask_number(caller["from"]): caller["name"] for caller in callers}
            self._narrator = Narrator(self._screen, names)
        try:
            news = self._feed.read(self._after, block_ms=500)
        except FeedUnavailable as problem:
            raise DemoFailed(str(problem)) from problem
        for self._after, event in news:
            self._narrator.tell(event)


def _row(call: dict[str, Any]) -> tuple[str, ...]:
    queue, recording, qa = call["queue"] or {}, call["recording"] or {}, call["qa"] or {}
    waited = queue.get("waited_seconds")
    score = qa.get("score")
    return (
        call["name"],
        str(call["outcome"]),
        call["agent"] or "",
        "" if waited is None else f"{waited} s",
        str(len(call["turns"])),
        f"{recording['seconds']:.0f} s" if recording.get("seconds") else "missing",
        "" if score is None else f"{score:.0f} {qa['band']}",
    )
