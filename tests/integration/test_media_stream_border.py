"""Strangers, broken streams and difficult callers at the media process: the next call is untouched.

The process is the real one (uvicorn, Vosk, espeak-ng); we are the provider, with a plain WebSocket.
"""

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import numpy as np
import pytest
from redis import Redis
from twilio.request_validator import RequestValidator
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app import utc_now
from audio import mulaw
from calls.kinds import Kind
from ops.database.engine import create_all
from ops.demo_house import fetch_json, serve_commands
from ops.redis_server import RedisServer, free_port
from ops.seed import seed_demo
from ops.settings import Settings
from tests.fakes.media_line import ENGLISH, OLIVER, SECRET, TOKEN, Line, Media, line_of
from tts.pyttsx3_speaker import Pyttsx3Speaker

QUIET = mulaw.SILENCE
ROOM_FOR = 4
"""Streams that this media process takes at once."""


@pytest.fixture(scope="module")
def media(
    tmp_path_factory: pytest.TempPathFactory,
    redis_server: RedisServer,
    request: pytest.FixtureRequest,
) -> Iterator[Media]:
    folder, port = tmp_path_factory.mktemp("media"), free_port()
    with Redis.from_url(redis_server.url) as redis:
        redis.flushall()
    cache = getattr(request.config, "cache", None)
    environ = {
        "HOTLINE_FOLDER": str(folder),
        "HOTLINE_CACHE": str(cache.mkdir("hotline") if cache is not None else folder / "cache"),
        "HOTLINE_REDIS_URL": redis_server.url,
        "HOTLINE_SECRET_KEY": SECRET,
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "HOTLINE_PUBLIC_BASE_URL": "https://hotline.example",
        "HOTLINE_MEDIA_BASE_URL": f"ws://127.0.0.1:{port}",
        "HOTLINE_MEDIA_BIND": f"127.0.0.1:{port}",
        "HOTLINE_NUMBERS": f"{ENGLISH}=en",
        "HOTLINE_NO_INPUT_MS": "2000",
        "HOTLINE_MAX_STREAMS": str(ROOM_FOR),
        "OMP_NUM_THREADS": "1",
    }
    media = Media(Settings.from_env(environ), port, folder / "media.log")
    create_all(media.services.engine)
    seed_demo(media.services.session_factory, utc_now(), "password")
    with media.log_file.open("wb") as log:
        process = subprocess.Popen(
            serve_commands(media.settings)["media"],
            env={**os.environ, **environ},
            stdout=log,
            stderr=log,
        )
    try:
        deadline = time.monotonic() + 40
        while fetch_json(f"http://127.0.0.1:{port}/health", seconds=1) is None:
            assert process.poll() is None and time.monotonic() < deadline, (
                media.log_file.read_text()
            )
            time.sleep(0.1)
        yield media
    finally:
        process.terminate()
        process.wait(15)
        media.services.engine.dispose()
        media.services.redis.close()


@pytest.fixture(autouse=True)
def no_failure_is_logged(media: Media) -> Iterator[None]:
    """Whatever the other side does is its fault or its right: a warning at most, no stack trace."""
    before = media.log_file.stat().st_size
    yield
    logged = media.log_file.read_bytes()[before:].decode()
    assert "Traceback" not in logged, logged


async def refused(media: Media, address: str, signature: str = "") -> int:
    """Status of an upgrade that must not succeed."""
    with pytest.raises(InvalidStatus) as problem:
        async with line_of(media, "", address, signature):
            pass
    return int(problem.value.response.status_code)


async def serves_a_good_stream(media: Media) -> None:
    """A fresh call is greeted, and its stream ends when it is stopped."""
    async with line_of(media) as line:
        await line.start()
        await line.until(lambda: line.events().count("media") >= 12, 15, "the greeting")
        await line.send("stop", stop={"callSid": line.sid, "accountSid": "AC" + "1" * 32})
        await line.closed(5)
    assert "mark" in line.events()
    assert Kind.ANSWERED in media.kinds(line.sid)


def run(story: Awaitable[None], within: float = 60) -> None:
    async def limited() -> None:
        async with asyncio.timeout(within):
            await story

    asyncio.run(limited())


# --- who is let in


def test_an_upgrade_without_a_signature_is_refused_and_counted(media: Media) -> None:
    before = media.rejected()

    async def story() -> None:
        with pytest.raises(InvalidStatus) as problem:
            async with connect(media.address(media.rings()), proxy=None):
                pass
        assert problem.value.response.status_code == 403
        await serves_a_good_stream(media)

    run(story())
    assert media.rejected() == before + 1


def test_an_upgrade_signed_with_another_token_is_refused(media: Media) -> None:
    address = media.address(media.rings())
    forged = RequestValidator("somebody else's").compute_signature(address, {})
    assert asyncio.run(refused(media, address, forged)) == 403


@pytest.mark.parametrize("trick", [{"expires_in": -1}, {"secret": "x" * 40}])
def test_a_stale_or_forged_token_is_refused(media: Media, trick: dict[str, Any]) -> None:
    assert asyncio.run(refused(media, media.address(media.rings(), **trick))) == 403


def test_a_token_opens_one_stream_only(media: Media) -> None:
    sid = media.rings()
    address = media.address(sid)

    async def story() -> None:
        async with line_of(media, sid, address):
            assert await refused(media, address) == 403

    run(story())


def test_a_stream_for_which_there_is_no_room_is_refused(media: Media) -> None:
    async def story() -> None:
        async with AsyncExitStack() as full:
            for _ in range(ROOM_FOR):
                await full.enter_async_context(line_of(media))
            assert await refused(media, media.address(media.rings())) == 403
        await nobody_left(media)
        await serves_a_good_stream(media)

    run(story())


async def nobody_left(media: Media) -> None:
    deadline = time.monotonic() + 10
    while media.streams():
        assert time.monotonic() < deadline, "a closed stream is still counted"
        await asyncio.sleep(0.05)


# --- streams that break a rule


async def media_before_start(line: Line) -> None:
    await line.frame(QUIET)


async def start_of_another_call(line: Line) -> None:
    await line.start(call_sid="CA" + "0" * 32)


async def started_with_both_tracks(line: Line) -> None:
    await line.start(tracks=("inbound", "outbound"))


async def wrong_track(line: Line) -> None:
    await line.start()
    await line.frame(QUIET, track="outbound")


async def bad_base64(line: Line) -> None:
    await line.start()
    payload = {"track": "inbound", "chunk": "1", "timestamp": "20", "payload": "§§§ no base64"}
    await line.send("media", media=payload)


async def no_json(line: Line) -> None:
    await line.start()
    await line.socket.send("]]]]{{{{")


async def binary_frame(line: Line) -> None:
    await line.start()
    await line.socket.send(QUIET)


async def ten_megabytes(line: Line) -> None:
    await line.start()
    with suppress(ConnectionClosed):
        await line.socket.send(json.dumps({"event": "media", "fill": "x" * 10_000_000}))


async def started_twice(line: Line) -> None:
    await line.start()
    await line.start()


async def words_after_stop(line: Line) -> None:
    await line.start()
    await line.send("stop", stop={"callSid": line.sid, "accountSid": "AC" + "1" * 32})
    with suppress(ConnectionClosed):
        await line.frame(QUIET)


BREAKS = [
    media_before_start,
    start_of_another_call,
    started_with_both_tracks,
    wrong_track,
    bad_base64,
    no_json,
    binary_frame,
    ten_megabytes,
    started_twice,
    words_after_stop,
]


@pytest.mark.parametrize("breaks", BREAKS, ids=[b.__name__ for b in BREAKS])
def test_a_stream_that_breaks_a_rule_is_closed_and_the_next_call_served(
    media: Media, breaks: Callable[[Line], Awaitable[None]]
) -> None:
    async def story() -> None:
        async with line_of(media) as line:
            await breaks(line)
            await line.closed(10)
        await nobody_left(media)
        await serves_a_good_stream(media)

    run(story())


def test_a_message_of_a_kind_not_known_yet_is_no_reason_to_end_a_call(media: Media) -> None:
    async def story() -> None:
        async with line_of(media) as line:
            await line.start()
            await line.send("weather", weather={"rain": True})
            await line.until(lambda: "media" in line.events(), 10, "the greeting")
            seen = len(line.came)
            await line.until(lambda: len(line.came) > seen + 10, 5, "more of the greeting")

    run(story())


# --- difficult callers


def noise_of(seed: int) -> Callable[[int], bytes]:
    """White noise as loud as speech, another frame each time."""
    random = np.random.default_rng(seed)
    frames = [
        mulaw.encode(random.normal(0, 2500, 160).clip(-32000, 32000).astype(np.int16))
        for _ in range(100)
    ]
    return lambda number: frames[number % 100]


def test_silence_and_noise_for_ever_lead_on_and_are_never_taken_for_words(media: Media) -> None:
    silent, noisy = media.rings(), media.rings()

    async def call(sid: str, sound: Callable[[int], bytes]) -> None:
        async with line_of(media, sid) as line:
            await line.start()
            await line.speak(sound, 25)

    async def story() -> None:
        await asyncio.gather(call(silent, lambda _: QUIET), call(noisy, noise_of(1)))
        await nobody_left(media)
        await serves_a_good_stream(media)

    run(story(), within=90)
    for sid in (silent, noisy):
        heard = [e.data for e in media.services.call_log.events(sid) if e.kind == Kind.HEARD]
        assert not any(data["text"] for data in heard), heard
    assert len(media.said(silent)) >= 2, "the caller is asked again"
    assert media.said(silent)[1] != media.said(silent)[0]


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A caller's voice."""
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path_factory.mktemp("voice"))
    try:
        return speaker.speak("stop stop that please", "en").ulaw
    finally:
        speaker.close()


def saying(words: bytes) -> Callable[[int], bytes]:
    """The words, then silence."""
    return lambda number: words[number * 160 : (number + 1) * 160].ljust(160, QUIET[:1])


def test_a_caller_gone_in_mid_sentence_leaves_nothing_behind(media: Media, question: bytes) -> None:
    async def story() -> None:
        async with line_of(media) as line:
            await line.start()
            await line.speak(saying(question), 0.7)
            line.socket.transport.abort()  # no stop, no close: the cable is cut
        await nobody_left(media)
        await serves_a_good_stream(media)

    run(story())


def assert_only_the_reply_follows(line: Line) -> None:
    """A speech has a mark every ten frames, named by its generation."""
    at = line.events().index("clear")
    before, after = line.came[:at], line.came[at + 1 :]
    events = [message["event"] for message in after]
    assert events.index("mark") == 10, "the reply's own frames and none before them"
    generations = {m["mark"]["name"].partition(":")[0] for m in before if m["event"] == "mark"}
    assert after[10]["mark"]["name"].partition(":")[0] not in generations


def test_after_a_clear_no_sound_of_the_interrupted_words_follows(
    media: Media, question: bytes
) -> None:
    sid = media.rings()

    async def story() -> None:
        async with line_of(media, sid) as line:
            await line.start()
            await line.until(lambda: "media" in line.events(), 10, "the greeting")
            await line.speak(saying(question), len(question) / 8000 + 3)
            await line.until(lambda: "clear" in line.events(), 1, "clear")
            await line.until(lambda: line.events()[-1] == "mark", 5, "the reply")
            assert_only_the_reply_follows(line)

    run(story())
    interrupted = [e for e in media.services.call_log.events(sid) if e.kind == Kind.INTERRUPTED]
    assert interrupted[0].data["reaction_ms"] <= 400


def test_a_newer_stream_of_a_call_takes_over_and_the_older_is_closed(media: Media) -> None:
    sid = media.rings()

    async def story() -> None:
        async with line_of(media, sid) as older:
            await older.start()
            await older.until(lambda: "media" in older.events(), 10, "the greeting")
            async with line_of(media, sid) as newer:
                await newer.start()
                await older.closed(5)
                assert older.socket.close_code == 1000
                await newer.until(lambda: newer.events().count("media") > 20, 10, "its words")
        await nobody_left(media)
        await serves_a_good_stream(media)

    run(story())
    kinds = media.kinds(sid)
    assert kinds.count(Kind.ANSWERED) == 1
    assert kinds.count(Kind.RESUMED) == 1


def test_the_log_holds_no_token_and_no_number(media: Media) -> None:
    logged = media.log_file.read_text()
    assert "/media/CA" not in logged
    assert OLIVER[1:] not in logged
