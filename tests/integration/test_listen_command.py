"""`hotline listen` on what people bring: any rate and channels, wishes, and broken files."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from click.testing import CliRunner, Result

from audio.resample import resample
from audio.wav import read_wav
from ops.cli import main

ASKED = {"en": "please find my parcel", "zh": "我的快递到哪了"}


def listen(*arguments: str | Path, lines: str | None = None) -> Result:
    return CliRunner().invoke(main, ["listen", *map(str, arguments)], input=lines)


def answers(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same question in both languages, as a caller would hear it."""
    folder = tmp_path_factory.mktemp("said")
    for language, text in ASKED.items():
        out = str(folder / f"{language}.wav")
        ran = CliRunner().invoke(main, ["say", text, "--lang", language, "--out", out])
        assert ran.exit_code == 0, ran.output
    return {language: folder / f"{language}.wav" for language in ASKED}


@pytest.fixture(scope="module")
def voice(said: dict[str, Path]) -> np.ndarray:
    """The English question at 8 kHz."""
    return read_wav(said["en"])[0][0]


def test_the_language_is_told_from_the_sound(said: dict[str, Path]) -> None:
    heard = answers(listen(said["en"], said["zh"], "--json"))

    assert [(one["language"], one["text"]) for one in heard] == list(ASKED.items())
    assert all(one["language_probability"] > 0.9 for one in heard)


def test_a_word_has_a_time_and_a_confidence_within_its_file(said: dict[str, Path]) -> None:
    (heard,) = answers(listen(said["en"], "--lang", "en", "--json"))

    assert [word["text"] for word in heard["words"]] == ASKED["en"].split()
    assert all(0 <= w["start_ms"] < w["end_ms"] <= 1000 * heard["seconds"] for w in heard["words"])
    assert all(0 < word["confidence"] <= 1 for word in heard["words"])
    assert 0 < heard["real_time_factor"] < 1
    assert "parcel" in listen(said["en"], "--words").output.splitlines()[-2]


@pytest.mark.parametrize(
    ("name", "rate", "channels", "subtype"),
    [
        ("wide.wav", 44100, 1, "PCM_24"),
        ("float.wav", 16000, 2, "FLOAT"),
        ("double.wav", 48000, 1, "DOUBLE"),
        ("law.wav", 8000, 1, "ULAW"),
        ("eight.wav", 8000, 8, "PCM_16"),
        ("eight_bits.wav", 11025, 1, "PCM_U8"),
        ("plain.flac", 22050, 2, "PCM_16"),
        ("small.mp3", 32000, 2, "MPEG_LAYER_III"),
        ("small.ogg", 16000, 1, "VORBIS"),
    ],
)
def test_any_common_kind_of_file_is_heard(
    tmp_path: Path, voice: np.ndarray, name: str, rate: int, channels: int, subtype: str
) -> None:
    sound = resample(voice, 8000, rate)
    columns = np.zeros((sound.size, channels), np.int16)
    columns[:, -1] = sound
    soundfile.write(tmp_path / name, columns / 32768, rate, subtype)

    (heard,) = answers(listen(tmp_path / name, "--lang", "en", "--json"))

    assert heard["text"] == ASKED["en"]
    assert [channel["text"] for channel in heard["channels"]] == [
        *[""] * (channels - 1),
        ASKED["en"],
    ]


def test_one_channel_can_be_asked_for(tmp_path: Path, voice: np.ndarray) -> None:
    soundfile.write(tmp_path / "two.wav", np.stack([voice, 0 * voice], axis=1), 8000)

    first, second = (
        answers(listen(tmp_path / "two.wav", "--lang", "en", "--channel", n, "--json"))[0]
        for n in ("0", "1")
    )
    third = listen(tmp_path / "two.wav", "--channel", "2")

    assert (first["text"], second["text"]) == (ASKED["en"], "")
    assert {word["channel"] for word in first["words"]} == {0}
    assert third.exit_code == 1 and "has no channel 2; give 0 to 1" in third.output


def test_readings_are_told_apart_by_their_probability(said: dict[str, Path]) -> None:
    (heard,) = answers(listen(said["en"], "--nbest", "4", "--json"))

    (utterance,) = heard["utterances"]
    shares = [one["probability"] for one in utterance["alternatives"]]
    assert utterance["alternatives"][0]["text"] == heard["text"]
    assert 1 <= len(shares) <= 4 and sorted(shares, reverse=True) == shares and sum(shares) <= 1.001
    assert "alternatives" not in answers(listen(said["en"], "--json"))[0]["utterances"][0]


def test_a_grammar_hears_only_its_phrases(said: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "more.txt").write_text("refund\n\nplease\n")

    typed = listen(said["en"], "--lang", "en", "--grammar", "Parcel, order")
    filed = listen(said["en"], "--lang", "en", "--grammar-file", tmp_path / "more.txt")

    assert (typed.stdout.strip(), filed.stdout.strip()) == ("parcel", "please")


def test_words_that_the_model_lacks_are_named(said: dict[str, Path]) -> None:
    refused = listen(said["en"], "--lang", "en", "--grammar", "parcel, my zyzzyva, quokka")

    assert refused.exit_code == 1
    assert "lacks 'zyzzyva', 'quokka' of the phrases ['my zyzzyva', 'quokka']" in refused.output


def test_a_model_with_a_fixed_graph_says_that_it_takes_no_grammar(
    said: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("asr.vosk_recognizer.takes_grammar", lambda folder: False)
    refused = listen(said["en"], "--lang", "en", "--grammar", "parcel")

    assert refused.exit_code == 1 and "has a fixed graph (HCLG.fst)" in refused.output
    assert listen(said["en"], "--lang", "en").exit_code == 0


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--grammar", "parcel"), "a grammar is of one language"),
        (("--lang", "en", "--grammar", " , "), "the grammar holds no word"),
        (("--nbest", "500"), "500 is not in the range"),
        (("--lang", "fr"), "'fr' is not one of"),
    ],
)
def test_a_wish_that_cannot_be_met_says_why(
    said: dict[str, Path], options: tuple[str, ...], why: str
) -> None:
    refused = listen(said["en"], *options)

    assert refused.exit_code != 0 and why in refused.output


def test_nothing_to_hear_is_a_question_back() -> None:
    assert listen().exit_code == 2


BROKEN = {
    "absent.wav": "no such file",
    "empty.wav": "it is empty",
    "notes.wav": "not WAV, FLAC, MP3 or Ogg",
    "header.wav": "holds no samples",
    "cut.wav": "is cut off",
    "cut.flac": "is cut off|not WAV, FLAC",
    "nan.wav": "no numbers, the first at 0.500 s",
    ".": "no such file",
}


@pytest.fixture
def broken(tmp_path: Path, voice: np.ndarray) -> Path:
    """A folder of files that cannot be heard."""
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "notes.wav").write_text("dear diary, today I recorded nothing")
    soundfile.write(tmp_path / "header.wav", voice[:0], 8000)
    for kind in ("wav", "flac"):
        soundfile.write(tmp_path / f"whole.{kind}", voice, 8000)
        whole = (tmp_path / f"whole.{kind}").read_bytes()
        (tmp_path / f"cut.{kind}").write_bytes(whole[: len(whole) // 2])
    floating = voice / 32768
    floating[4000] = np.nan
    soundfile.write(tmp_path / "nan.wav", floating, 8000, "FLOAT")
    return tmp_path


def test_a_broken_file_is_told_and_the_others_go_on(broken: Path, said: dict[str, Path]) -> None:
    files = [*(broken / name for name in BROKEN), said["en"]]

    ran = listen(*files, "--lang", "en")
    *failed, heard = answers(listen(*files, "--lang", "en", "--json"))

    assert ran.exit_code == 1
    assert ran.stdout.strip() == f"{said['en']}: {ASKED['en']}"
    assert heard["text"] == ASKED["en"]
    for told, why in zip(failed, BROKEN.values(), strict=True):
        assert any(part in told["error"] for part in why.split("|")), told
        assert told["error"] in ran.stderr


def test_a_word_without_silence_around_it_is_heard(tmp_path: Path, voice: np.ndarray) -> None:
    loud = np.flatnonzero(np.abs(voice) > 300)
    soundfile.write(tmp_path / "tight.wav", voice[loud[0] : loud[-1]], 8000)

    assert "parcel" in listen(tmp_path / "tight.wav", "--lang", "en").stdout


def test_a_tenth_of_a_second_is_no_words_and_no_error(tmp_path: Path, voice: np.ndarray) -> None:
    soundfile.write(tmp_path / "blip.wav", voice[:800], 8000)

    ran = listen(tmp_path / "blip.wav")

    assert ran.exit_code == 0 and ran.stdout.strip() == ""
    assert "no words heard in 0.1 s" in ran.stderr


def test_a_line_may_bring_its_own_wishes(said: dict[str, Path]) -> None:
    lines = [
        {"id": 1, "path": str(said["zh"])},
        {"id": 2, "path": str(said["en"]), "lang": "en", "grammar": ["parcel"], "nbest": 2},
        {"id": 3, "path": str(said["en"]), "channel": 7},
        {"id": 4, "path": str(said["en"]), "lang": "en", "grammar": ["zyzzyva"]},
        {"id": 5, "path": str(said["en"]), "lang": "en", "nbest": "many"},
    ]

    told, grammar, channel, unknown, many = answers(
        listen("--jsonl", lines="".join(json.dumps(line) + "\n" for line in lines))
    )

    assert (told["id"], told["text"]) == (1, ASKED["zh"])
    assert (grammar["text"], grammar["utterances"][0]["alternatives"][0]["text"]) == ("parcel",) * 2
    assert "channel 7" in channel["error"] and "zyzzyva" in unknown["error"]
    assert "many" in many["error"]
