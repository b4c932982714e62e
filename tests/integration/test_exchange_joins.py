"""Queues, dialled phones and conferences of the exchange."""

import asyncio

import pytest

from simulator.party import Answer
from tests.fakes.exchange_town import HOTLINE, Person, story, tone, town


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
            agent='<Dial><Queue url="/notice">billing</Queue></Dial>',
            notice="<Say>Hi</Say>",
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
    assert t.exchange.journal.entries("said", text="Hi", call_sid=mei.line.call_sid)
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
async def test_a_called_leg_can_be_taken_elsewhere_while_the_caller_goes_on(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        await t.call(mei, voice="<Dial><Client>tomas</Client></Dial><Say>You are back</Say>")
        await asyncio.wait_for(tomas.on_line.wait(), 3)
        twiml = "<Response><Say>Elsewhere</Say></Response>"
        await asyncio.to_thread(t.rest().calls(tomas.line.call_sid).update, twiml=twiml)
        await asyncio.wait_for(mei.over.wait(), 3)
        await asyncio.wait_for(tomas.over.wait(), 3)
        assert t.exchange.journal.entries("said", text="You are back")
        assert t.exchange.journal.entries("said", text="Elsewhere", call_sid=tomas.line.call_sid)


@story
async def test_a_caller_who_hangs_up_while_an_agent_is_rung_stops_the_ringing(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(), Person(answer=None)
        t.exchange.register("client:tomas", lambda: tomas)
        await t.call(mei, voice='<Dial action="/done"><Client>tomas</Client></Dial>')
        await t.seen("ringing")
        mei.line.hang_up()
        await asyncio.wait_for(tomas.over.wait(), 2)
        assert tomas.reason == "canceled"
        await t.seen("callback", url=f"{t.shop.base}/done")


@story
async def test_dialling_where_nobody_is_ends_as_no_answer_with_13224(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice='<Dial action="/done"><Client>sam</Client></Dial>')
        await asyncio.wait_for(mei.over.wait(), 3)
        assert t.shop.told("/done")[0]["DialCallStatus"] == "no-answer"
        assert (await t.seen("error"))["code"] == 13224


@story
async def test_the_first_of_several_phones_wins_and_the_others_stop_ringing(scratch):
    async with town(scratch) as t:
        mei, tomas, aisha = Person(), Person(answer=None), Person()
        t.exchange.register("client:tomas", lambda: tomas)
        t.exchange.register("client:aisha", lambda: aisha)
        await t.call(mei, voice="<Dial><Client>tomas</Client><Client>aisha</Client></Dial>")
        await asyncio.wait_for(aisha.on_line.wait(), 3)
        await asyncio.wait_for(tomas.over.wait(), 3)
        assert tomas.reason == "canceled"


@story
async def test_a_hang_up_in_the_waiting_room_ends_the_call(scratch):
    async with town(scratch) as t:
        mei = Person()
        await t.call(mei, voice='<Enqueue waitUrl="/w" action="/a">q</Enqueue>', w="<Hangup/>")
        await asyncio.wait_for(mei.over.wait(), 3)
        await t.seen("callback", url=f"{t.shop.base}/a")
        assert t.shop.told("/a")[0]["QueueResult"] == "hangup"


@story
async def test_callbacks_may_arrive_out_of_order_and_leave_after_the_end(scratch):
    async with town(scratch, reorder_callbacks=True, late_participant_leave=True) as t:
        tomas = Person()
        t.exchange.register("client:tomas", lambda: tomas)
        await asyncio.to_thread(
            t.rest().calls.create,
            to="client:tomas",
            from_=HOTLINE,
            twiml="<Response><Dial><Conference statusCallback='/room' "
            "statusCallbackEvent='leave end'>r</Conference></Dial></Response>",
            url=f"{t.shop.base}/x",
            status_callback=f"{t.shop.base}/progress",
            status_callback_event=["initiated", "ringing"],
        )
        await t.seen("participant-join")
        tomas.line.hang_up()
        await t.seen("participant-leave")
        await asyncio.sleep(0.4)
        kinds = [
            e.kind for e in t.exchange.journal.entries() if e.kind.startswith(("conf", "part"))
        ]
        assert kinds == ["participant-join", "conference-end", "participant-leave"]
    assert [form["CallStatus"] for form in t.shop.told("/progress")] == ["ringing", "initiated"]


@story
async def test_a_participant_is_rung_in_held_and_kicked_by_rest(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        await t.call(mei, voice="<Dial><Conference>r9</Conference></Dial>")
        await t.seen("participant-join")
        members = t.rest().conferences("r9").participants
        made = await asyncio.to_thread(
            members.create, from_=HOTLINE, to="client:tomas", label="agent"
        )
        await t.seen("conference-start")
        await asyncio.to_thread(members("agent").update, hold=True)
        await asyncio.sleep(0.1)
        mei.heard.clear()
        await asyncio.sleep(0.1)
        assert mei.heard_sound() == []
        assert (await asyncio.to_thread(members(made.call_sid).fetch)).hold is True
        await asyncio.to_thread(members(made.call_sid).delete)
        await asyncio.wait_for(tomas.over.wait(), 3)
        assert len(await asyncio.to_thread(members.list)) == 1


@story
async def test_a_called_party_is_told_who_calls_before_the_two_are_joined(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(tone(300)), Person(tone(600))
        t.exchange.register("client:tomas", lambda: tomas)
        t.shop.sounds["/whisper.ulaw"] = tone(900) * 5
        await t.call(
            mei,
            voice='<Dial action="/done"><Client url="/whisper">tomas</Client></Dial>',
            whisper="<Play>/whisper.ulaw</Play>",
        )
        await t.seen("bridged")
        assert tomas.heard_sound() == [tone(900)] * 5
        assert mei.heard_sound() == []
        tomas.line.hang_up()
        await asyncio.wait_for(mei.over.wait(), 3)


@story
async def test_a_called_party_who_hangs_up_during_the_whisper_frees_the_caller(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(), Person()
        t.exchange.register("client:tomas", lambda: tomas)
        await t.call(
            mei,
            voice='<Dial action="/done"><Client url="/whisper">tomas</Client></Dial>',
            whisper='<Pause length="30"/>',
        )
        await asyncio.wait_for(tomas.on_line.wait(), 3)
        await asyncio.sleep(0.1)
        tomas.line.hang_up()
        await asyncio.wait_for(mei.over.wait(), 3)
        assert t.shop.told("/done")[0]["DialCallStatus"] == "no-answer"


@story
async def test_of_two_who_answer_in_the_same_moment_one_is_joined_and_one_is_let_go(scratch):
    async with town(scratch) as t:
        mei, tomas, aisha = Person(), Person(), Person()
        t.exchange.register("client:tomas", lambda: tomas)
        t.exchange.register("client:aisha", lambda: aisha)
        await t.call(mei, voice="<Dial><Client>tomas</Client><Client>aisha</Client></Dial>")
        await t.seen("bridged")
        await asyncio.sleep(0.1)
        assert sorted([tomas.over.is_set(), aisha.over.is_set()]) == [False, True]


@story
async def test_with_answer_on_bridge_the_caller_rings_until_somebody_answers(scratch):
    async with town(scratch) as t:
        mei, tomas = Person(), Person(answer=None)
        t.exchange.register("client:tomas", lambda: tomas)
        t.exchange.register("client:aisha", Person)
        dial = '<Dial answerOnBridge="true" timeout="1"><Client>{}</Client></Dial>'
        await t.call(mei, voice=dial.format("tomas") + dial.format("aisha"))
        await t.seen("dialled", status="no-answer")
        assert not mei.on_line.is_set()
        await t.seen("bridged")
        assert mei.on_line.is_set()
