import asyncio
import itertools

import pytest

from audio.frames import FRAME_BYTES
from tts.playout import Playout


class Line:
    """A provider's buffer: plays 20 ms a tick on the same clock, echoes marks, can be cleared."""

    def __init__(self, *, echoes: bool = True) -> None:
        self.echoes = echoes
        self.sent: list[tuple[float, bytes]] = []
        self.cleared_at: list[float] = []
        self.pending: list[str] = []
        self.playout = Playout(self)
        self._buffer: asyncio.Queue[bytes | str] = asyncio.Queue()
        self._player = asyncio.get_running_loop().create_task(self._play())

    async def media(self, ulaw: bytes) -> None:
        self.sent.append((asyncio.get_running_loop().time(), ulaw))
        self._buffer.put_nowait(ulaw)

    async def mark(self, name: str) -> None:
        self.pending.append(name)
        self._buffer.put_nowait(name)

    async def clear(self) -> None:
        self.cleared_at.append(asyncio.get_running_loop().time())
        while not self._buffer.empty():
            self._buffer.get_nowait()
        for name in list(self.pending):
            self._echo(name)

    def _echo(self, name: str) -> None:
        self.pending.remove(name)
        if self.echoes:
            self.playout.mark_reached(name)

    async def _play(self) -> None:
        while True:
            item = await self._buffer.get()
            if isinstance(item, bytes):
                await asyncio.sleep(0.0195)
            elif item in self.pending:
                self._echo(item)

    async def hang_up(self) -> None:
        self._player.cancel()
        await asyncio.gather(self._player, return_exceptions=True)


def on_a_line(story, **line_options):
    async def run():
        line = Line(**line_options)
        try:
            return await story(line)
        finally:
            await line.hang_up()

    return asyncio.run(run())


def speech(ms: int) -> bytes:
    return bytes(itertools.islice(itertools.cycle(range(256)), ms * 8))


def test_speech_arrives_whole_in_frames_and_counts_as_heard():
    async def story(line):
        return line, await line.playout.play(speech(610))

    line, played = on_a_line(story)
    assert (played.heard_ms, played.total_ms, played.interrupted) == (620, 620, False)
    assert all(len(frame) == FRAME_BYTES for _, frame in line.sent)
    assert b"".join(frame for _, frame in line.sent)[: 610 * 8] == speech(610)
    assert played.first_frame_at == pytest.approx(line.sent[0][0], abs=0.01)
    assert not line.playout.speaking


def test_frames_are_never_far_ahead_of_real_time():
    async def story(line):
        await line.playout.play(speech(800))
        return line.sent

    sent = on_a_line(story)
    first = sent[0][0]
    ahead = [index * 0.02 - (at - first) for index, (at, _) in enumerate(sent)]
    assert max(ahead) <= 0.085
    assert sum(at - first < 0.05 for at, _ in sent) >= 4  # the pre-roll goes at once


def test_stopping_sends_clear_at_once_and_no_frame_after_it():
    async def story(line):
        playing = asyncio.ensure_future(line.playout.play(speech(3000)))
        await asyncio.sleep(0.7)
        assert line.playout.speaking
        await line.playout.stop()
        assert not line.playout.speaking
        return line, await asyncio.wait_for(playing, 0.2)

    line, played = on_a_line(story)
    assert played.interrupted
    assert all(at <= line.cleared_at[0] for at, _ in line.sent)


def test_marks_echoed_by_clear_do_not_count_as_heard():
    async def story(line):
        playing = asyncio.ensure_future(line.playout.play(speech(3000)))
        await asyncio.sleep(0.55)
        await line.playout.stop()
        return await playing

    assert 200 <= on_a_line(story).heard_ms <= 600  # all 3 s were echoed by the clear


def test_echoes_of_an_earlier_speech_are_not_credited_to_the_next():
    async def story(line):
        first = asyncio.ensure_future(line.playout.play(speech(1000)))
        await asyncio.sleep(0.3)
        await line.playout.stop()
        await first
        second = asyncio.ensure_future(line.playout.play(speech(1000)))
        await asyncio.sleep(0.05)
        for name in ("1:1", "1:2", "1:5", "nonsense", ""):
            line.playout.mark_reached(name)
        await line.playout.stop()
        return await second

    assert on_a_line(story).heard_ms == 0


def test_a_line_that_never_echoes_ends_the_speech_after_its_limit(monkeypatch):
    monkeypatch.setattr("tts.playout._ECHO_SECONDS", 0.1)

    async def story(line):
        return await asyncio.wait_for(line.playout.play(speech(200)), 1)

    played = on_a_line(story, echoes=False)
    assert (played.heard_ms, played.interrupted) == (0, False)


def test_a_new_speech_replaces_the_one_that_plays():
    async def story(line):
        first = asyncio.ensure_future(line.playout.play(speech(2000)))
        await asyncio.sleep(0.2)
        second = await line.playout.play(speech(200))
        return await first, second, line

    first, second, line = on_a_line(story)
    assert first.interrupted
    assert (second.heard_ms, second.interrupted) == (200, False)
    assert len(line.cleared_at) == 1


def test_after_a_stalled_line_old_frames_are_not_sent_in_a_burst():
    async def story(line):
        slow = line.media

        async def media(ulaw: bytes) -> None:
            if len(line.sent) == 10:
                await asyncio.sleep(0.5)
            await slow(ulaw)

        line.media = media
        await line.playout.play(speech(600))
        return line

    line = on_a_line(story)
    assert line.playout.gaps >= 1
    after = [at for at, _ in line.sent[11:]]
    assert sum(at - after[0] < 0.05 for at in after) <= 6


def test_nothing_to_say_and_nothing_to_stop_are_harmless():
    async def story(line):
        await line.playout.stop()
        return await line.playout.play(b""), line

    played, line = on_a_line(story)
    assert (played.total_ms, played.first_frame_at) == (0, None)
    assert line.cleared_at == []
