"""Stories against the real exchange, voices and sockets; the application is a few lines."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from audio import mulaw
from audio.pcm import level_dbfs
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


def test_a_caller_hears_the_bot_and_the_latency_is_told(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING + '<Pause length="3"/>' + GREETING) as it:
            told = await it.play(story("[wait_for_bot, say: yes please, wait_for_hangup]"))
            assert told["failures"] == [] and told["state"] == "done"
            mei = told["callers"][0]
            assert mei["call_sid"].startswith("CA") and mei["ended_reason"] == "completed"
            said = mei["steps"][1]
            assert said["text"] == "yes please"
            assert 300 < said["voice_ended_ms"] - said["voice_started_ms"] < 2500
            assert 500 < said["latency_ms"] < 3000  # the pause of 3 s less our own sentence
            assert Path(mei["sound"]).stat().st_size > 16000

    run(work)


def test_a_caller_repeats_as_often_as_the_bot_stops(tmp_path: Path) -> None:
    async def work() -> None:
        bot = (GREETING + '<Pause length="2"/>') * 3
        async with box(tmp_path, bot) as it:
            told = await it.play(story("[{keep_saying: 'no', times: 2}, hang_up]"))
            assert told["failures"] == []
            said = [step for step in told["callers"][0]["steps"] if step["kind"] == "keep_saying"]
            assert [step["text"] for step in said] == ["no", "no"]

    run(work)


def test_words_until_a_person_comes_may_stay_unsaid(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + LONG_SPEECH) as it:
            steps = "[{keep_saying: 'no', within: 0.5, until: person}, hang_up]"
            told = await it.play(story(steps))
            assert told["failures"] == []

    run(work)


def test_a_bot_that_talks_over_an_interruption_is_found_out(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, LONG_SPEECH) as it:
            told = await it.play(story("[{interrupt_after: 0.8, say: stop}, hang_up]"))
            assert told["failures"] == []
            assert told["callers"][0]["steps"][0]["bot_kept_talking_ms"] > 200

    run(work)


def test_a_wait_that_runs_out_fails_the_story_with_its_place(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + '<Pause length="20"/>') as it:
            told = await it.play(story("[{wait_for_bot: , within: 1}]"))
            assert told["state"] == "failed"
            assert told["failures"] == [
                "Mei: callers[0].steps[0] wait_for_bot: "
                "waited 1 s for the other side to speak and finish"
            ]
            assert it.exchange.live_legs() == []

    run(work)


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


def test_an_agent_at_a_desk_answers_and_the_caller_knows_a_person(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING + TO_AISHA) as it:
            steps = "[wait_for_bot, wait_for_person, wait_for_bot, say: thank you, wait_for_hangup]"
            told = await it.play(story(steps, AISHA))
            assert told["failures"] == []
            assert told["agents"][0]["state"] == "done"
            assert [path for path, _ in it.desk.posts] == [
                "/desk/status", "/desk/wrap-up/done", "/desk/status"
            ]  # fmt: skip
            assert it.desk.posts[-1][1] == {"status": "logged_out"}
            assert not it.exchange.is_registered("client:aisha")

    run(work)


def test_an_agent_with_a_wrong_password_fails_the_story(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it:
            wrong = AISHA.replace("user: aisha", "user: aisha, password: wrong")
            told = await it.play(story("[hang_up]", wrong))
            assert "was answered 401" in told["failures"][0]

    run(work)


def test_an_agent_who_lets_it_ring_or_rejects_is_not_connected(tmp_path: Path) -> None:
    async def work() -> None:
        for step in ("reject", "ring_out"):
            lines = AISHA.split("      - available")[0].replace("    login: { user: aisha }\n", "")
            async with box(tmp_path / step, TO_AISHA.replace("8", "1")) as it:
                told = await it.play(story("[wait_for_hangup]", f"{lines}      - {step}"))
                assert told["failures"] == []
                assert it.exchange.journal.entries("bridged") == []

    run(work)


def test_stopping_a_story_hangs_everybody_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, ANSWERED + '<Pause length="60"/>') as it:
            started = it.people.start(story("[noise]"))
            await it.exchange.journal.wait_for("answered", 5)
            async with aiohttp.ClientSession() as http:
                url = f"{it.url}/box/stories/{started.id}/stop"
                async with http.post(url, headers={"Origin": "http://evil.example"}) as answer:
                    assert answer.status == 403
                async with http.post(url) as answer:
                    assert (await answer.json())["state"] == "failed"
            assert it.exchange.live_legs() == []

    run(work)


def test_a_wrong_story_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it, aiohttp.ClientSession() as http:
            body = {"story": story("[dance, {pause: -1}]")}
            async with http.post(f"{it.url}/box/stories", json=body) as answer:
                assert answer.status == 422
                assert len((await answer.json())["problems"]) == 2

    run(work)


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


def test_a_browser_calls_and_hears_the_bot(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it, telephone(it) as socket:
            await socket.send_json({"type": "call", "from": MEI, "to": NUMBER})
            await read_until(socket, "ringing")
            await read_until(socket, "answered")
            ended, sound = await read_until(socket, "ended")
            assert ended["reason"] == "completed"
            assert len(sound) % 160 == 0
            assert level_dbfs(mulaw.decode(sound)) > -40

    run(work)


def test_a_browser_is_rung_and_its_voice_reaches_the_caller(tmp_path: Path) -> None:
    tone = (8000 * np.sin(np.arange(16000) / 3)).astype(np.int16)

    async def work() -> None:
        async with box(tmp_path, TO_AISHA) as it, telephone(it) as socket:
            await socket.send_json({"type": "register", "identity": "client:aisha"})
            await read_until(socket, "registered")
            steps = "[{wait_for_person: , within: 10}, hang_up]"
            playing = it.people.start(story(steps))
            incoming, _ = await read_until(socket, "incoming")
            assert incoming["from"] == MEI
            await socket.send_json({"type": "answer"})
            await read_until(socket, "answered")
            spoken = mulaw.encode(tone)
            for at in range(0, len(spoken), 800):
                await socket.send_bytes(spoken[at : at + 800])
                await asyncio.sleep(0.1)
            await read_until(socket, "ended")
            await asyncio.wait_for(playing.finished(), 10)
            assert playing.failures == []

    run(work)


def test_a_second_ring_finds_the_page_busy_and_leaves_its_call_alone(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, TO_AISHA) as it, telephone(it) as socket:
            await socket.send_json({"type": "register", "identity": "client:aisha"})
            await read_until(socket, "registered")
            first = it.people.start(story("[silence]"))
            await read_until(socket, "incoming")
            await socket.send_json({"type": "answer"})
            await read_until(socket, "answered")
            told = await it.play(story("[wait_for_hangup]"))
            assert told["failures"] == [] or "not answered" in told["failures"][0]
            assert len(it.exchange.live_legs()) == 2
            await socket.send_json({"type": "hangup"})
            assert (await read_until(socket, "ended"))[0]["reason"] == "hung-up"
            await first.stop()

    run(work)


def test_a_page_is_rung_again_after_a_story_played_its_agent(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it, telephone(it) as socket:
            await socket.send_json({"type": "register", "identity": "client:aisha"})
            await read_until(socket, "registered")
            lines = AISHA.split("      - available")[0].replace("    login: { user: aisha }\n", "")
            await it.play(story("[wait_for_hangup]", f"{lines}      - pause: 0.1"))
            assert it.exchange.is_registered("client:aisha")
            await socket.close()
            while it.exchange.is_registered("client:aisha"):
                await asyncio.sleep(0.01)

    run(work)


def test_a_browser_that_vanishes_hangs_up(tmp_path: Path) -> None:
    async def work() -> None:
        async with (
            box(tmp_path, ANSWERED + '<Pause length="60"/>') as it,
            aiohttp.ClientSession() as http,
        ):
            socket = await http.ws_connect(f"{it.url}/phone/ws", origin=it.url)
            await socket.send_json({"type": "call", "from": MEI, "to": NUMBER})
            await read_until(socket, "answered")
            await socket.close()
            await it.exchange.journal.wait_for("ended", 5)
            assert it.exchange.live_legs() == []

    run(work)


def test_a_foreign_page_may_not_use_the_telephone(tmp_path: Path) -> None:
    async def work() -> None:
        async with box(tmp_path, GREETING) as it, aiohttp.ClientSession() as http:
            for origin in ("http://evil.example", "null", f"{it.url}0"):
                try:
                    await http.ws_connect(f"{it.url}/phone/ws", origin=origin)
                    raise AssertionError(f"{origin} was let in")
                except aiohttp.WSServerHandshakeError as refused:
                    assert refused.status == 403

    run(work)


def test_nonsense_from_a_page_closes_its_telephone_with_a_reason(tmp_path: Path) -> None:
    async def work() -> None:
        nonsense = ["{", '{"type": "fly"}', '{"type": "digit", "digit": "12"}', b"\xff" * 161]
        async with box(tmp_path, GREETING) as it, aiohttp.ClientSession() as http:
            for message in nonsense:
                async with http.ws_connect(f"{it.url}/phone/ws", origin=it.url) as socket:
                    if isinstance(message, str):
                        await socket.send_str(message)
                    else:
                        await socket.send_bytes(message)
                    told, _ = await read_until(socket, "error")
                    assert told["reason"]
                    assert (await socket.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE

    run(work)


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
