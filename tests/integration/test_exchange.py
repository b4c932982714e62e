"""Webhooks, verbs and failures of the exchange over real HTTP."""

import asyncio
import json
import subprocess
import sys
import urllib.request

import pytest

from tests.fakes.exchange_town import ACCOUNT, HOTLINE, MEI, TOKEN, Person, story, tone, town


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


@story
async def test_a_reject_leaves_the_caller_unanswered(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice='<Reject reason="busy"/>')
        await asyncio.wait_for(mei.over.wait(), 3)
        assert (mei.reason, mei.on_line.is_set()) == ("busy", False)
        assert (await t.seen("ended"))["status"] == "busy"


@story
async def test_a_ring_of_redirects_is_ended(scratch):
    async with town(scratch, max_redirects=5) as t:
        mei = Person()
        await t.call(mei, voice='<Redirect method="GET">/voice</Redirect>')
        await asyncio.wait_for(mei.over.wait(), 3)
        assert "loop of redirects" in (await t.seen("error"))["reason"]
    assert t.shop.unsigned == []


@story
async def test_a_trial_account_strips_streams_and_has_two_calls_at_once(scratch):
    async with town(scratch, trial=True) as t:
        people = [Person(), Person(), Person()]
        voice = '<Connect><Stream url="wss://x/s"/></Connect><Say>Hello</Say><Pause length="2"/>'
        for person in people:
            await t.call(person, voice=voice)
        await t.seen("said", text="Hello")
        assert people[2].reason == "busy"
        assert t.exchange.journal.entries("stream-error") == []


def test_the_box_says_when_it_listens_and_stops_at_once_when_asked(tmp_path):
    number = {"e164": HOTLINE, "voice_url": "http://127.0.0.1:9/voice"}
    config = {"account_sid": ACCOUNT, "auth_token": TOKEN, "numbers": [number]}
    path = tmp_path / "box.json"
    path.write_text(json.dumps({**config, "scratch": str(tmp_path / "sound")}))
    box = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--config", str(path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        ready = json.loads(box.stdout.readline())
        assert ready["ready"] is True
        url = f"http://127.0.0.1:{ready['port']}/box/health"
        assert json.load(urllib.request.urlopen(url, timeout=5))["ok"] is True
        box.terminate()
        assert box.wait(5) == 0
    finally:
        box.kill()
        box.stdout.close()
        box.wait(5)
