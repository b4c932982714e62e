"""A browser's telephone over its real socket: it calls, is rung, vanishes, talks nonsense."""

import asyncio
from pathlib import Path

import aiohttp
import numpy as np

from audio import mulaw
from audio.pcm import level_dbfs
from tests.fakes.story_box import (
    AISHA,
    ANSWERED,
    GREETING,
    MEI,
    NUMBER,
    TO_AISHA,
    box,
    read_until,
    run,
    story,
    telephone,
)


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
