import asyncio

import pytest

from audio.mulaw import SILENCE
from simulator.clock import Clock
from simulator.journal import Journal
from simulator.leg import Leg


class Quiet:
    def __init__(self):
        self.heard, self.reasons = [], []

    def connected(self, line):
        self.line = line

    def speak(self):
        return SILENCE

    def hear(self, frame):
        self.heard.append(frame)

    def ended(self, reason):
        self.reasons.append(reason)


def leg(party, clock=None):
    clock = clock or Clock()
    facts = {"from_": "+1", "to": "+2", "direction": "inbound"}
    return Leg(**facts, party=party, clock=clock, journal=Journal(clock))


def test_a_line_dies_once_whatever_comes_after():
    async def body():
        mei = Quiet()
        line = leg(mei)
        line.answer()
        mei.line.hang_up()
        mei.line.hang_up()
        line.end("failed")
        assert (mei.reasons, line.status) == (["hung-up"], "completed")

    asyncio.run(body())


def test_a_late_clock_catches_up_by_five_frames_and_counts_the_rest():
    class Tap:
        def __init__(self):
            self.frames = self.lost = 0

        def frame(self, said, heard):
            self.frames += 1

        def skipped(self, frames):
            self.lost += frames

    async def body():
        import time

        mei, tap = Quiet(), Tap()
        line = leg(mei)
        line.taps.append(tap)
        line.answer()
        await asyncio.sleep(0.1)
        before = tap.frames
        time.sleep(0.5)  # the machine hangs
        await asyncio.sleep(0.01)
        assert tap.frames - before <= 7
        assert 17 <= tap.lost <= 25
        assert line.late_frames >= 1
        assert line.skipped_frames == tap.lost
        await asyncio.sleep(0.2)
        assert abs(tap.frames + tap.lost - 40) <= 3
        line.hang_up()

    asyncio.run(body())


def test_a_key_goes_to_those_who_listen_and_only_while_the_line_lives():
    async def body():
        keys = []
        line = leg(Quiet())
        line.press("1")
        line.answer()
        line.press("2")
        with line.keys_to(keys.append):
            line.press("3")
        with pytest.raises(ValueError, match="no key 'x' on a telephone"):
            line.press("x")
        line.hang_up()
        assert keys == ["3"]

    asyncio.run(body())


def test_who_was_plugged_in_last_is_heard_and_leaves_in_any_order():
    class Voice:
        def __init__(self, byte):
            self.frame = byte * 160

        def next_frame(self):
            return self.frame

    async def body():
        mei = Quiet()
        line = leg(mei)
        line.answer()
        first = line.hearing(Voice(b"a"))
        first.__enter__()
        with line.hearing(Voice(b"b")):
            first.__exit__(None, None, None)
            await asyncio.sleep(0.05)
            assert mei.heard[-1] == b"b" * 160
        await asyncio.sleep(0.05)
        assert mei.heard[-1] == SILENCE
        line.hang_up()

    asyncio.run(body())


def test_a_clock_can_run_faster_for_stories():
    async def body():
        mei = Quiet()
        line = leg(mei, Clock(speed=10))
        line.answer()
        await asyncio.sleep(0.2)
        line.hang_up()
        assert 70 <= len(mei.heard) <= 105

    asyncio.run(body())
