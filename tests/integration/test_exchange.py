"""The exchange over real HTTP and WebSocket: a tiny customer application plays Hotline."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import numpy as np
import pytest
from aiohttp import web
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from audio.mulaw import SILENCE, encode
from audio.wav import read_wav
from simulator.exchange import Exchange, Number, Options
from simulator.journal import Entry
from simulator.party import Answer
from simulator.server import make_app, serving

ACCOUNT, TOKEN, HOTLINE, MEI = "AC" + "1" * 32, "12345", "+4930100", "+8613800000001"


def tone(hz: float, level: float = 8000) -> bytes:
    return encode((level * np.sin(2 * np.pi * hz * np.arange(160) / 8000)).astype(np.int16))


@dataclass
class Person:
    """A party that says one frame over and over and keeps what it hears."""

    voice: bytes = SILENCE
    answer: Answer | None = Answer.ANSWERED
    heard: list[bytes] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    on_line: asyncio.Event = field(default_factory=asyncio.Event)
    reason: str = ""
    line = None

    async def ring(self, info, line):
        if self.answer is None:
            await asyncio.sleep(3600)
        return self.answer

    def connected(self, line):
        self.line = line
        self.on_line.set()

    def speak(self):
        return self.voice

    def hear(self, frame):
        self.heard.append(frame)

    def ended(self, reason):
        self.reason = reason
        self.over.set()

    def heard_sound(self):
        return [frame for frame in self.heard if frame != SILENCE]


@dataclass
class Shop:
    """The customer application: documents by path, and everything that it was told."""

    base: str = ""
    documents: dict[str, str | list[str]] = field(default_factory=dict)
    calls: list[tuple[str, dict]] = field(default_factory=list)
    unsigned: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    slow: set[str] = field(default_factory=set)
    sounds: dict[str, bytes] = field(default_factory=dict)
    on_socket: Callable[[web.WebSocketResponse], Awaitable[None]] | None = None
    upgrade_headers: dict = field(default_factory=dict)

    async def handle(self, request):
        form = dict(await request.post())
        self.calls.append((request.path, form))
        if request.path in self.sounds:
            return web.Response(body=self.sounds[request.path], content_type="audio/basic")
        signature = request.headers.get("X-Twilio-Signature", "")
        if not RequestValidator(TOKEN).validate(str(request.url), form, signature):
            self.unsigned.append(request.path)
        self.tokens.append(request.headers.get("I-Twilio-Idempotency-Token", ""))
        if request.path in self.slow:
            await asyncio.sleep(2)
        document = self.documents.get(request.path, "")
        if isinstance(document, list):
            document = document.pop(0)
        if document == "500":
            return web.Response(status=500)
        body = f"<Response>{document}</Response>".replace("BASE", self.base)
        return web.Response(text=body, content_type="text/xml")

    async def socket(self, request):
        signature = request.headers.get("x-twilio-signature", "")
        url = str(request.url).replace("http", "ws", 1)
        if not RequestValidator(TOKEN).validate(url, {}, signature):
            return web.Response(status=403)
        self.upgrade_headers = {k.decode(): v.decode() for k, v in request.raw_headers}
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        assert self.on_socket is not None
        await self.on_socket(socket)
        if not socket.closed:
            await socket.close()
        return socket

    def told(self, path):
        return [form for at, form in self.calls if at == path]


class ToBox(TwilioHttpClient):
    def __init__(self, base):
        super().__init__(timeout=5)
        self._base = base

    def request(self, method, url, *args, **kwargs):
        return super().request(
            method, url.replace("https://api.twilio.com", self._base), *args, **kwargs
        )


@dataclass
class Town:
    exchange: Exchange
    shop: Shop
    base: str

    def rest(self, token=TOKEN):
        return Client(ACCOUNT, token, http_client=ToBox(self.base))

    async def call(self, person, **documents):
        self.shop.documents |= {f"/{name}": text for name, text in documents.items()}
        return await self.exchange.place_call(MEI, HOTLINE, person)

    async def seen(self, kind, timeout=4.0, **match) -> Entry:
        return await self.exchange.journal.wait_for(kind, timeout, **match)


@asynccontextmanager
async def town(scratch: Path, fallback: bool = False, **options):
    shop = Shop()
    app = web.Application()
    app.router.add_get("/stream/{rest:.*}", shop.socket)
    app.router.add_route("*", "/{path:.*}", shop.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    shop.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    number = Number(
        HOTLINE,
        f"{shop.base}/voice",
        f"{shop.base}/fallback" if fallback else None,
        f"{shop.base}/status",
    )
    exchange = Exchange(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        numbers=[number],
        scratch=scratch,
        options=Options(**options),
    )
    box = make_app(exchange)
    try:
        async with serving(exchange, box) as port:
            yield Town(exchange, shop, f"http://127.0.0.1:{port}")
    finally:
        await runner.cleanup()
    failed = exchange.journal.entries("error", code=0)
    assert not failed, failed


def story(body):
    """Run an async story in a town of its own."""

    def run(tmp_path):
        asyncio.run(asyncio.wait_for(body(tmp_path), 30))

    run.__name__ = body.__name__
    return run


async def read(socket, *, until=None, seconds=3.0):
    """Messages of a stream until one of a kind."""
    messages = []
    async with asyncio.timeout(seconds):
        async for message in socket:
            messages.append(json.loads(message.data))
            if messages[-1]["event"] == until:
                break
    return messages


def media(sid, sound):
    payload = base64.b64encode(sound).decode()
    return {"event": "media", "streamSid": sid, "media": {"payload": payload}}


@story
async def test_a_call_is_asked_for_signed_answered_and_reported(scratch):
    async with town(scratch) as t:
        mei = Person()
        sid = await t.call(mei, voice='<Say>Hello</Say><Pause length="1"/>')
        await asyncio.wait_for(mei.over.wait(), 5)
        await t.seen("callback", CallSid=None)
        voice, status = t.shop.told("/voice")[0], t.shop.told("/status")[0]
    assert (voice["CallSid"], voice["From"], voice["To"]) == (sid, MEI, HOTLINE)
    assert (voice["CallStatus"], voice["Direction"]) == ("ringing", "inbound")
    assert (voice["FromCountry"], voice["ToCountry"]) == ("CN", "DE")
    assert (status["CallStatus"], status["SequenceNumber"]) == ("completed", "0")
    assert status["CallDuration"] == "1"
    assert t.shop.unsigned == []
    assert all(t.shop.tokens)
    assert len(mei.heard) == pytest.approx(65, abs=4)  # 5 letters of 60 ms and a second


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
        ws = t.shop.base.replace("http", "ws")
        connected = asyncio.create_task(mei.on_line.wait())
        await t.call(
            mei,
            voice=f'<Connect><Stream url="{ws}/stream/abc"><Parameter name="t" value="9"/>'
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
        ws = t.shop.base.replace("http", "ws")
        await t.call(mei, voice=f'<Connect><Stream url="{ws}/stream/x"/></Connect>')
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
            url = address.replace("WS", t.shop.base.replace("http", "ws"))
            await t.call(mei, voice=f'<Connect><Stream url="{url}"/></Connect><Say>Sorry</Say>')
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
        ws = t.shop.base.replace("http", "ws")
        await t.call(
            mei,
            voice=f'<Connect><Stream url="{ws}/stream/x" statusCallback="/s"/></Connect>'
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
        ws = t.shop.base.replace("http", "ws")
        sid = await t.call(
            mei, voice=f'<Connect><Stream url="{ws}/stream/x"/></Connect>', next="<Say>Agent</Say>"
        )
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
        ws = t.shop.base.replace("http", "ws")
        stream = f'<Connect><Stream url="{ws}/stream/x"/></Connect>'
        await t.call(mei, voice=f"{stream}<Redirect>/again</Redirect>", again=stream)
        await asyncio.wait_for(mei.over.wait(), 5)
    assert len(set(sids)) == 2


@story
async def test_a_slow_answer_uses_the_fallback_address(scratch):
    async with town(scratch, fallback=True, webhook_timeout=0.3) as t:
        t.shop.slow = {"/voice"}
        mei = Person()
        await t.call(mei, fallback="<Say>Please press one</Say>")
        await asyncio.wait_for(mei.over.wait(), 5)
        assert (await t.seen("error"))["code"] == 11200
        assert t.exchange.journal.entries("said", text="Please press one")
        assert t.shop.told("/fallback")[0]["ErrorCode"] == "11200"


@story
async def test_without_a_fallback_the_call_fails_with_11200(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice="500")
        await asyncio.wait_for(mei.over.wait(), 5)
        assert (await t.seen("error"))["code"] == 11200
        assert (await t.seen("ended"))["status"] == "failed"


@story
async def test_a_duplicated_webhook_carries_the_same_idempotency_token(scratch):
    async with town(scratch, duplicate_webhooks=True) as t:
        mei = Person()
        await t.call(mei, voice=["<Say>one</Say>", "<Say>two</Say>"])
        await asyncio.wait_for(mei.over.wait(), 5)
        assert (await t.seen("webhook-duplicate"))["same"] is False
    assert t.shop.tokens[0] == t.shop.tokens[1]
    assert not t.exchange.journal.entries("said", text="two")


@story
async def test_gather_collects_keys_pressed_during_the_prompt(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(
            mei,
            voice='<Gather numDigits="3" action="/keys"><Say>A long prompt that nobody hears '
            "to its end</Say></Gather>",
        )
        await asyncio.wait_for(mei.on_line.wait(), 3)
        await t.seen("said")
        for key in "123":
            mei.line.press(key)
            await asyncio.sleep(0.02)
        await asyncio.wait_for(mei.over.wait(), 2)
        assert t.shop.told("/keys")[0]["Digits"] == "123"


@story
async def test_gather_without_keys_goes_on_to_the_next_verb(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice='<Gather timeout="0" action="/keys"/><Say>Nobody</Say>')
        await asyncio.wait_for(mei.over.wait(), 3)
        assert t.exchange.journal.entries("said", text="Nobody")
        assert t.shop.told("/keys") == []


@story
async def test_play_fetches_sound_and_it_is_heard(scratch):
    async with town(scratch) as t:
        t.shop.sounds["/hello.ulaw"] = tone(500) * 5
        mei = Person()
        await t.call(mei, voice='<Play loop="2">/hello.ulaw</Play>')
        await asyncio.wait_for(mei.over.wait(), 3)
    assert mei.heard_sound() == [tone(500)] * 10


@story
async def test_a_queued_caller_hears_the_waiting_room_until_dialled(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        await t.call(
            mei,
            voice='<Enqueue waitUrl="/wait" action="/after">billing</Enqueue>',
            wait="<Say>Please wait</Say>",
            after="<Say>Bye</Say>",
            agent="<Dial><Queue>billing</Queue></Dial>",
        )
        await t.seen("said", text="Please wait")
        rest = t.rest()
        (queue,) = await asyncio.to_thread(rest.queues.list)
        (member,) = await asyncio.to_thread(rest.queues(queue.sid).members.list)
        assert (queue.friendly_name, queue.current_size, member.position) == ("billing", 1, 1)
        await asyncio.to_thread(
            rest.calls.create, to="client:tomas", from_=HOTLINE, url=f"{t.shop.base}/agent"
        )
        await t.seen("bridged")
        await asyncio.sleep(0.3)
        tomas.line.hang_up()
        await asyncio.wait_for(mei.over.wait(), 3)
    assert tone(600) in mei.heard
    assert tone(300) in tomas.heard
    after = t.shop.told("/after")[0]
    assert after["QueueResult"] == "bridged"
    assert t.shop.told("/wait")[0]["QueuePosition"] == "1"


@story
async def test_a_caller_leaves_the_queue_by_rest_and_by_leave(scratch):
    async with town(scratch) as t:
        mei, sam = Person(), Person()
        await t.call(mei, voice='<Enqueue action="/after">q</Enqueue>', out="<Say>Out</Say>")
        await t.seen("queued")
        client = t.rest()
        (queue,) = await asyncio.to_thread(client.queues.list)
        front = client.queues(queue.sid).members("Front")
        await asyncio.to_thread(front.update, url=f"{t.shop.base}/out")
        await asyncio.wait_for(mei.over.wait(), 3)
        await t.seen("callback", url=f"{t.shop.base}/after")
        assert t.shop.told("/after")[0]["QueueResult"] == "redirected"
        await t.call(
            sam, voice='<Enqueue waitUrl="/wait">q</Enqueue><Say>Still here</Say>', wait="<Leave/>"
        )
        await asyncio.wait_for(sam.over.wait(), 3)
        assert t.exchange.journal.entries("said", text="Still here")


@story
async def test_a_full_queue_says_so(scratch):
    async with town(scratch) as t:
        mei, sam = Person(), Person()
        voice = '<Enqueue maxQueueSize="1" action="/after">q</Enqueue>'
        await t.call(mei, voice=voice)
        await t.seen("queued")
        await t.call(sam, voice=voice)
        await asyncio.wait_for(sam.over.wait(), 3)
        assert t.shop.told("/after")[0]["QueueResult"] == "queue-full"
        mei.line.hang_up()
        await t.seen("dequeued", result="hangup")


@pytest.mark.parametrize(
    ("answer", "status"),
    [(Answer.BUSY, "busy"), (Answer.REJECTED, "busy"), (None, "no-answer")],
)
def test_dial_reports_how_it_came_out(tmp_path, answer, status):
    async def body():
        async with town(tmp_path) as t:
            mei = Person()
            t.exchange.register("+4930200", lambda: Person(answer=answer))
            dial = '<Dial timeout="1" action="/done"><Number statusCallback="/s" '
            dial += 'statusCallbackEvent="initiated ringing completed">+4930200</Number></Dial>'
            await t.call(mei, voice=dial)
            await asyncio.wait_for(mei.over.wait(), 5)
            assert t.shop.told("/done")[0]["DialCallStatus"] == status
            await t.seen("callback", url=f"{t.shop.base}/s")
        assert t.shop.told("/s")[-1]["CallStatus"] == status

    asyncio.run(body())


@story
async def test_dial_joins_two_and_ends_with_either(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        dial = '<Dial action="/done" record="record-from-answer-dual"><Client>tomas</Client></Dial>'
        await t.call(mei, voice=dial)
        await asyncio.wait_for(tomas.on_line.wait(), 3)
        await asyncio.sleep(0.4)
        tomas.line.hang_up()
        await asyncio.wait_for(mei.over.wait(), 3)
        done = t.shop.told("/done")[0]
        assert (done["DialCallStatus"], done["DialBridged"]) == ("completed", "true")
        assert done["RecordingUrl"].startswith(t.base)
    assert mei.heard_sound()[0] == tone(600)
    assert tomas.heard_sound()[0] == tone(300)


@story
async def test_a_conference_mixes_reports_and_obeys_rest(scratch):
    async with town(scratch) as t:
        people = {name: Person(tone(hz, 4000)) for name, hz in (("mei", 300), ("tomas", 600))}
        aisha = Person()
        t.exchange.register("client:tomas", lambda: people["tomas"])
        t.exchange.register("client:aisha", lambda: aisha)
        room = (
            '<Dial><Conference endConferenceOnExit="{}" startConferenceOnEnter="true" '
            'statusCallback="/room" statusCallbackEvent="start end join leave mute hold">r7'
            "</Conference></Dial>"
        )
        sid = await t.call(people["mei"], voice=room.format("true"))
        await t.seen("participant-join")
        client = t.rest()
        for name in ("tomas", "aisha"):
            await asyncio.to_thread(
                client.calls.create,
                to=f"client:{name}",
                from_=HOTLINE,
                twiml=f"<Response>{room.format('false').replace('/room', t.shop.base + '/room')}"
                "</Response>",
            )
        await asyncio.wait_for(aisha.on_line.wait(), 3)
        await asyncio.sleep(0.5)
        both = [frame for frame in aisha.heard_sound() if frame not in (tone(300), tone(600))]
        assert len(both) > 10
        (conference,) = await asyncio.to_thread(
            client.conferences.list, friendly_name="r7", status="in-progress"
        )
        members = client.conferences(conference.sid).participants
        assert len(await asyncio.to_thread(members.list)) == 3
        changed = await asyncio.to_thread(members(sid).update, muted=True)
        assert changed.muted is True
        await asyncio.sleep(0.2)
        aisha.heard.clear()
        await asyncio.sleep(0.2)
        assert set(aisha.heard_sound()) == {tone(600, 4000)}
        people["mei"].line.hang_up()
        await asyncio.wait_for(aisha.over.wait(), 3)
        await asyncio.sleep(0.1)
    events = sorted(t.shop.told("/room"), key=lambda form: int(form["SequenceNumber"]))
    names = [form["StatusCallbackEvent"] for form in events]
    assert names[:3] == ["participant-join", "participant-join", "conference-start"]
    assert names[-3:-2] != names[-2:-1] or names.count("participant-leave") == 3
    end = next(form for form in events if form["StatusCallbackEvent"] == "conference-end")
    assert end["ReasonConferenceEnded"] == "participant-with-end-conference-on-exit-left"
    assert end["CallSidEndingConference"] == sid


@story
async def test_a_recording_of_the_whole_call_has_both_channels(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        sid = await t.call(
            mei,
            voice='<Start><Recording recordingStatusCallback="/rec" '
            'recordingStatusCallbackEvent="in-progress completed absent"/></Start>'
            "<Say>Hello</Say><Dial><Client>tomas</Client></Dial>",
        )
        await asyncio.wait_for(tomas.on_line.wait(), 3)
        await asyncio.sleep(0.8)
        mei.line.hang_up()
        done = await t.seen("recording", status="completed")
        await t.seen("callback", url=f"{t.shop.base}/rec")
        client = t.rest()
        (recording,) = await asyncio.to_thread(client.recordings.list, call_sid=sid)
        assert (recording.sid, recording.channels) == (done["sid"], 2)
        assert recording.source == "StartCallRecordingTwiML"
        url = f"{recording.media_url}.wav?RequestedChannels=2"
        async with aiohttp.ClientSession() as session:
            async with session.get(url) as unauthorized:
                assert unauthorized.status == 401
            key = base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
            headers = {"Authorization": f"Basic {key}"}
            async with session.get(url, headers=headers) as answer:
                samples, rate = read_wav(await answer.read())
        assert rate == 8000
        assert samples.shape[0] == 2
        assert samples.shape[1] / 8000 == pytest.approx(1.1, abs=0.2)
        assert abs(samples[0]).max() > 4000  # Mei from the beginning
        assert abs(samples[1][:2000]).max() == 0  # silence stands for the prompt
        assert abs(samples[1][-3000:]).max() > 4000  # then Tomas
        await asyncio.to_thread(client.recordings(recording.sid).delete)
        assert await asyncio.to_thread(client.recordings.list) == []


@story
async def test_a_recording_by_rest_can_be_paused_and_stopped(scratch):
    async with town(scratch) as t:
        mei = Person(tone(300))
        sid = await t.call(mei, voice='<Pause length="0"/><Say>Hi</Say><Pause length="9"/>')
        await asyncio.wait_for(mei.on_line.wait(), 3)
        call = t.rest().calls(sid)
        made = await asyncio.to_thread(
            call.recordings.create,
            recording_channels="dual",
            recording_status_callback=f"{t.shop.base}/rec",
        )
        await asyncio.sleep(0.1)
        current = call.recordings("Twilio.CURRENT")
        paused = await asyncio.to_thread(current.update, status="paused", pause_behavior="skip")
        assert paused.status == "paused"
        await asyncio.to_thread(call.recordings(made.sid).update, status="stopped")
        await t.seen("callback", url=f"{t.shop.base}/rec")
        assert t.shop.told("/rec")[0]["RecordingSource"] == "StartCallRecordingAPI"


@story
async def test_rest_answers_errors_as_twilio_does(scratch):
    async with town(scratch) as t:
        client = t.rest()

        async def code(do, *args, **kwargs):
            with pytest.raises(TwilioRestException) as caught:
                await asyncio.to_thread(do, *args, **kwargs)
            return caught.value.status, caught.value.code

        assert await code(t.rest("wrong").calls("CA" + "0" * 32).fetch) == (401, 20003)
        assert await code(client.calls("CA" + "0" * 32).fetch) == (404, 20404)
        bad = {"to": "nonsense", "from_": HOTLINE, "url": "http://127.0.0.1/x"}
        assert await code(client.calls.create, **bad) == (400, 21211)
        mei = Person()
        sid = await t.call(mei, voice="<Say>Hi</Say>")
        await asyncio.wait_for(mei.over.wait(), 3)
        assert await code(client.calls(sid).update, status="completed") == (400, 21220)
        ended = await asyncio.to_thread(client.calls(sid).fetch)
        assert (ended.status, ended.direction, ended.duration) == ("completed", "inbound", "0")


@story
async def test_an_outgoing_call_reports_its_progress_in_order(scratch):
    async with town(scratch) as t:
        tomas = Person()
        t.exchange.register("client:tomas", lambda: tomas)
        call = await asyncio.to_thread(
            t.rest().calls.create,
            to="client:tomas",
            from_=HOTLINE,
            twiml="<Response><Say>Call for you</Say></Response>",
            status_callback=f"{t.shop.base}/progress",
            status_callback_event=["initiated", "ringing", "answered", "completed"],
        )
        assert call.direction == "outbound-api"
        await asyncio.wait_for(tomas.over.wait(), 3)
        await asyncio.sleep(0.2)
    told = sorted(t.shop.told("/progress"), key=lambda form: int(form["SequenceNumber"]))
    assert [one["CallStatus"] for one in told] == [
        *("initiated", "ringing", "in-progress", "completed")
    ]


@story
async def test_record_keeps_one_channel_and_posts_its_address(scratch):
    async with town(scratch) as t:
        mei = Person(tone(300))
        await t.call(mei, voice='<Record action="/kept" maxLength="9" playBeep="false"/>')
        await asyncio.wait_for(mei.on_line.wait(), 3)
        await asyncio.sleep(0.3)
        mei.line.press("#")
        await asyncio.wait_for(mei.over.wait(), 3)
        kept = t.shop.told("/kept")[0]
        assert kept["Digits"] == "#"
        recording = t.exchange.recordings.all[kept["RecordingSid"]]
        assert recording.order.channels == 1


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
        ws = t.shop.base.replace("http", "ws")
        await t.call(
            mei,
            voice=f'<Start><Stream url="{ws}/stream/x" track="both_tracks"/></Start>'
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
        ws = t.shop.base.replace("http", "ws")
        await t.call(mei, voice=f'<Connect><Stream url="{ws}/stream/x"/></Connect>')
        await asyncio.wait_for(mei.over.wait(), 8)
    assert times[-1] - times[0] == pytest.approx(149 * 0.02, abs=0.06)


@story
async def test_the_box_shows_health_journal_and_forgets_on_reset(scratch):
    async with town(scratch) as t, aiohttp.ClientSession() as session:
        mei = Person()
        await t.call(mei, voice='<Pause length="60"/>')
        await t.seen("verb")
        async with session.get(f"{t.base}/box/health") as answer:
            assert (await answer.json())["live_calls"] == 1
        async with session.get(f"{t.base}/box/journal?after=1") as answer:
            entries = (await answer.json())["entries"]
        assert entries[0]["seq"] == 2
        assert "webhook" in [one["kind"] for one in entries]
        async with session.post(f"{t.base}/box/reset") as answer:
            assert answer.status == 200
        assert mei.over.is_set()
        async with session.get(f"{t.base}/box/journal") as answer:
            assert (await answer.json())["entries"] == []


@story
async def test_a_party_that_fails_ends_its_call_and_no_other(scratch):
    class Broken(Person):
        def speak(self):
            raise RuntimeError("no voice")

    async with town(scratch) as t:
        broken, mei = Broken(), Person()
        await t.call(broken, voice='<Pause length="0"/><Say>Hello there</Say>')
        await t.call(mei)
        await asyncio.wait_for(broken.over.wait(), 3)
        await asyncio.wait_for(mei.over.wait(), 3)
        assert mei.reason == "completed"
        error = await t.seen("error", code=0)
        assert "no voice" in error["reason"]
        t.exchange.journal.clear()
