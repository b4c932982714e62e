"""The command line as a person and as a program meet it, with real models and voices."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from audio.wav import read_wav, wav_bytes
from ops.cli import main


def leaves(group: click.Group, above: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that does something, by what is typed after `hotline`."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from leaves(command, f"{above}{name} ")
        else:
            yield above + name, command


COMMANDS = dict(leaves(main))
ACTS = {
    *("serve", "worker", "demo"),
    *(f"models {deed}" for deed in ("fetch", "use", "remove", "build", "train")),
    *(f"users {deed}" for deed in ("add", "password", "log-out", "remove")),
    *(f"agents {deed}" for deed in ("add", "remove")),
}
"""Commands that do something and have no answer that a program would read."""


def hotline(*arguments: str, lines: list[Any] | None = None, **environ: str) -> Result:
    text = None
    if lines is not None:
        text = "".join((x if isinstance(x, str) else json.dumps(x)) + "\n" for x in lines)
    return CliRunner().invoke(main, arguments, input=text, env=environ)


def answers(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def spoken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence as a caller would hear it."""
    file = tmp_path_factory.mktemp("say") / "parcel.wav"
    said = hotline("say", "where is my parcel", "--lang", "en", "--out", str(file), "--json")
    assert json.loads(said.stdout) == {"file": str(file), "seconds": pytest.approx(1.5, abs=1.2)}
    return file


def test_the_commands_are_those_of_the_readme() -> None:
    promised = "serve worker demo simulate listen say understand emotion qa doctor users agents"

    assert set(promised.split()) <= set(main.commands)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_has_an_example(command: str) -> None:
    shown = hotline(*command.split(), "--help")

    assert shown.exit_code == 0
    assert f"Example: hotline {command}" in " ".join(shown.output.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_answers_answers_programs_too(command: str) -> None:
    options = {name for option in COMMANDS[command].params for name in option.opts}

    assert ("--json" in options) == (command not in ACTS)
    assert ("--jsonl" in options) == (command in {"understand", "listen", "emotion"})


def test_what_is_said_is_a_telephones_sound(spoken: Path) -> None:
    pcm, rate = read_wav(spoken)

    assert rate == 8000 and np.abs(pcm.astype(int)).max() > 1000


def test_understanding_prints_people_lines_and_programs_json() -> None:
    text = "我的快递到哪了"

    (found,) = answers(hotline("understand", text, "--json"))

    assert found["intents"][0]["name"] in hotline("understand", text).output
    assert found["intents"][0]["confidence"] > 0.5


def test_lines_are_understood_in_order_and_a_bad_one_only_spoils_itself() -> None:
    lines = [
        {"id": 1, "text": "我的快递到哪了", "lang": "zh", "now": "2026-11-22T09:00:00+00:00"},
        "no json",
        '["a list"]',
        {"id": 2},
        {"id": 3, "text": "i want a refund", "now": "yesterday"},
        "",
        {"id": "last", "text": "i want to talk to a person"},
    ]

    first, broken, a_list, textless, timeless, last = answers(
        hotline("understand", "--jsonl", lines=lines)
    )

    assert first["id"] == 1 and first["intents"]
    assert (broken["id"], broken["error"]) == (None, "line 2 is no JSON object")
    assert a_list["error"] == "line 3 is no JSON object"
    assert textless["id"] == 2 and "text" in textless["error"]
    assert timeless["id"] == 3 and "yesterday" in timeless["error"]
    assert last["id"] == "last" and last["intents"]


@pytest.mark.parametrize(
    "line",
    [
        {"text": "hello", "lang": "fr"},
        {"text": "hello", "now": 5},
        {"text": None},
        {"text": ["hello"]},
        {"text": ""},
        {"text": "\x00\ud800 " + "很" * 20_000},
    ],
    ids=lambda line: json.dumps(line)[:30],
)
def test_no_line_ends_the_command(line: dict[str, Any]) -> None:
    lines = [{"id": 1, **line}, {"id": 2, "text": "where is my order"}]

    odd, usual = answers(hotline("understand", "--jsonl", lines=lines))

    assert odd["id"] == 1 and usual["id"] == 2 and usual["intents"]


@pytest.mark.parametrize(
    "line", [b"\xff\xfe no utf-8", b"[" * 100_000, b'{"id": 1', b"5"], ids=lambda line: line[:8]
)
def test_a_line_that_is_no_json_object_is_named(line: bytes) -> None:
    usual = b'{"id": 2, "text": "where is my order"}'
    ran = CliRunner().invoke(main, ["understand", "--jsonl"], input=line + b"\n" + usual + b"\n")

    odd, answered = answers(ran)

    assert odd == {"id": None, "error": "line 1 is no JSON object"}
    assert answered["id"] == 2 and answered["intents"]


def test_an_id_comes_back_as_it_was() -> None:
    ids: list[Any] = ["\ud800", "号", None, 1.5, {"a": [1]}, ""]
    lines = [{"id": given, "text": "where is my order"} for given in ids]

    assert [line["id"] for line in answers(hotline("understand", "--jsonl", lines=lines))] == ids


def test_nothing_to_understand_is_a_question_back() -> None:
    asked = hotline("understand")

    assert asked.exit_code == 2 and "give a text" in asked.output


def test_a_file_is_heard(spoken: Path) -> None:
    (heard,) = answers(hotline("listen", str(spoken), "--lang", "en", "--json"))

    assert "parcel" in heard["text"]
    assert hotline("listen", str(spoken), "--lang", "en").output.strip() == heard["text"]


def test_files_are_heard_line_by_line_and_a_bad_one_only_spoils_itself(
    spoken: Path, tmp_path: Path
) -> None:
    noise = tmp_path / "noise.wav"
    noise.write_bytes(b"RIFF this is no sound")
    lines = [
        {"id": "a", "path": str(tmp_path / "absent.wav"), "lang": "en"},
        {"id": "b", "path": str(noise), "lang": "en"},
        {"id": "c", "lang": "en"},
        {"id": "d", "path": str(spoken), "lang": "fr"},
        {"id": "e", "path": 7},
        {"id": "f", "path": str(spoken), "lang": "en"},
    ]

    results = answers(hotline("listen", "--jsonl", lines=lines))

    assert [result["id"] for result in results] == list("abcdef")
    assert all(result["error"] for result in results[:5])
    assert "parcel" in results[5]["text"]


def test_a_mood_is_told_from_sound_and_from_words(spoken: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silence.wav"
    silent.write_bytes(wav_bytes(np.zeros((1, 8000), np.int16), 8000))
    lines = [
        {"id": 1, "text": "气死我了，你们是骗子，我要投诉！", "lang": "zh"},
        {"id": 2, "path": str(tmp_path / "absent.wav")},
        {"id": 3, "path": str(spoken), "lang": "en"},
        {"id": 4, "path": str(silent), "lang": "en"},
        {"id": 5},
        {"id": 6, "text": "hello", "lang": "fr"},
        {"id": 7, "text": 5},
        {"id": 8, "text": "hello", "lang": ["en"]},
    ]

    words, absent, sound, silence, empty, foreign, *wrong = answers(
        hotline("emotion", "--jsonl", lines=lines)
    )

    assert words["lexical"]["level"] >= 2
    assert "absent.wav" in absent["error"] and empty["error"]
    assert sound["id"] == 3 and "fused" in sound and "error" not in sound
    assert silence["id"] == 4 and "error" not in silence
    assert foreign["id"] == 6 and foreign["error"]
    assert [line["id"] for line in wrong] == [7, 8] and all(line["error"] for line in wrong)


def test_a_mood_of_a_file_is_told_to_people(spoken: Path) -> None:
    told = hotline("emotion", str(spoken), "--lang", "en")

    assert told.exit_code == 0 and told.output.strip()


def test_a_story_needs_a_box() -> None:
    refused = hotline("simulate", "first_calls", "--box", "http://127.0.0.1:1")

    assert refused.exit_code == 1 and "is the box running" in refused.output


def test_wrong_settings_are_one_clear_list() -> None:
    unset = {"HOTLINE_SECRET_KEY": "", "TWILIO_ACCOUNT_SID": "", "HOTLINE_STOP_MS": "x"}
    for command in ("serve", "worker", "qa CA1"):
        refused = hotline(*command.split(), **unset)

        assert refused.exit_code == 1
        assert "1. " in refused.output and "HOTLINE_STOP_MS='x'" in refused.output
        assert "Traceback" not in refused.output


def test_a_doctor_called_to_an_empty_house_lists_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HOTLINE_SECRET_KEY", "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    examined = hotline("doctor", "--json")

    findings = {finding["part"]: finding for finding in json.loads(examined.stdout)}
    assert examined.exit_code == 1
    assert findings["settings"]["ok"] is False
    assert "HOTLINE_SECRET_KEY is not set" in findings["settings"]["detail"]
    for part in ("python", "voice activity", "speech models", "voices", "understanding"):
        assert findings[part]["ok"], findings[part]
