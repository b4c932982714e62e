import asyncio

import pytest

from simulator.clock import Clock
from simulator.journal import Journal


def test_waiting_finds_what_was_and_what_comes():
    async def body():
        journal = Journal(Clock())
        journal.add("verb", "CA1", verb="Say")
        first = await journal.wait_for("verb", 1, verb="Say")
        assert (first.seq, first.call_sid) == (1, "CA1")
        waiting = asyncio.create_task(journal.wait_for("verb", 1, after=1, call_sid="CA2"))
        await asyncio.sleep(0)
        journal.add("verb", "CA3")
        journal.add("verb", "CA2")
        assert (await waiting).seq == 3

    asyncio.run(body())


def test_waiting_in_vain_says_what_was_seen_instead():
    async def body():
        journal = Journal(Clock())
        journal.add("webhook", "CA1")
        with pytest.raises(TimeoutError, match=r"no 'verb' with \{'verb': 'Say'\}.*'webhook'"):
            await journal.wait_for("verb", 0.01, verb="Say")

    asyncio.run(body())
