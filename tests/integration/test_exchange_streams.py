"""Media streams of the exchange over real WebSockets."""

import asyncio
import base64

import pytest

from tests.fakes.exchange_town import ACCOUNT, Person, media, read, story, tone, town

CONNECT = '<Connect><Stream url="WS/stream/x"/></Connect>'
"""The town writes its own address for WS."""


@story
async def test_a_two_way_stream_carries_sound_marks_keys_and_hands_over(scratch):
    got, facts = [], {}

    async def talk(socket):
        opening = await read(socket, until="start")
        facts["opening"], sid = opening, opening[-1]["streamSid"]
        await socket.send_json(media(sid, tone(440) * 10))
        await socket.send_json({"event": "mark", "streamSid": sid, "mark": {"name": "one"}})
        got.extend(await read(socket, until="mark"))
        facts["line"].press("5")
        got.extend(await read(socket, until="dtmf"))

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person(voice=tone(300))
        connected = asyncio.create_task(mei.on_line.wait())
        await t.call(
            mei,
            voice='<Connect><Stream url="WS/stream/abc"><Parameter name="t" value="9"/>'
            "</Stream></Connect><Say>Bye</Say><Hangup/>",
        )
        await connected
        facts["line"] = mei.line
        await asyncio.wait_for(mei.over.wait(), 5)
        stopped = await t.seen("stream-stopped")
    hello, start = facts["opening"]
    assert (hello["event"], hello["protocol"], hello["version"]) == ("connected", "Call", "1.0.0")
    assert start["sequenceNumber"] == "1"
    assert start["start"]["customParameters"] == {"t": "9"}
    assert start["start"]["mediaFormat"]["encoding"] == "audio/x-mulaw"
    assert "x-twilio-signature" in t.shop.upgrade_headers
    frames = [one for one in got if one["event"] == "media"]
    assert base64.b64decode(frames[0]["media"]["payload"]) == tone(300)
    assert [one["media"]["chunk"] for one in frames[:3]] == ["1", "2", "3"]
    assert [one["media"]["timestamp"] for one in frames[:3]] == ["0", "20", "40"]
    assert [one["mark"]["name"] for one in got if one["event"] == "mark"] == ["one"]
    before = [one["event"] for one in got].index("mark")
    assert before >= 9  # the mark comes when 200 ms have been played, not when it was sent
    assert got[-1]["dtmf"] == {"track": "inbound_track", "digit": "5"}
    assert mei.heard_sound() == [tone(440)] * 10
    assert stopped["bytes"] == 1600
    assert t.exchange.journal.entries("said", text="Bye")


@story
async def test_clear_stops_the_sound_and_returns_every_mark(scratch):
    marks = []

    async def talk(socket):
        sid = (await read(socket, until="start"))[-1]["streamSid"]
        for name in ("a", "b"):
            await socket.send_json(media(sid, tone(440) * 100))
            await socket.send_json({"event": "mark", "streamSid": sid, "mark": {"name": name}})
        await asyncio.sleep(0.2)
        await socket.send_json({"event": "clear", "streamSid": sid})
        for _ in range(2):
            marks.append((await read(socket, until="mark"))[-1]["mark"]["name"])

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=CONNECT)
        await asyncio.wait_for(mei.over.wait(), 5)
        cleared = await t.seen("clear")
    assert marks == ["a", "b"]
    assert 5 <= len(mei.heard_sound()) <= 20
    assert cleared["dropped"] > 25_000


@pytest.mark.parametrize(
    ("address", "code", "rule"),
    [
        ("ws://example.com/x", 31922, "needs wss"),
        ("WS/stream/x?token=1", 31923, "query string"),
        ("https://example.com/x", 31922, "wss"),
        ("WS/nowhere", 31920, "must be 101"),
        ("ws://127.0.0.1:9/x", 31902, "could not be reached"),
    ],
)
def test_a_stream_that_twilio_refuses_is_refused_and_the_call_goes_on(
    tmp_path, address, code, rule
):
    async def body():
        async with town(tmp_path) as t:
            mei = Person()
            await t.call(mei, voice=f'<Connect><Stream url="{address}"/></Connect><Say>Sorry</Say>')
            await asyncio.wait_for(mei.over.wait(), 5)
            (refused,) = t.exchange.journal.entries("refused")
            assert refused["code"] == code
            assert rule in refused["reason"]
            assert t.exchange.journal.entries("said", text="Sorry")

    asyncio.run(body())


@story
async def test_a_binary_frame_ends_the_stream_with_31950(scratch):
    async def talk(socket):
        await read(socket, until="start")
        await socket.send_bytes(b"\x00" * 160)
        await read(socket, until="stop")

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(
            mei,
            voice='<Connect><Stream url="WS/stream/x" statusCallback="/s"/></Connect>'
            "<Say>Next</Say>",
        )
        await asyncio.wait_for(mei.over.wait(), 5)
        refused = await t.seen("refused")
        assert refused["code"] == 31950
        assert t.exchange.journal.entries("said", text="Next")
        await t.seen("callback", url=f"{t.shop.base}/s")
    events = {form["StreamEvent"] for form in t.shop.told("/s")}
    assert events == {"stream-started", "stream-error", "stream-stopped"}


@story
async def test_a_redirect_by_rest_interrupts_the_stream_with_stop(scratch):
    seen = []

    async def talk(socket):
        seen.extend(await read(socket, until="stop", seconds=5))

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        sid = await t.call(mei, voice=CONNECT, next="<Say>Agent</Say>")
        await t.seen("stream-started")
        client = t.rest()
        call = await asyncio.to_thread(client.calls(sid).update, url=f"{t.shop.base}/next")
        assert (call.status, call.sid) == ("in-progress", sid)
        await asyncio.wait_for(mei.over.wait(), 5)
        assert t.exchange.journal.entries("said", text="Agent")
    assert seen[-1]["event"] == "stop"
    assert seen[-1]["stop"] == {"accountSid": ACCOUNT, "callSid": sid}


@story
async def test_a_second_connect_later_in_the_call_is_allowed(scratch):
    sids = []

    async def talk(socket):
        sids.append((await read(socket, until="start"))[-1]["streamSid"])

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=f"{CONNECT}<Redirect>/again</Redirect>", again=CONNECT)
        await asyncio.wait_for(mei.over.wait(), 5)
    assert len(set(sids)) == 2


@story
async def test_one_way_streams_hear_both_tracks_and_may_not_speak(scratch):
    got = []

    async def listen(socket):
        sid = (await read(socket, until="start"))[-1]["streamSid"]
        await socket.send_json(media(sid, tone(440)))
        got.extend(await read(socket, until="stop"))

    async with town(scratch) as t:
        t.shop.on_socket = listen
        t.shop.sounds["/s.ulaw"] = tone(500) * 10
        mei = Person(tone(300))
        await t.call(
            mei,
            voice='<Start><Stream url="WS/stream/x" track="both_tracks"/></Start>'
            '<Pause length="1"/><Play>/s.ulaw</Play>',
        )
        await asyncio.wait_for(mei.over.wait(), 5)
        assert "one-way" in (await t.seen("refused"))["reason"]
        await t.seen("stream-stopped")
    tracks = {one["media"]["track"] for one in got if one["event"] == "media"}
    assert tracks == {"inbound", "outbound"}
    assert tone(440) not in mei.heard


@story
async def test_the_application_is_refused_with_the_rule_that_it_broke(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice="<Speak>Hello</Speak>")
        await asyncio.wait_for(mei.over.wait(), 3)
        refused = await t.seen("refused")
        assert refused["code"] == 12200
        assert "<Speak> is not a TwiML element" in refused["reason"]
        assert mei.reason == "application-error"


@story
async def test_frames_come_every_20_ms_without_drift(scratch):
    times = []

    async def talk(socket):
        await read(socket, until="start")
        loop = asyncio.get_running_loop()
        while len(times) < 150:
            await read(socket, until="media")
            times.append(loop.time())

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=CONNECT)
        await asyncio.wait_for(mei.over.wait(), 8)
    hundred = sorted(later - sooner for sooner, later in zip(times, times[100:], strict=False))
    assert hundred[len(hundred) // 2] == pytest.approx(2.0, abs=0.05)  # the median: a busy machine


@story
async def test_lost_frames_leave_gaps_in_the_timestamps(scratch):
    got = []

    async def talk(socket):
        while len(got) < 20:
            got.append((await read(socket, until="media"))[-1]["media"])

    async with town(scratch, frame_loss=0.5, jitter_ms=30) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=CONNECT)
        await asyncio.wait_for(mei.over.wait(), 5)
        stopped = await t.seen("stream-stopped")
    chunks = [int(one["chunk"]) for one in got]
    assert chunks == sorted(set(chunks))
    assert chunks[-1] > 25
    assert all(int(one["timestamp"]) == (int(one["chunk"]) - 1) * 20 for one in got)
    assert stopped["frames_lost"] > 5


@story
async def test_a_media_process_that_dies_is_noticed_and_the_call_goes_on(scratch):
    async def talk(socket):
        await read(socket, until="media")
        socket._req.transport.abort()  # as kill -9 does

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=f"{CONNECT}<Say>Still here</Say>")
        await asyncio.wait_for(mei.over.wait(), 5)
        assert (await t.seen("refused"))["code"] == 31921
        assert t.exchange.journal.entries("said", text="Still here")


@story
async def test_a_slow_goodbye_of_the_application_does_not_hold_up_the_redirect(scratch):
    async def talk(socket):
        await read(socket, until="start")
        await asyncio.sleep(1.5)

    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        sid = await t.call(mei, voice=CONNECT)
        await t.seen("stream-started")
        twiml = "<Response><Say>Agent</Say></Response>"
        await asyncio.to_thread(t.rest().calls(sid).update, twiml=twiml)
        await t.seen("said", timeout=0.3, text="Agent")


@story
async def test_a_long_answer_is_played_whole_at_the_pace_of_speech(scratch):
    async def talk(socket):
        sid = (await read(socket, until="start"))[-1]["streamSid"]
        await socket.send_json(media(sid, tone(440) * 60))
        await socket.send_json({"event": "mark", "streamSid": sid, "mark": {"name": "end"}})
        began = asyncio.get_running_loop().time()
        await read(socket, until="mark")
        took.append(asyncio.get_running_loop().time() - began)

    took = []
    async with town(scratch) as t:
        t.shop.on_socket = talk
        mei = Person()
        await t.call(mei, voice=CONNECT)
        await asyncio.wait_for(mei.over.wait(), 5)
    assert len(mei.heard_sound()) == 60
    assert 1.15 <= took[0] <= 1.5


@pytest.mark.parametrize(
    "message",
    [
        "not json",
        "[]",
        '{"event": "media"}',
        '{"event": "media", "streamSid": "SID", "media": {"payload": "%%%"}}',
        '{"event": "media", "streamSid": "MZ0", "media": {"payload": ""}}',
        '{"event": "mark", "streamSid": "SID"}',
        '{"event": "dance", "streamSid": "SID"}',
    ],
)
def test_a_message_that_cannot_be_understood_is_refused_and_the_stream_goes_on(tmp_path, message):
    async def talk(socket):
        sid = (await read(socket, until="start"))[-1]["streamSid"]
        await socket.send_str(message.replace("SID", sid) if "streamSid" in message else message)
        await socket.send_json(media(sid, tone(440) * 2))
        await socket.send_json({"event": "mark", "streamSid": sid, "mark": {"name": "end"}})
        await read(socket, until="mark")

    async def body():
        async with town(tmp_path) as t:
            t.shop.on_socket = talk
            mei = Person()
            await t.call(mei, voice=CONNECT)
            await asyncio.wait_for(mei.over.wait(), 5)
            assert (await t.seen("refused"))["code"] == 31951
            assert len(mei.heard_sound()) == 2

    asyncio.run(body())
