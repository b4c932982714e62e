"""One caller's stream over a scripted socket: what is heard, said, cut off, and how it ends."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from asr.language import Contrast
from calls.kinds import Kind
from dialogue.turns import Memory
from ivr import call_loop
from ivr import events as ev
from ivr.call_loop import SLOWLY, CallLoop
from ivr.state import Phase
from ivr.stream_socket import Socket
from queues.waiting import Place
from telephony.errors import ProtocolViolation
from tests.fakes.live_call import CALL, GOODBYE, TO_PERSON, in_phase, reply
from tests.fakes.stream import (
    FakeCallLog,
    FakeModel,
    FakeProvider,
    FakeSession,
    FakeSpeaker,
    FakeTurns,
    FakeWaiting,
    eventually,
    media_parts,
)


class Stream:
    """A call loop on a scripted socket."""

    def __init__(self, parts: Any, session: FakeSession) -> None:
        self.provider, self.session, self.parts = FakeProvider(), session, parts
        self.log: FakeCallLog = parts.call_log
        self.said: list[str] = parts.speaker.said
        self.loop = CallLoop(
            parts, Socket(self.provider.receive, self.provider.send), CALL, "first"
        )
        self.run = asyncio.ensure_future(self.loop.run())

    def events(self, kind: type[ev.Event]) -> list[Any]:
        return [event for event in self.session.events if isinstance(event, kind)]

    async def greeted(self) -> None:
        await eventually(lambda: self.log.of(Kind.BOT_SAID))


Story = Callable[[Stream], Awaitable[None]]


def play(
    story: Story,
    phase: Phase = Phase.RINGING,
    announce_ms: int = 30_000,
    language_open: bool = False,
    **parts: Any,
) -> Stream:
    async def main() -> Stream:
        state = in_phase(phase, stream_nonce="", language_open=language_open)
        session = FakeSession(state, announce_ms)
        with media_parts(session=session, **parts) as ready:
            stream = Stream(ready, session)
            try:
                await asyncio.wait_for(story(stream), 20)
            finally:
                stream.provider.hangs_up()
                await asyncio.wait({stream.run}, timeout=5)
            assert stream.run.done()
            return stream

    return asyncio.run(main())


def test_a_caller_is_greeted_heard_and_answered() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks()
        await eventually(lambda: "您的包裹在路上。" in stream.said)
        await eventually(lambda: 1 in stream.log.latencies)

    stream = play(story)

    assert stream.said == ["greeting", "您的包裹在路上。"]
    assert stream.events(ev.TurnTaken)[0].heard == "我的快递到哪了"
    latency = stream.log.latencies[1]
    assert latency is not None and 0 <= latency < 5000


def test_a_caller_who_asked_for_it_is_spoken_to_slowly() -> None:
    speaker = FakeSpeaker()

    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks()
        await eventually(lambda: "慢慢说。" in stream.said)

    slowly = reply("慢慢说。", memory=Memory(slower=True))
    play(story, speaker=speaker, turns=FakeTurns([slowly]))

    assert speaker.rates == [1.0, SLOWLY]


ASKED = reply("请说订单号的后四位。", memory=Memory(waiting_for="track_package.check"))


@pytest.mark.parametrize("whole", [True, False])
def test_digits_that_were_asked_for_are_answered_as_soon_as_they_are_whole(whole: bool) -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.presses("1")
        await eventually(lambda: len(stream.log.of(Kind.BOT_SAID)) == 2)
        stream.provider.speaks(then_silent_ms=300)
        await asyncio.sleep(0.3)  # it is decoded
        stream.provider.is_silent(500)
        await asyncio.sleep(0.3)
        assert len(stream.events(ev.TurnTaken)) == (2 if whole else 1)
        stream.provider.is_silent(600)
        await eventually(lambda: len(stream.events(ev.TurnTaken)) == 2)

    turns = FakeTurns([ASKED], whole=("八四零一",) if whole else ())
    play(story, turns=turns, models={"zh": FakeModel("八四零一")})


def ears(zh_score: float, en_score: float) -> dict[str, FakeModel]:
    english = FakeModel("where is my parcel", "en", en_score)
    return {"zh": FakeModel("为了", "zh", zh_score), "en": english}


def test_a_caller_whose_language_is_open_is_greeted_in_both_and_answered_in_the_own() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks()
        await eventually(lambda: stream.events(ev.TurnTaken))

    stream = play(story, language_open=True, models=ears(5, 60), contrast=Contrast(0.0, 5.0))

    assert stream.said[:2] == ["greeting", "greeting"]
    assert stream.events(ev.LanguageTold)[0].how == "speech"
    assert stream.events(ev.TurnTaken)[0].heard == "where is my parcel"
    assert stream.session.state.memory.language == "zh"  # the scripted dialogue's own


def test_a_caller_whose_language_can_not_be_told_presses_a_key() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks()
        await eventually(lambda: stream.said.count("which_language") == 2)
        stream.provider.presses("2")
        await eventually(lambda: "hello_again" in stream.said)
        assert stream.session.state.memory.language == "en"
        assert stream.loop._ear._languages == ("en",)

    stream = play(story, language_open=True, models=ears(40, 40), contrast=Contrast(0.0, 5.0))

    assert not stream.events(ev.TurnTaken) and stream.said.count("hello_again") == 1


def test_zero_leads_to_a_person_in_any_language() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.presses("0")
        await eventually(lambda: stream.events(ev.TurnTaken))

    assert not play(story, language_open=True, models=ears(0, 0)).events(ev.LanguageTold)


@pytest.mark.parametrize(
    ("phase", "language_open", "times"),
    [(Phase.WAITING, False, 1), (Phase.RINGING, True, 2)],
)
def test_the_star_refuses_the_analysis_where_no_turn_could(
    phase: Phase, language_open: bool, times: int
) -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.presses("*")
        await eventually(lambda: stream.said.count("analysis_off") == times)

    stream = play(story, phase, language_open=language_open, models=ears(5, 60))

    assert stream.session.state.memory.analysis_refused
    assert not stream.events(ev.TurnTaken) and not stream.events(ev.LanguageUnsure)


def test_a_caller_who_talks_over_the_bot_stops_it_at_once() -> None:
    async def story(stream: Stream) -> None:
        await eventually(lambda: stream.provider.media > 10)
        await stream.provider.talks(600)
        stream.provider.is_silent(900)
        await eventually(lambda: stream.events(ev.CallerInterrupted))
        await eventually(lambda: stream.events(ev.TurnTaken))

    stream = play(story, speaker=FakeSpeaker(ms=3000))

    assert stream.provider.clears[0] < 50, "cleared within a second of three"
    assert stream.events(ev.CallerInterrupted)[0].reaction_ms <= 400
    assert stream.log.of(Kind.BOT_SAID)[0]["interrupted"] is True


def test_words_that_pass_the_caller_on_are_not_interrupted() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.parts.speaker.ms = 1500
        stream.provider.presses("0")
        await eventually(lambda: TO_PERSON.text in stream.said)
        stream.provider.speaks()
        await eventually(lambda: len(stream.log.of(Kind.BOT_SAID)) == 2)

    stream = play(story, turns=FakeTurns([TO_PERSON]))

    assert stream.log.of(Kind.BOT_SAID)[1] == {
        "text": TO_PERSON.text,
        "heard_ms": 1500,
        "interrupted": False,
    }


def test_a_key_cuts_off_the_words_and_the_record_says_how_much_was_heard() -> None:
    async def story(stream: Stream) -> None:
        await eventually(lambda: stream.provider.media > 30)
        stream.provider.presses("1")
        await eventually(lambda: stream.log.of(Kind.BOT_SAID))

    stream = play(story, speaker=FakeSpeaker(ms=4000))

    greeting = stream.log.of(Kind.BOT_SAID)[0]
    assert greeting["interrupted"] and 0 < greeting["heard_ms"] < 4000


def test_music_goes_on_while_the_caller_waits() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        words_end = stream.provider.media
        await eventually(lambda: stream.provider.media > words_end + 20)

    stream = play(story, Phase.WAITING)

    assert stream.said == ["resumed_waiting"]


def test_a_waiting_caller_is_told_the_place_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_loop, "WATCH_SECONDS", 0.02)
    waiting = FakeWaiting()

    async def story(stream: Stream) -> None:
        await eventually(lambda: stream.said.count("waiting 2") >= 2)
        waiting.place = Place(1, 1, 0, "waiting")
        await eventually(lambda: "waiting 1" in stream.said)
        waiting.place = Place(0, 1, 0, "offered")
        told = len(stream.said)
        await asyncio.sleep(0.2)
        assert len(stream.said) <= told + 1, "while a phone rings nothing is told"

    play(story, Phase.WAITING, announce_ms=100, waiting=waiting)


def test_a_place_looked_up_too_early_does_not_cut_off_the_words_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(call_loop, "WATCH_SECONDS", 0.02)

    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.parts.speaker.takes_seconds, stream.parts.speaker.ms = 0.2, 800
        stream.provider.presses("0")
        await eventually(lambda: "waiting 2" in stream.said)

    stream = play(story, turns=FakeTurns([TO_PERSON]))

    passed_on = stream.log.of(Kind.BOT_SAID)[1]
    assert passed_on == {"text": TO_PERSON.text, "heard_ms": 800, "interrupted": False}


def test_after_the_goodbye_the_stream_is_left() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.presses("9")
        await asyncio.wait_for(stream.run, 4)

    stream = play(story, turns=FakeTurns([GOODBYE]))

    assert stream.said[-1] == GOODBYE.text
    assert stream.log.of(Kind.BOT_SAID)[-1]["interrupted"] is False
    assert stream.session.events[-1] == ev.SpeechFinished()


def test_a_superseded_stream_leaves_and_takes_no_turn_of_the_newer_one() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.session.is_taken_over()
        stream.provider.presses("1")
        await asyncio.wait_for(stream.run, 4)

    stream = play(story)

    assert stream.events(ev.TurnTaken) == []


def test_a_caller_with_an_agent_is_not_kept_on_the_stream() -> None:
    async def story(stream: Stream) -> None:
        await asyncio.wait_for(stream.run, 4)

    assert play(story, Phase.WITH_AGENT).said == []


def test_silence_is_answered_after_the_words_are_over() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.is_silent(2100)
        await eventually(lambda: stream.events(ev.TurnTaken))

    stream = play(story, turns=FakeTurns([reply("还在吗？")]))

    assert "还在吗？" in stream.said


def test_a_cough_is_no_turn() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks(ms=300)
        await asyncio.sleep(0.3)

    assert play(story, models={"zh": FakeModel("")}).events(ev.TurnTaken) == []


def test_a_long_sound_without_words_is_a_turn() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.speaks(ms=1200)
        await eventually(lambda: stream.events(ev.TurnTaken))

    play(story, models={"zh": FakeModel("")})


def test_keys_mashed_while_a_decision_hangs_do_not_end_the_call() -> None:
    turns = FakeTurns()

    async def story(stream: Stream) -> None:
        await stream.greeted()
        turns.gate.clear()
        stream.provider.presses("5" * 300)
        await asyncio.sleep(0.1)
        turns.gate.set()
        await eventually(lambda: len(stream.events(ev.TurnTaken)) > 3)
        assert not stream.run.done()

    play(story, turns=turns)


def test_a_voice_that_fails_ends_the_stream_and_closes_the_ear() -> None:
    speaker = FakeSpeaker()
    speaker.fails = OSError("no room for sound")

    async def story(stream: Stream) -> None:
        with pytest.raises(OSError, match="no room"):
            await asyncio.wait_for(stream.run, 4)
        assert stream.loop._ear._closed

    play(story, speaker=speaker)


def test_a_broken_rule_ends_the_stream_and_closes_the_ear() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.presses("X")
        with pytest.raises(ProtocolViolation):
            await asyncio.wait_for(stream.run, 4)
        assert stream.loop._ear._closed

    play(story)


def test_words_that_cannot_be_sent_end_the_stream_instead_of_leaving_it_silent() -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        stream.provider.is_gone = True
        stream.provider.presses("1")
        with pytest.raises(RuntimeError, match="socket is closed"):
            await asyncio.wait_for(stream.run, 4)

    play(story)


def test_a_record_that_cannot_be_written_does_not_end_the_call() -> None:
    log = FakeCallLog()
    log.fails = OSError("disk full")

    async def story(stream: Stream) -> None:
        await eventually(lambda: stream.provider.media)
        stream.provider.presses("1")
        await eventually(lambda: "您的包裹在路上。" in stream.said)
        await asyncio.sleep(0.1)
        assert not stream.run.done()

    play(story, call_log=log)


@pytest.mark.parametrize("end", ["stops", "hangs_up"])
def test_a_caller_who_goes_ends_the_stream_quietly(end: str) -> None:
    async def story(stream: Stream) -> None:
        await stream.greeted()
        getattr(stream.provider, end)()
        await asyncio.wait_for(stream.run, 4)

    play(story)
