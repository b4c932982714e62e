import os

import pytest

from tts.cache import CachedSpeaker
from tts.errors import SynthesisFailed, VoiceMissing
from tts.speaker import Speech


class CountingSpeaker:
    engine_version = "test-1"

    def __init__(self, *, broken: bool = False) -> None:
        self.spoken: list[str] = []
        self.broken = broken

    def speak(self, text: str, language: str, *, rate: float = 1.0) -> Speech:
        if self.broken:
            raise SynthesisFailed(len(text), "no engine")
        self.spoken.append(text)
        return Speech(ulaw=text.encode() * 8, text=text, language=language)


def test_the_same_sentence_is_synthesised_once(tmp_path):
    engine = CountingSpeaker()
    first = CachedSpeaker(engine, tmp_path).speak("Hello", "en")
    assert CachedSpeaker(engine, tmp_path).speak("Hello", "en") == first
    assert engine.spoken == ["Hello"]


def test_rate_language_and_engine_version_are_sounds_of_their_own(tmp_path):
    engine = CountingSpeaker()
    speaker = CachedSpeaker(engine, tmp_path)
    speaker.speak("ok", "en")
    speaker.speak("ok", "en", rate=0.8)
    speaker.speak("ok", "zh")
    engine.engine_version = "test-2"
    CachedSpeaker(engine, tmp_path).speak("ok", "en")
    assert len(engine.spoken) == 4


def test_a_folder_that_cannot_be_written_costs_only_the_cache(tmp_path):
    (tmp_path / "file").write_text("in the way")
    speaker = CachedSpeaker(CountingSpeaker(), tmp_path / "file" / "cache")
    assert speaker.speak("Hello", "en").text == "Hello"


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    engine = CountingSpeaker()
    speaker = CachedSpeaker(engine, tmp_path)
    assert speaker.speak("Hello", "en").ms == 5
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_failed_synthesis_is_not_kept(tmp_path):
    engine = CountingSpeaker(broken=True)
    speaker = CachedSpeaker(engine, tmp_path)
    with pytest.raises(SynthesisFailed, match="a text of 5 characters: no engine"):
        speaker.speak("Hello", "en")
    engine.broken = False
    assert speaker.speak("Hello", "en").ulaw


def test_an_unknown_language_is_refused_by_name(tmp_path):
    with pytest.raises(VoiceMissing, match="no voice for 'fr'; there are zh, en"):
        CachedSpeaker(CountingSpeaker(), tmp_path).speak("Bonjour", "fr")
