"""The REST subset as the twilio client sees it, and recordings."""

import asyncio
import base64

import aiohttp
import pytest
from twilio.base.exceptions import TwilioRestException

from audio.wav import read_wav
from tests.fakes.exchange_town import ACCOUNT, HOTLINE, TOKEN, Person, story, tone, town


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

        account = await asyncio.to_thread(client.api.v2010.accounts(ACCOUNT).fetch)
        assert account.status == "active"
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
        elsewhere = {"Origin": "https://example.com"}
        async with session.post(f"{t.base}/box/reset", headers=elsewhere) as answer:
            assert answer.status == 403
        async with session.post(f"{t.base}/box/reset") as answer:
            assert answer.status == 200
        assert mei.over.is_set()
        async with session.get(f"{t.base}/box/journal") as answer:
            assert (await answer.json())["entries"] == []


@story
async def test_machine_detection_answers_when_it_is_asked_for(scratch):
    async with town(scratch) as t:
        tomas = Person()
        tomas.answered_by = "machine_start"
        t.exchange.register("+4930200", lambda: tomas)
        await asyncio.to_thread(
            t.rest().calls.create,
            to="+4930200",
            from_=HOTLINE,
            url=f"{t.shop.base}/out",
            machine_detection="Enable",
        )
        await asyncio.wait_for(tomas.over.wait(), 3)
    assert t.shop.told("/out")[0]["AnsweredBy"] == "machine_start"


@story
async def test_a_recording_that_cannot_be_kept_is_reported_absent(scratch):
    no_folder = scratch / "a-file"
    no_folder.write_text("in the way")
    async with town(no_folder) as t:
        mei = Person()
        await t.call(
            mei,
            voice='<Start><Recording recordingStatusCallback="/rec" '
            'recordingStatusCallbackEvent="absent"/></Start><Pause length="1"/>',
        )
        await t.seen("callback", url=f"{t.shop.base}/rec")
    told = t.shop.told("/rec")[0]
    assert (told["RecordingStatus"], told["ErrorCode"]) == ("absent", "13227")
