import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml

from asr.training.espeak import Espeak, Manner
from asr.training.espeak_spans import joined, spans_of
from asr.training.flite import TRAINING_VOICES, UNHEARD_VOICE, Flite, installed_voices
from asr.training.speech import SILENCE_NAME, Span
from asr.training.speech_text import draw_text, speech_texts
from asr.training.texts import load_text
from asr.training.voices import ACCENTS, UNHEARD_ACCENTS, UNHEARD_VARIANTS, VARIANTS, draw_manner
from ops.model_text import own_sentences

ROOT = Path(__file__).parents[3]
ESPEAK = Espeak()


def spoken(text, manner, language):
    said = ESPEAK.speak(text, manner)
    return said.samples.astype(float), spans_of(said, ESPEAK.rate, manner.voice, language)


def piece(samples, span, rate):
    return samples[int(span.start * rate) : int(span.end * rate)]


def loudness(samples):
    return float(np.sqrt(np.mean(samples**2)))


def brightness(samples):
    """How often the sign changes: high in a hiss, low in a vowel."""
    return float(np.mean(np.diff(np.sign(samples)) != 0))


@pytest.mark.parametrize(
    "text, manner, language, phones",
    [
        ("see, the fridge", Manner("en-us+m3", rate=140), "en", "s iy SIL dh ax f r ih jh SIL"),
        ("car", Manner("en"), "en", "k aa SIL"),
        ("car", Manner("en-us"), "en", "k aa r SIL"),
        ("包裹", Manner("cmn+f2"), "zh", "p Au1 k uo3 SIL"),
        ("裙子", Manner("cmn"), "zh", "tS;h y@2 n ts i[5 SIL"),
    ],
)
def test_sounds_follow_one_another_without_gaps(text, manner, language, phones):
    samples, spans = spoken(text, manner, language)
    assert [span.phone for span in spans] == phones.split()
    assert spans[0].start == 0 and spans[-1].end == pytest.approx(samples.size / ESPEAK.rate)
    assert all(a.end == b.start and a.end > a.start for a, b in pairwise(spans))


@pytest.mark.parametrize("voice", ["en-us", "en+f2", "en-gb-scotland+klatt2"])
def test_each_sound_is_heard_at_its_time(voice):
    samples, spans = spoken("see, she saw a mouse", Manner(voice, rate=130), "en")
    quiet = [loudness(piece(samples, s, ESPEAK.rate)) for s in spans if s.phone == SILENCE_NAME]
    assert max(quiet) < 0.04 * loudness(samples)
    hiss = [brightness(piece(samples, s, ESPEAK.rate)) for s in spans if s.phone in ("s", "sh")]
    vowels = [
        brightness(piece(samples, s, ESPEAK.rate)) for s in spans if s.phone in ("iy", "ao", "aw")
    ]
    assert len(hiss) == 4 and len(vowels) == 4
    assert min(hiss) > 1.5 * max(vowels)


def test_a_text_with_a_sound_that_we_do_not_know_has_no_times():
    assert spoken("嗯", Manner("cmn"), "zh")[1] == []


def test_the_manner_of_speaking_is_heard():
    slow = ESPEAK.speak("where is my order", Manner("en-us", rate=110)).samples.size
    fast = ESPEAK.speak("where is my order", Manner("en-us", rate=220)).samples.size
    halting = ESPEAK.speak("where is my order", Manner("en-us", rate=220, word_gap=12))
    assert slow > 1.6 * fast
    assert halting.samples.size > fast + 0.3 * ESPEAK.rate
    with pytest.raises(ValueError, match="nobody"):
        ESPEAK.speak("a", Manner("en-us+nobody"))


def test_silences_become_one_and_empty_ones_go():
    spans = [
        Span(SILENCE_NAME, 0, 0), Span("aa", 0, 1), Span(SILENCE_NAME, 1, 2),
        Span(SILENCE_NAME, 2, 3),
    ]  # fmt: skip
    assert joined(spans) == [Span("aa", 0, 1), Span(SILENCE_NAME, 1, 3)]


def test_voices_that_measure_a_model_never_speak_in_its_training():
    assert not set(VARIANTS) & set(UNHEARD_VARIANTS)
    assert not set(ACCENTS["en"]) & set(UNHEARD_ACCENTS)
    assert UNHEARD_VOICE not in TRAINING_VOICES
    dice = random.Random(1)
    for language in ("en", "zh"):
        drawn = {draw_manner(language, dice).voice for _ in range(300)}
        assert len(drawn) > 50
        for voice in drawn:
            accent, _, variant = voice.partition("+")
            assert accent in ACCENTS[language] and variant not in UNHEARD_VARIANTS


def test_every_voice_of_the_training_can_be_heard():
    for variant in VARIANTS:
        assert ESPEAK.speak("yes", Manner(f"en-us+{variant}")).samples.size > 1000, variant


def test_a_text_that_stands_twice_is_drawn_no_more_often():
    texts = speech_texts("en", ["where is my order", "", "hello", "where is my order"], ["a", "a"])
    assert texts.sentences == ("where is my order", "hello") and texts.words == ("a",)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_keeps_sentences_that_no_training_says(language):
    """It leaves out those that got into the texts; there must be enough of the others."""
    own = {one.text for one in [*own_sentences(language), *load_text(language).sentences]}
    taught = {"".join(text.split()) for text in own}
    report = yaml.safe_load((ROOT / "bench" / "asr_sentences.yaml").read_text("utf-8"))[language]
    heldout = yaml.safe_load(
        (ROOT / "tests" / "unit" / "dialogue" / f"heldout_{language}.yaml").read_text("utf-8")
    )
    for name, texts, least in (
        ("hotline", report["hotline"], 0.75),
        ("outside", report["outside"], 1.0),
        ("dialogue", [text for some in heldout.values() for text in some], 0.9),
    ):
        unseen = [text for text in texts if "".join(text.split()) not in taught]
        assert len(unseen) >= least * len(texts), (name, set(texts) - set(unseen))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_drawn_texts_are_sentences_digits_known_words_and_others(language):
    sentence, word = {"en": ("where is my order", "fridge"), "zh": ("我要退货", "冰箱")}[language]
    texts = speech_texts(language, [sentence], [word])
    dice = random.Random(5)
    drawn = [draw_text(texts, dice) for _ in range(400)]
    assert drawn == [draw_text(texts, again) for again in [random.Random(5)] for _ in range(400)]
    assert 100 < drawn.count(sentence) < 190
    digits = {
        "en": "zero oh one two three four five six seven eight nine double triple",
        "zh": "零 一 二 三 四 五 六 七 八 九 幺",
    }[language].split(" ")
    parts = [text.replace(",", "").split() if language == "en" else text for text in drawn]
    numbers = [some for some in parts if set(some) <= {*digits, ","}]
    assert 35 < len(numbers) < 100
    assert max(len([p for p in some if p != ","]) for some in numbers) >= 12
    other = [t for t in drawn if not set(t) <= set(f"{sentence}{word}, ") and t not in numbers]
    assert len(other) > 60


def test_flite_knows_when_its_sounds_are_heard():
    if not installed_voices(["kal"]):
        pytest.skip("flite is not installed (libflite1)")
    said = Flite().speak("see the mouse", "kal")
    phones = [span.phone for span in said.spans]
    assert phones == ["SIL", "s", "iy", "dh", "ax", "m", "aw", "s", "SIL"]
    assert all(a.end == b.start for a, b in pairwise(said.spans))
    assert said.spans[-1].end == pytest.approx(said.samples.size / said.rate)
    samples = said.samples.astype(float)
    bright = {s.phone: brightness(piece(samples, s, said.rate)) for s in said.spans}
    assert bright["s"] > 2 * bright["iy"]
    slow = Flite().speak("see the mouse", "kal", stretch=1.3)
    assert slow.samples.size > 1.2 * said.samples.size


def test_flites_training_voices_tell_cup_from_cop():
    voices = installed_voices(TRAINING_VOICES)
    if not voices:
        pytest.skip("flite is not installed (libflite1)")
    for voice in voices:
        cup, cop = ([s.phone for s in Flite().speak(w, voice).spans] for w in ("cup", "cop"))
        assert cup == ["SIL", "k", "ah", "p", "SIL"] and cop == ["SIL", "k", "aa", "p", "SIL"]


def test_a_voice_of_flite_that_is_not_there_is_not_named():
    assert installed_voices(["nobody"]) == ()


def test_each_of_two_speakers_in_a_process_hears_itself_also_when_one_has_gone():
    first, second = Espeak(), Espeak()
    long, short = "good morning to all of you", "no"
    spoken = second.speak(short, Manner("en-us")), first.speak(long, Manner("en-us"))
    del second
    again = first.speak(long, Manner("en-us"))
    assert len(spoken[0].sounds) < len(spoken[1].sounds) == len(again.sounds)
