"""A running box with a desk beside it, and an application of a few lines."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from simulator.exchange import Exchange, Number
from simulator.people import People, attach

NUMBER = "+864008000002"
MEI = "+8613800000101"

ANSWERED = "<Say>hi</Say>"
"""A first verb with sound answers the call; a first pause lets it ring."""
GREETING = '<Say language="en-US">hello this is customer service</Say>'
LONG_SPEECH = f"<Say>{'please hold the line and listen to me. ' * 6}</Say>"
TO_AISHA = '<Dial timeout="8"><Client>aisha</Client></Dial><Hangup/>'


class Desk:
    """The console's three doors, as an agent's browser sees them."""

    def __init__(self) -> None:
        self.posts: list[tuple[str, dict[str, Any]]] = []

    async def login_page(self, request: web.Request) -> web.Response:
        page = '<form><input type="hidden" value="form-token" name="csrf_token"></form>'
        return web.Response(text=page, content_type="text/html")

    async def log_in(self, request: web.Request) -> web.Response:
        form = await request.post()
        if form["csrf_token"] != "form-token" or form["password"] != "correct":
            return web.Response(status=401, text="wrong")
        answer = web.Response(status=303, headers={"Location": "/desk"})
        answer.set_cookie("session", str(form["username"]))
        return answer

    async def page(self, request: web.Request) -> web.Response:
        if "session" not in request.cookies:
            return web.Response(status=401)
        page = '<meta content="desk-token" name="csrf-token">'
        return web.Response(text=page, content_type="text/html")

    async def post(self, request: web.Request) -> web.Response:
        if request.headers.get("X-CSRF-Token") != "desk-token":
            return web.Response(status=400, text="no token")
        self.posts.append((request.path, dict(await request.post())))
        return web.Response(status=204)


class Box:
    """A running box: its address, its people, its exchange and the desk beside it."""

    def __init__(self, url: str, people: People, exchange: Exchange, desk: Desk) -> None:
        self.url, self.people, self.exchange, self.desk = url, people, exchange, desk
        self.console = people.config.console.rstrip("/")

    async def play(self, story: str, limit: float = 40) -> dict[str, Any]:
        async with aiohttp.ClientSession() as http:
            async with http.post(f"{self.url}/box/stories", json={"story": story}) as answer:
                told = await answer.json()
                assert answer.status == 201, told
            await asyncio.wait_for(self.people.runs[told["id"]].finished(), limit)
            async with http.get(f"{self.url}/box/stories/{told['id']}") as answer:
                return await answer.json()


@asynccontextmanager
async def box(folder: Path, twiml: str) -> AsyncIterator[Box]:
    desk = Desk()
    application = web.Application()

    async def voice(request: web.Request) -> web.Response:
        return web.Response(text=f"<Response>{twiml}</Response>", content_type="text/xml")

    application.router.add_post("/voice", voice)
    application.router.add_get("/login", desk.login_page)
    application.router.add_post("/login", desk.log_in)
    application.router.add_get("/desk", desk.page)
    for path in ("/desk/status", "/desk/heartbeat", "/desk/wrap-up/done"):
        application.router.add_post(path, desk.post)
    async with TestServer(application) as hotline:
        exchange = Exchange(
            account_sid="AC" + "0" * 32,
            auth_token="token",
            numbers=[Number(NUMBER, str(hotline.make_url("/voice")))],
            scratch=folder / "recordings",
        )
        app = web.Application()
        config = {
            "console": str(hotline.make_url("/")),
            "passwords": {"aisha": "correct"},
            "scratch": str(folder / "scratch"),
            "origins": [str(hotline.make_url("/")).rstrip("/")],
            "numbers": [{"number": NUMBER, "language": "en"}],
            "keep_sound": True,
        }
        people = attach(app, exchange, config)
        exchange.say = people.say
        async with TestServer(app) as server:
            try:
                yield Box(str(server.make_url("/")).rstrip("/"), people, exchange, desk)
            finally:
                await exchange.close()


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


def story(steps: str, agents: str = "agents: []") -> str:
    return f"""
name: test
callers:
  - name: Mei
    from: "{MEI}"
    to: "{NUMBER}"
    voice: {{ language: en, variant: f2 }}
    steps: {steps}
{agents}
"""


AISHA = """
agents:
  - name: aisha
    address: client:aisha
    login: { user: aisha }
    voice: { language: en, variant: f3 }
    steps:
      - available
      - answer: 0.5
      - say: hello how can i help you
      - wait_for_bot
      - say: thank you goodbye
      - hang_up
      - wrap_up: 0.1
"""


@asynccontextmanager
async def telephone(it: Box) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{it.url}/phone/ws", origin=it.url) as socket,
    ):
        yield socket


async def read_until(
    socket: aiohttp.ClientWebSocketResponse, kind: str
) -> tuple[dict[str, Any], bytes]:
    """The first message of that type, and the sound that came before it."""
    sound = b""
    async with asyncio.timeout(10):
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY:
                sound += message.data
            elif json.loads(message.data)["type"] == kind:
                return json.loads(message.data), sound
    raise AssertionError(f"the socket closed before {kind!r}")
