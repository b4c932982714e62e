"""Speech both ways with the real parts: espeak-ng speaks, a telephone band between, Vosk hears."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from asr import vad
from asr.errors import GrammarUnknown
from asr.events import SpeechAccepted, UtteranceHeard
from asr.listen import Request, listen_file
from asr.listening import Listening, ListeningSettings
from asr.model_files import default_models
from asr.transcribe import transcribe
from asr.vosk_recognizer import VoskModel, VoskRecognizer
from audio import mulaw
from audio.frames import split_frames
from audio.pcm import gain, mix, telephone_band
from audio.resample import resample
from audio.wav import write_wav
from tts.errors import SynthesisFailed
from tts.pyttsx3_speaker import Pyttsx3Speaker

PHRASES = [
    ("我的快递到哪了", "zh"),
    ("i want to return my order and get a refund", "en"),
]


@pytest.fixture(scope="module")
def models():
    return {language: VoskModel(path, language) for language, path in default_models().items()}


@pytest.fixture(scope="module")
def speaker(tmp_path_factory):
    speaker = Pyttsx3Speaker(scratch=tmp_path_factory.mktemp("speech"))
    yield speaker
    speaker.close()


def over_the_line(speaker, text, language):
    return telephone_band(mulaw.decode(speaker.speak(text, language).ulaw))


def silence(ms):
    return np.zeros(8 * ms, np.int16)


def word_errors(said, heard):
    """Levenshtein distance over words (characters in Mandarin)."""
    row = list(range(len(heard) + 1))
    for before, word in enumerate(said):
        previous, row[0] = row[0], before + 1
        for at, other in enumerate(heard):
            previous, row[at + 1] = (
                row[at + 1],
                min(row[at + 1] + 1, row[at] + 1, previous + (word != other)),
            )
    return row[-1]


def units(text, language):
    return list(text) if language == "zh" else text.split()


async def listen(models, language, pcm, settings=None):
    events = []
    with ThreadPoolExecutor(2) as executor:
        ear = Listening(models, language, executor, events.append, settings)
        for frame in split_frames(mulaw.encode(pcm)):
            ear.feed(frame)
            await asyncio.sleep(0.0005)
        for _ in range(100):
            if any(isinstance(event, UtteranceHeard) for event in events):
                break
            await asyncio.sleep(0.02)
        await ear.close()
    return events


@pytest.mark.parametrize(("text", "language"), PHRASES)
def test_what_the_voice_says_is_understood_over_a_telephone(models, speaker, text, language):
    pcm = np.concatenate([silence(800), over_the_line(speaker, text, language), silence(1200)])
    events = asyncio.run(listen(models, language, pcm))
    heard = [event for event in events if isinstance(event, UtteranceHeard)]
    assert len(heard) == 1
    said = units(text, language)
    assert word_errors(said, units(heard[0].transcript.text, language)) <= len(said) // 8
    assert heard[0].transcript.confidence > 0.5
    assert 800 <= heard[0].transcript.words[0].start_ms <= 1100


@pytest.mark.parametrize(
    ("text", "language"), [("yes", "en"), ("no", "en"), ("是", "zh"), ("对", "zh"), ("不是", "zh")]
)
def test_one_word_answers_are_not_missed(models, speaker, text, language):
    pcm = np.concatenate([silence(800), over_the_line(speaker, text, language), silence(1200)])
    events = asyncio.run(listen(models, language, pcm))
    heard = [event.transcript.text for event in events if isinstance(event, UtteranceHeard)]
    assert heard == [text]


@pytest.mark.parametrize("word", ["买", "卖"])
def test_words_that_differ_by_tone_alone_are_told_apart(models, speaker, word):
    recognizer = models["zh"].open(("买", "卖"))
    recognizer.accept(np.concatenate([silence(300), over_the_line(speaker, word, "zh")]))
    recognizer.accept(silence(300))
    assert recognizer.finish().text == word


def test_a_voice_is_understood_over_a_noisy_line(models, speaker):
    text, language = PHRASES[0]
    voice = np.concatenate([silence(3000), over_the_line(speaker, text, language), silence(1500)])
    hiss = np.random.default_rng(5).normal(0, 150, voice.size).astype(np.int16)
    events = asyncio.run(listen(models, language, mix(voice, telephone_band(hiss))))
    heard = [event for event in events if isinstance(event, UtteranceHeard)]
    assert len(heard) == 1
    assert word_errors(text, heard[0].transcript.text) <= 1


def test_a_soft_voice_is_accepted_too(models, speaker):
    text, language = PHRASES[0]
    voice = gain(over_the_line(speaker, text, language), -20)
    events = asyncio.run(
        listen(models, language, np.concatenate([silence(800), voice, silence(1200)]))
    )
    accepted = [event for event in events if isinstance(event, SpeechAccepted)]
    assert accepted
    assert accepted[0].at_ms - 800 <= 400


def test_noise_for_ever_is_no_utterance_for_the_real_model(models):
    vad.check()
    hiss = np.random.default_rng(6).normal(0, 600, 8000 * 30).astype(np.int16)
    events = asyncio.run(listen(models, "en", hiss))
    assert [event for event in events if isinstance(event, UtteranceHeard)] == []


@pytest.mark.parametrize(
    ("language", "outside"),
    [("en", "glaciers carve valleys through granite"), ("zh", "冰川侵蚀花岗岩形成峡谷")],
)
def test_talk_outside_the_domain_is_mostly_unknown(models, speaker, language, outside):
    (heard,) = transcribe(over_the_line(speaker, outside, language), models[language])
    assert heard.unknown_ms > heard.spoken_ms / 2


def test_a_recording_is_cut_at_silence_and_timed_from_its_start(models, speaker):
    voice = over_the_line(speaker, *PHRASES[0])
    pcm = np.concatenate([voice, silence(3000), voice, silence(500)])
    first, second = transcribe(pcm, models["zh"], start_ms=10_000)
    assert (first.text, second.text) == (PHRASES[0][0], PHRASES[0][0])
    apart = second.words[0].start_ms - first.words[0].start_ms
    assert apart == pytest.approx(voice.size // 8 + 3000, abs=60)
    assert 10_000 <= first.words[0].start_ms < 10_400


def test_a_file_of_two_channels_is_heard_in_order_of_time(models, speaker, tmp_path):
    voice = resample(over_the_line(speaker, *PHRASES[0]), 8000, 16000)
    wait = np.zeros(voice.size + 16000, np.int16)
    stereo = np.stack([np.concatenate([voice, wait]), np.concatenate([wait, voice])])
    write_wav(tmp_path / "call.wav", stereo, 16000)
    heard = listen_file(tmp_path / "call.wav", models, Request("zh"))
    assert heard["text"] == PHRASES[0][0] * 2
    assert [channel["text"] for channel in heard["channels"]] == [PHRASES[0][0]] * 2
    assert [word["channel"] for word in heard["words"]] == [0] * 6 + [1] * 6
    assert heard["real_time_factor"] < 1
    assert json.dumps(heard)


def test_a_model_of_sixteen_kilohertz_hears_the_line_resampled(models, speaker):
    import vosk

    text, language = PHRASES[0]
    kaldi = vosk.KaldiRecognizer(models[language]._model, 16000)
    recognizer = VoskRecognizer(kaldi, language, 16000)
    voice = np.concatenate([silence(300), over_the_line(speaker, text, language), silence(300)])
    for _ in range(2):
        for start in range(0, voice.size, 1600):
            recognizer.accept(voice[start : start + 1600])
        assert recognizer.finish().text == text


def test_a_grammar_hears_only_its_words_and_refuses_unknown_ones(models):
    with pytest.raises(GrammarUnknown, match="zyzzyva"):
        models["en"].open(("yes", "zyzzyva"))
    assert models["zh"].open(("我的快递", "是")) is not None


def test_two_threads_that_speak_at_once_both_get_their_sound(speaker):
    with ThreadPoolExecutor(2) as pool:
        speeches = list(
            pool.map(
                lambda n: (
                    speaker.speak("您好" * (n + 1), "zh")
                    if n % 2
                    else speaker.speak("hello " * (n + 1), "en")
                ),
                range(8),
            )
        )
    for earlier, later in zip(speeches, speeches[2:], strict=False):
        assert later.ms > earlier.ms > 300


def test_a_slower_rate_holds_for_its_sentence_alone(speaker):
    text = "your parcel will arrive tomorrow afternoon"
    normal, slow, again = (speaker.speak(text, "en", rate=rate).ms for rate in (1.0, 0.7, 1.0))
    assert slow > 1.25 * normal
    assert again == pytest.approx(normal, rel=0.05)


def test_a_hung_engine_is_killed_and_replaced(tmp_path):
    speaker = Pyttsx3Speaker(workers=1, deadline_seconds=4, scratch=tmp_path)
    speaker.speak("hello", "en")
    (hung,) = speaker.pids()
    os.kill(hung, signal.SIGSTOP)
    began = time.monotonic()
    assert speaker.speak("still here", "en").ms > 300
    assert time.monotonic() - began < 4
    assert speaker.pids() != (hung,)
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)
    speaker.close()


def test_a_killed_engine_is_replaced_at_once(tmp_path):
    speaker = Pyttsx3Speaker(workers=1, scratch=tmp_path)
    speaker.speak("hello", "en")
    os.kill(speaker.pids()[0], signal.SIGKILL)
    assert speaker.speak("still here", "en").ms > 300
    speaker.close()


def test_a_text_without_a_word_is_refused(speaker):
    with pytest.raises(SynthesisFailed, match="there is no word in it"):
        speaker.speak(" … ", "en")


def test_engines_end_with_the_process_that_started_them(tmp_path):
    program = (
        "import os, pathlib, sys; from tts.pyttsx3_speaker import Pyttsx3Speaker\n"
        "s = Pyttsx3Speaker(scratch=pathlib.Path(sys.argv[1])); s.speak('hello', 'en')\n"
        "print(s.pids()[0], flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=30,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    pid = int(done.stdout)
    for _ in range(100):
        if not _is_running(pid):
            return
        time.sleep(0.05)
    raise AssertionError(f"engine {pid} outlived its parent")


def _is_running(pid):
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_an_utterance_of_a_call_brings_its_readings_where_they_are_wanted(models, speaker):
    sound = np.concatenate([silence(800), over_the_line(speaker, *PHRASES[0]), silence(1200)])
    wanted = ListeningSettings(alternatives=3)
    (heard,) = [
        event
        for event in asyncio.run(listen(models, PHRASES[0][1], sound, wanted))
        if isinstance(event, UtteranceHeard)
    ]
    texts = [one.text for one in heard.transcript.alternatives]
    assert heard.transcript.text == texts[0] == PHRASES[0][0]
    assert 1 <= len(texts) == len(set(texts)) <= 3
    assert all(0 < word.confidence <= 1 for word in heard.transcript.words)
