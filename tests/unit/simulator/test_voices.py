import asyncio
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audio import mulaw
from audio.pcm import level_dbfs
from simulator import voice_child, voices
from simulator.voices import Temper, Voice, VoiceFailed, Voices, shape

TONE = (9000 * np.sin(np.arange(22050) / 12)).astype(np.int16)


class Whistle:
    """A synthesizer that needs no library."""

    rate = 22050

    def speak(self, request: dict[str, Any]) -> bytes:
        if request["voice"] == "nobody":
            raise ValueError("no such voice")
        return b"\1\0" * len(request["text"])


def test_the_child_answers_every_line_and_survives_bad_ones() -> None:
    lines = ['{"voice": "cmn", "text": "abc"}', "{", '{"text": "a"}', '{"voice": "nobody"}']
    answers = io.StringIO()
    voice_child.serve(Whistle(), io.StringIO("\n".join(lines)), answers)
    told = [json.loads(line) for line in answers.getvalue().splitlines()]
    assert [("pcm" in answer, "problem" in answer) for answer in told] == [
        (True, False), (False, True), (False, True), (False, True),
    ]  # fmt: skip


def test_anger_is_nine_decibels_louder_than_calm() -> None:
    calm = level_dbfs(mulaw.decode(shape(TONE, 22050, Temper.CALM)))
    angry = level_dbfs(mulaw.decode(shape(TONE, 22050, Temper.ANGRY)))
    assert angry - calm == pytest.approx(9, abs=1)


def test_silence_round_a_sentence_is_cut_off() -> None:
    around = np.concatenate([np.zeros(11025, np.int16), TONE, np.zeros(11025, np.int16)])
    assert len(shape(around, 22050, Temper.CALM)) == pytest.approx(8000, abs=300)


@pytest.mark.parametrize("samples", [np.zeros(0, np.int16), np.zeros(4000, np.int16)])
def test_no_sound_stays_no_sound(samples: Any) -> None:
    assert shape(samples, 22050, Temper.CALM) == b""


def test_a_sentence_is_spoken_once_and_then_kept(tmp_path: Path) -> None:
    async def work() -> None:
        speaker = Voices(tmp_path)
        first = await speaker.speak("hello", Voice("en", "f2"))
        await speaker.close()
        assert await speaker.speak("hello", Voice("en", "f2")) == first
        assert speaker._child is None  # the second came from the scratch folder
        assert 2000 < len(first) < 12000

    asyncio.run(work())


def test_a_killed_voice_process_is_replaced(tmp_path: Path) -> None:
    async def work() -> None:
        speaker = Voices(tmp_path)
        await speaker.speak("one", Voice("en"))
        assert speaker._child is not None
        speaker._child.kill()
        assert await speaker.speak("two", Voice("en"))
        await speaker.close()

    asyncio.run(work())


def test_a_hanging_voice_process_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def sleeper() -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec("sleep", "60", stdin=pipe, stdout=pipe)

    monkeypatch.setattr(voices, "_start_child", sleeper)
    monkeypatch.setattr(voices, "_DEADLINE_SECONDS", 0.05)

    async def work() -> None:
        with pytest.raises(VoiceFailed, match="twice"):
            await Voices(tmp_path).speak("hello", Voice("en"))

    asyncio.run(work())


def test_an_unknown_variant_is_told_by_name(tmp_path: Path) -> None:
    async def work() -> None:
        speaker = Voices(tmp_path)
        with pytest.raises(VoiceFailed, match="nobody"):
            await speaker.speak("hello", Voice("en", "nobody"))
        await speaker.close()

    asyncio.run(work())


def test_a_listener_who_leaves_does_not_mix_up_the_next_sentence(tmp_path: Path) -> None:
    async def work() -> None:
        speaker = Voices(tmp_path / "one")
        leaving = asyncio.create_task(speaker.speak("a very long sentence of no use", Voice("en")))
        await asyncio.sleep(0)
        leaving.cancel()
        short = await speaker.speak("no", Voice("en"))
        assert len(short) < 5000
        await speaker.close()

    asyncio.run(work())


def test_dots_are_said_as_silence(tmp_path: Path) -> None:
    assert asyncio.run(Voices(tmp_path).speak("...", Voice("en"))) == mulaw.SILENCE
