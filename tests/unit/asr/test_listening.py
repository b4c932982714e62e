import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from asr import vad
from asr.errors import BacklogFull, LanguageMissing
from asr.events import NoInput, SpeechAccepted, SpeechStarted, UtteranceHeard
from asr.language import READINGS
from asr.listening import Listening, ListeningSettings, no_words
from asr.recognizer import Transcript, Word
from audio import mulaw
from audio.frames import split_frames


class RulerModel:
    """Hears the length of sound: one word an utterance, lasting over all that was accepted."""

    def __init__(self, language="en"):
        self.language = language
        self.opened = 0
        self.asked = []
        self.gate = threading.Event()
        self.gate.set()
        self.breaks = False

    def open(self, grammar=None, alternatives=0):
        self.opened += 1
        self.asked.append(alternatives)
        return Ruler(self)


class Ruler:
    def __init__(self, model):
        self.model = model
        self.stream_ms = 0
        self.utterance_ms = 0

    def accept(self, pcm):
        self.model.gate.wait(5)
        if self.model.breaks:
            raise RuntimeError("the decoder broke")
        self.utterance_ms += pcm.size // 8

    def interim(self):
        return f"{self.utterance_ms} ms"

    def finish(self):
        begin, length = self.stream_ms, self.utterance_ms
        self.stream_ms, self.utterance_ms = begin + length, 0
        word = Word(f"{length}", begin, begin + length, 1.0)
        return Transcript(f"{length}", (word,), 1.0, self.model.language)


def silence(ms):
    return np.zeros(8 * ms, np.int16)


def voice(ms):
    return vad._vowel(ms)


class Caller:
    """Feeds sound to a Listening much faster than real time and collects its events."""

    def __init__(self, model=None, settings=None, **other):
        self.model = model or RulerModel()
        self.events = []
        self.executor = ThreadPoolExecutor(2)
        self.ear = Listening(
            {"en": self.model, **other}, "en", self.executor, self.events.append, settings
        )

    async def say(self, *sounds):
        for frame in split_frames(mulaw.encode(np.concatenate(sounds))):
            self.ear.feed(frame)
            await asyncio.sleep(0)
        await self.settle()

    async def settle(self):
        for _ in range(200):
            if self.ear._queue.sound_ms == 0 and self.ear._queue._running is None:
                return
            await asyncio.sleep(0.005)

    def heard(self):
        return [event for event in self.events if isinstance(event, UtteranceHeard)]


def with_caller(story, **options):
    async def run():
        caller = Caller(**options)
        try:
            await story(caller)
        finally:
            caller.model.gate.set()
            await caller.ear.close()
            caller.executor.shutdown()
        return caller

    return asyncio.run(run())


def test_an_utterance_is_started_accepted_and_heard_with_its_sound():
    async def story(caller):
        await caller.say(silence(1000), voice(800), silence(1000))

    events = with_caller(story).events
    assert [type(event) for event in events] == [SpeechStarted, SpeechAccepted, UtteranceHeard]
    heard = events[2]
    assert abs(heard.started_ms - 1000) <= 40
    assert abs(heard.ended_ms - 1800) <= 100
    assert heard.pcm.size == 8 * (heard.ended_ms - heard.started_ms)


def test_sound_from_before_the_voice_is_decoded_too():
    async def story(caller):
        await caller.say(silence(1000), voice(800), silence(1000))

    heard = with_caller(story).heard()[0]
    assert heard.started_ms - heard.transcript.words[0].start_ms >= 300


def test_word_times_count_from_the_start_of_the_stream_in_every_utterance():
    async def story(caller):
        for _ in range(3):
            await caller.say(silence(2000), voice(600), silence(1000))

    starts = [heard.transcript.words[0].start_ms for heard in with_caller(story).heard()]
    assert [round(start / 100) for start in starts] == pytest.approx([17, 53, 89], abs=1)


def test_silence_and_noise_for_ever_give_no_utterance():
    async def story(caller):
        hiss = np.random.default_rng(3).normal(0, 800, 8000 * 60).astype(np.int16)
        await caller.say(silence(60_000), hiss)

    caller = with_caller(story)
    assert caller.heard() == []
    assert not any(isinstance(event, SpeechAccepted) for event in caller.events)


def test_a_caller_who_is_expected_to_speak_and_does_not_is_reported_once():
    async def story(caller):
        caller.ear.expect()
        await caller.say(silence(20_000))

    assert with_caller(story).events == [NoInput(at_ms=7000)]


def test_while_the_bot_speaks_silence_is_not_reported():
    async def story(caller):
        caller.ear.expect()
        caller.ear.pause_no_input()
        await caller.say(silence(20_000))

    assert with_caller(story).events == []


def test_a_pause_of_a_second_is_no_end_while_what_is_heard_is_not_whole():
    async def story(caller):
        caller.ear.await_answer(no_words)
        await caller.say(silence(500), voice(400), silence(1000), voice(400), silence(1400))

    (heard,) = with_caller(story).heard()
    assert heard.ended_ms - heard.started_ms == pytest.approx(1800, abs=100)


def test_an_ordinary_pause_ends_an_answer_that_is_whole():
    async def story(caller):
        caller.ear.await_answer(bool)  # any words are
        await caller.say(silence(500), voice(600), silence(300))
        await caller.say(silence(400))

    assert len(with_caller(story).heard()) == 1


def test_what_was_heard_before_does_not_make_the_next_answer_whole():
    async def story(caller):
        caller.ear.await_answer(lambda text: caller.heard() == [] and text != "")
        await caller.say(silence(500), voice(600), silence(300))
        await caller.say(silence(400))
        await caller.say(voice(400), silence(1000), voice(400), silence(1400))

    second = with_caller(story).heard()[1]
    assert second.ended_ms - second.started_ms == pytest.approx(1800, abs=100)


def test_a_language_change_counts_from_the_next_utterance():
    async def story(caller):
        await caller.say(silence(500), voice(400))
        caller.ear.set_languages("zh")
        await caller.say(silence(1000), voice(400), silence(1000))

    heard = with_caller(story, zh=RulerModel("zh")).heard()
    assert [one.transcript.language for one in heard] == ["en", "zh"]


def test_while_the_language_is_open_an_utterance_is_heard_in_both():
    async def story(caller):
        caller.ear.set_languages("zh", "en")
        await caller.say(silence(500), voice(400), silence(1000))
        caller.ear.set_languages("en")
        await caller.say(voice(400), silence(1000))

    chinese = RulerModel("zh")
    both, after = (caller := with_caller(story, zh=chinese)).heard()
    assert [one.language for one in both.transcripts] == ["zh", "en"]
    assert both.transcript.text == both.others[0].text != ""
    assert both.heard_in("en").transcript.language == "en" and both.heard_in("en").others == ()
    assert [one.language for one in after.transcripts] == ["en"]
    assert (chinese.asked, caller.model.asked) == ([READINGS], [READINGS, 0])


def test_readings_are_asked_of_a_recogniser_only_when_they_are_wanted():
    async def story(caller):
        await caller.say(silence(500), voice(400), silence(1000))

    assert with_caller(story).model.asked == [0]
    assert with_caller(story, settings=ListeningSettings(alternatives=4)).model.asked == [4]


def test_a_decoder_that_breaks_on_two_languages_is_a_no_match_in_both():
    async def story(caller):
        caller.ear.set_languages("zh", "en")
        caller.model.breaks = True
        await caller.say(silence(500), voice(400), silence(1000))

    (heard,) = with_caller(story, zh=RulerModel("zh")).heard()
    assert [(one.language, one.text) for one in heard.transcripts] == [("zh", ""), ("en", "")]


def test_a_language_without_a_model_is_refused():
    async def story(caller):
        with pytest.raises(LanguageMissing, match=r"language 'fr'; loaded are \['en'\]"):
            caller.ear.set_languages("fr")

    with_caller(story)


def test_a_recogniser_is_reused_and_renewed_after_its_time():
    async def story(caller):
        for _ in range(4):
            await caller.say(silence(1000), voice(400), silence(1000))

    assert with_caller(story).model.opened == 1
    assert with_caller(story, settings=ListeningSettings(recycle_ms=4000)).model.opened == 2


def test_a_slow_decoder_never_blocks_and_its_backlog_is_bounded():
    refused = []

    async def story(caller):
        caller.model.gate.clear()
        for frame in split_frames(mulaw.encode(np.concatenate([silence(500), voice(4000)]))):
            try:
                caller.ear.feed(frame)
            except BacklogFull as full:
                refused.append(str(full))
        assert caller.ear._queue.sound_ms <= 1200
        caller.model.gate.set()
        await caller.settle()
        await caller.say(silence(1000))

    caller = with_caller(story, settings=ListeningSettings(backlog_ms=1000))
    assert len(refused) == caller.ear.dropped_frames > 100
    assert "ms of speech wait to be decoded, the limit is 1000 ms" in refused[0]
    assert len(caller.heard()) == 1


def test_a_decoder_that_breaks_gives_an_empty_utterance_and_the_next_is_heard():
    async def story(caller):
        caller.model.breaks = True
        await caller.say(silence(500), voice(600), silence(1000))
        caller.model.breaks = False
        await caller.say(silence(500), voice(600), silence(1000))

    caller = with_caller(story)
    first, second = caller.heard()
    assert (first.transcript.text, first.transcript.confidence) == ("", 0.0)
    assert second.transcript.text
    assert caller.model.opened == 2


def test_the_words_so_far_grow_while_the_caller_speaks_and_end_with_the_utterance():
    async def story(caller):
        await caller.say(silence(500), voice(700))
        assert caller.ear.interim != ""
        await caller.say(silence(1000))
        assert caller.ear.interim == ""

    with_caller(story)


def test_nothing_is_reported_after_closing():
    async def story(caller):
        await caller.say(silence(500), voice(600))
        await caller.ear.close()
        await caller.say(silence(2000))

    assert with_caller(story).heard() == []


def test_a_frame_of_the_wrong_length_is_refused():
    async def story(caller):
        with pytest.raises(ValueError, match="frame of 80 bytes, needs 160"):
            caller.ear.feed(b"\xff" * 80)

    with_caller(story)
