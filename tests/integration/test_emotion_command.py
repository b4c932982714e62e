"""`hotline emotion` on what nobody can judge: never judged, never an exception, the reason told."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from audio.wav import wav_bytes
from ops.cli import main
from tests.fakes.bad_sounds import BAD, voice

TEXTS = {"of another language": "我要投诉", "without words": "?! …", "empty text": ""}


def not_numbers() -> bytes:
    """A WAV file of floating point whose every sample is NaN."""
    sound = np.full(8000, np.nan, np.float32).tobytes()
    layout = struct.pack("<IHHIIHH", 16, 3, 1, 8000, 32_000, 4, 32)
    head = b"RIFF" + struct.pack("<I", 36 + len(sound)) + b"WAVEfmt " + layout
    return head + b"data" + struct.pack("<I", len(sound)) + sound


SOUNDS = {
    "silence": wav_bytes(BAD["silence"][:16_000], 8000),
    "0.1 s": wav_bytes(BAD["0.1 s"], 8000),
    "clipped": wav_bytes(BAD["clipped"], 8000),
    "music": wav_bytes(BAD["music"], 8000),
    "two voices": wav_bytes(voice(2.0, 120.0) // 2 + voice(2.0, 205.0) // 2, 8000),
    "wrong rate": wav_bytes(voice(1.5, rate=16_000), 8000),
}
UNREADABLE = {
    "no numbers": (not_numbers(), "no numbers"),
    "nothing": (b"", "it is empty"),
    "text": (b"hello", "not WAV"),
    "no samples": (wav_bytes(np.zeros(0, np.int16), 8000), "no samples"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The answers to all of it, by name."""
    folder, lines = tmp_path_factory.mktemp("bad"), []
    sounds = SOUNDS | {name: sound for name, (sound, _) in UNREADABLE.items()}
    for name, sound in sounds.items():
        (folder / f"{name}.wav").write_bytes(sound)
        lines.append({"id": name, "path": str(folder / f"{name}.wav"), "lang": "en"})
    lines += [{"id": name, "text": text, "lang": "en"} for name, text in TEXTS.items()]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    result = CliRunner().invoke(main, ["emotion", "--jsonl"], input=text)
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    return {answer["id"]: answer for answer in answers}


@pytest.mark.parametrize("name", SOUNDS)
def test_bad_sound_is_not_judged_and_why_is_told(told: dict[str, Any], name: str) -> None:
    answer = told[name]

    assert answer["fused"] is None and all(answer["abstained"])


@pytest.mark.parametrize("name", TEXTS)
def test_text_without_a_word_of_the_language_says_nothing(told: dict[str, Any], name: str) -> None:
    why = ["nothing was said in this language"]

    assert told[name] == {"id": name, "lexical": None, "abstained": why}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_holds_no_sound_is_an_error_of_its_line(
    told: dict[str, Any], name: str
) -> None:
    assert UNREADABLE[name][1] in told[name]["error"]


def test_a_person_is_told_why_too(tmp_path: Path) -> None:
    (tmp_path / "music.wav").write_bytes(SOUNDS["music"])
    told = CliRunner().invoke(main, ["emotion", str(tmp_path / "music.wav"), "--lang", "en"])

    assert told.output.startswith("not judged: ") and "one person" in told.output
