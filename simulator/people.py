"""The people's door of the box: the phone page, stories over HTTP, and the voice behind <Say>."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.addresses import Addresses
from simulator.browser_phone import Phones, origin_is_allowed
from simulator.story import StoryInvalid, load_story
from simulator.story_run import ExchangePort, Setting, StoryRun
from simulator.voices import Voice, Voices

_STATIC = Path(__file__).parent / "static"
_KEPT_RUNS = 50
_MOST_RUNNING = 8
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class DialableNumber:
    """A number that the phone page offers."""

    number: str
    language: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class PeopleConfig:
    """What people need to know; every field has a default that works beside a demo."""

    console: str = "http://127.0.0.1:8000"
    passwords: Mapping[str, str] = field(default_factory=dict)
    """Console passwords by user, for agents whose story names none."""
    scratch: Path = Path("var/simulator")
    origins: frozenset[str] = frozenset()
    """Origins of pages that may use the telephone, such as the console's."""
    numbers: tuple[DialableNumber, ...] = ()
    caller_number: str = "+8613800000109"
    """The phone page's own number until the visitor chooses another."""
    keep_sound: bool = False

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "PeopleConfig":
        """From plain values with the same names; raises ValueError naming unknown ones."""
        known = set(cls.__dataclass_fields__)
        if strange := sorted(set(raw) - known):
            raise ValueError(f"people's config has {strange}; known are {sorted(known)}")
        given = dict(raw)
        if "scratch" in given:
            given["scratch"] = Path(given["scratch"])
        if "origins" in given:
            given["origins"] = frozenset(given["origins"])
        if "numbers" in given:
            given["numbers"] = tuple(DialableNumber(**number) for number in given["numbers"])
        return cls(**given)


class People:
    """Everyone in the box: running stories and the voices they share."""

    def __init__(self, exchange: ExchangePort, config: PeopleConfig) -> None:
        self.config = config
        self.voices = Voices(config.scratch / "voices")
        self.runs: dict[str, StoryRun] = {}
        self.addresses = Addresses(exchange)
        self._exchange = exchange

    async def say(self, text: str, language: str) -> bytes:
        """Mu-law of TwiML's <Say>; any Chinese tag is Mandarin, everything else English."""
        is_chinese = language.lower().startswith(("zh", "cmn"))
        return await self.voices.speak(text, Voice("zh" if is_chinese else "en", "f2"))

    def start(self, source: str) -> StoryRun:
        """Play a bundled or an inline story; raises StoryInvalid."""
        story = load_story(source)
        folder = self.config.scratch / "heard" if self.config.keep_sound else None
        setting = Setting(self.config.console, self.config.passwords, self.addresses, folder)
        run = StoryRun(secrets.token_hex(6), story, self._exchange, self.voices, setting)
        self.runs[run.id] = run
        done = [key for key, old in self.runs.items() if old.state != "running"]
        for key in done[: max(0, len(self.runs) - _KEPT_RUNS)]:
            del self.runs[key]
        run.start()
        return run

    def running(self) -> int:
        """Stories at play."""
        return sum(run.state == "running" for run in self.runs.values())

    async def close(self) -> None:
        """Stop every story and the voice."""
        await asyncio.gather(*(run.stop() for run in self.runs.values()))
        await self.voices.close()


def attach(app: web.Application, exchange: ExchangePort, config: Mapping[str, Any]) -> People:
    """Open the people's door: /phone…, /box/stories…; it closes with the app."""
    people = People(exchange, PeopleConfig.of(config))
    door = _Door(people)
    app.router.add_get("/phone", door.page)
    app.router.add_get("/phone/numbers", door.numbers)
    phones = Phones(exchange, people.addresses, people.config.origins)
    app.router.add_get("/phone/ws", phones.handle)
    app.router.add_get("/phone/static/{name}", door.static)
    app.router.add_post("/box/stories", door.start)
    app.router.add_get("/box/stories/{id}", door.show)
    app.router.add_post("/box/stories/{id}/stop", door.stop)

    async def hang_up_all(_app: web.Application) -> None:
        await phones.close()

    async def close(_app: web.Application) -> None:
        await people.close()

    app.on_shutdown.append(hang_up_all)
    app.on_cleanup.append(close)
    return people


class _Door:
    """The HTTP handlers."""

    def __init__(self, people: People) -> None:
        self._people = people

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The telephone."""
        headers = {
            "Content-Security-Policy": _POLICY,
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Permissions-Policy": "microphone=(self)",
        }
        text = await asyncio.to_thread((_STATIC / "phone.html").read_text, "utf-8")
        return web.Response(text=text, content_type="text/html", headers=headers)

    async def numbers(self, request: web.Request) -> web.StreamResponse:
        """What can be dialled, and from where."""
        config = self._people.config
        numbers = [
            {"number": n.number, "language": n.language, "label": n.label} for n in config.numbers
        ]
        return web.json_response({"numbers": numbers, "from": config.caller_number})

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Scripts and styles; any page may import them: the console's desk does."""
        path = _STATIC / request.match_info["name"]
        kind = _TYPES.get(path.suffix)
        if kind is None or path.parent != _STATIC or not path.is_file():
            raise web.HTTPNotFound(text="there is no such file\n")
        headers = {
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-cache",
        }
        text = await asyncio.to_thread(path.read_text, "utf-8")
        return web.Response(text=text, content_type=kind, headers=headers)

    async def start(self, request: web.Request) -> web.StreamResponse:
        """POST {"story": name or YAML} → 201 {"id"}; 422 with every problem."""
        self._refuse_foreign_page(request)
        try:
            said = await request.json()
        except ValueError:
            said = None
        source = said.get("story") if isinstance(said, dict) else None
        if not isinstance(source, str):
            return _problem(400, ['the body should be {"story": "a name, or the YAML itself"}'])
        if self._people.running() >= _MOST_RUNNING:
            return _problem(429, [f"{_MOST_RUNNING} stories are playing; stop one first"])
        try:
            run = self._people.start(source)
        except StoryInvalid as invalid:
            return _problem(422, invalid.problems)
        return web.json_response({"id": run.id}, status=201)

    async def show(self, request: web.Request) -> web.StreamResponse:
        """How far a story is."""
        return web.json_response(self._run_of(request).as_json())

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """Everybody hangs up."""
        self._refuse_foreign_page(request)
        run = self._run_of(request)
        await run.stop()
        return web.json_response(run.as_json())

    def _run_of(self, request: web.Request) -> StoryRun:
        run = self._people.runs.get(request.match_info["id"])
        if run is None:
            raise web.HTTPNotFound(text="there is no such story\n")
        return run

    def _refuse_foreign_page(self, request: web.Request) -> None:
        """Programs send no Origin; a browser's page must be one of ours."""
        if "Origin" in request.headers and not origin_is_allowed(
            request, self._people.config.origins
        ):
            raise web.HTTPForbidden(text="this page may not start stories here\n")


def _problem(status: int, problems: list[str]) -> web.Response:
    return web.json_response({"problems": problems}, status=status)
