"""The telephone company: numbers, registered phones, live calls, and all that serves them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from simulator.clock import Clock
from simulator.conference import Conferences
from simulator.hold_queue import HoldQueues
from simulator.journal import Journal
from simulator.leg import Leg
from simulator.nobody import Nobody, say_silence
from simulator.options import Number, Options, Say
from simulator.party import Answer, Line, Party, RingInfo
from simulator.player import Player
from simulator.prompts import play_sound
from simulator.recorder import Recordings
from simulator.reporting import API_VERSION, StatusCallback, StatusReporter
from simulator.stream import Wire
from simulator.twiml import Document
from simulator.verbs import VERBS
from simulator.webhooks import Webhooks

__all__ = ["Exchange", "Number", "Options"]

_CLOSE_SECONDS = 3.0
_TRIAL_CALLS = 2
_MOST_CALLS = 5000
"""Calls that REST can still read; the oldest ended ones are forgotten."""
_ENDS = {Answer.REJECTED: "busy", Answer.BUSY: "busy", Answer.NO_ANSWER: "no-answer"}


async def _ring(party: Party, info: RingInfo, line: Line) -> Answer:
    return await party.ring(info, line)


def _stop(task: asyncio.Task[Any]) -> None:
    task.cancel()


class Exchange:
    """One account's telephone company; lives on one event loop."""

    def __init__(  # noqa: PLR0913 - the facts that make an exchange, all by keyword
        self,
        *,
        account_sid: str,
        auth_token: str,
        numbers: list[Number],
        scratch: Path,
        api_base: str = "",
        clock: Clock | None = None,
        options: Options | None = None,
        say: Say = say_silence,
    ) -> None:
        self.account_sid, self.auth_token = account_sid, auth_token
        self.numbers = {number.e164: number for number in numbers}
        self.api_base = api_base
        self.clock = clock or Clock()
        self.options = options or Options()
        self.say = say
        self.journal = Journal(self.clock)
        self.webhooks = Webhooks(auth_token, self.journal, self.options)
        self.wire = Wire(account_sid, auth_token, self.options, self.webhooks)
        self.conferences = Conferences(self)
        self.queues = HoldQueues(self)
        self.recordings = Recordings(self, scratch)
        self.verbs = VERBS
        self.legs: dict[str, Leg] = {}
        self._phones: dict[str, Callable[[], Party]] = {}
        self._forks: dict[str, dict[str, asyncio.Task[None]]] = {}
        self._background: set[asyncio.Task[Any]] = set()

    async def place_call(self, from_: str, to: str, party: Party) -> str:
        """A caller phones one of `numbers`; returns the CallSid at once."""
        number = self.numbers.get(to)
        if number is None:
            known = ", ".join(sorted(self.numbers)) or "none"
            raise ValueError(f"{to!r} is not a number of this account; it has {known}")
        leg = self._new_leg(from_=from_, to=to, direction="inbound", party=party)
        leg.fallback_url = number.fallback_url or ""
        leg.status = "ringing"
        self.report_to(leg, StatusCallback.wanted(number.status_callback or ""))
        self.journal.add("call", leg.sid, from_=from_, to=to, direction="inbound")
        if self.options.trial and len(self.live_legs()) > _TRIAL_CALLS:
            self.journal.add("error", leg.sid, code=10004, reason="a trial account has two calls")
            leg.end("busy", "busy")
        else:
            self.run_program(leg, lambda player: player.fetch(number.voice_url))
        return leg.sid

    def register(self, address: str, make_party: Callable[[], Party]) -> None:
        """A phone (`+49…`) or browser (`client:tomas`) that may be rung from now on."""
        self._phones[address] = make_party

    def unregister(self, address: str) -> None:
        """Nobody is there any more."""
        self._phones.pop(address, None)

    def is_registered(self, address: str) -> bool:
        """Whether somebody would be rung."""
        return address in self._phones

    def hang_up(self, call_sid: str, reason: str = "hung-up") -> None:
        """End a call by its id; unknown and dead ones are left alone."""
        leg = self.legs.get(call_sid)
        if leg is not None:
            leg.hang_up(reason)

    def live_legs(self) -> list[Leg]:
        """Calls that have not ended."""
        return [leg for leg in self.legs.values() if not leg.ended]

    def new_leg(self, *, from_: str, to: str, direction: str, parent_sid: str = "") -> Leg:
        """A leg towards a registered phone, or towards nobody (who never answers)."""
        make_party = self._phones.get(to, Nobody)
        leg = self._new_leg(
            from_=from_, to=to, direction=direction, party=make_party(), parent_sid=parent_sid
        )
        self.journal.add("call", leg.sid, from_=from_, to=to, direction=direction)
        if to not in self._phones:
            reason = f"nobody is registered as {to!r}"
            self.journal.add("error", leg.sid, code=13224, reason=reason)
        return leg

    def report_to(self, leg: Leg, callback: StatusCallback | None) -> None:
        """Send the leg's progress to an address."""
        if callback is not None:
            reporter = StatusReporter(leg, callback, self.account_sid, self.webhooks)
            leg.on_status.append(reporter)

    async def ring(self, leg: Leg, seconds: float) -> Answer:
        """Let a called party's phone ring for at most `seconds`; the leg is live if answered."""
        leg.announce("initiated")
        leg.status = "ringing"
        leg.announce("ringing")
        self.journal.add("ringing", leg.sid, to=leg.to)
        info = RingInfo(leg.sid, leg.from_, leg.to)
        ringing: asyncio.Task[Answer] = asyncio.create_task(_ring(leg.party, info, leg.line))
        leg.on_end.append(lambda: _stop(ringing))
        try:
            await asyncio.wait({ringing}, timeout=self.clock.real(seconds))
        except asyncio.CancelledError:
            leg.end("canceled")
            raise
        over = ringing.done()
        ringing.cancel()
        answer = ringing.result() if over and not ringing.cancelled() else Answer.NO_ANSWER
        if answer is Answer.ANSWERED:
            leg.answer()
        else:
            leg.end(_ENDS[answer])
        return answer

    def originate(
        self, leg: Leg, seconds: float, first: Callable[[Player], Coroutine[Any, Any, Document]]
    ) -> None:
        """Ring a leg made by REST, then play its document."""

        async def call() -> None:
            if await self.ring(leg, seconds) is Answer.ANSWERED and leg.live:
                await Player(self, leg).run_call(first)

        self._set_program(leg, call)

    def run_program(
        self, leg: Leg, first: Callable[[Player], Coroutine[Any, Any, Document]]
    ) -> None:
        """Play a document on a leg, instead of whatever it plays now."""
        for told in leg.on_redirect:
            told()
        self._set_program(leg, lambda: Player(self, leg).run_call(first))

    async def play(self, player: Player, sound: bytes) -> None:
        """Let a leg's party hear mu-law to its end."""
        await play_sound(player, sound)

    def forks_of(self, leg: Leg) -> list[str]:
        """Names of the one-way streams that run on a leg."""
        return [name for name, task in self._forks.get(leg.sid, {}).items() if not task.done()]

    def start_fork(self, leg: Leg, name: str, carry: Coroutine[Any, Any, None]) -> None:
        """Run a one-way stream beside the leg's programme until the leg ends."""
        forks = self._forks.setdefault(leg.sid, {})
        forks[name] = self.in_background(carry)
        leg.on_end.append(lambda: self.stop_forks(leg, ""))

    def stop_forks(self, leg: Leg, name: str) -> None:
        """End one named one-way stream, or all when no name is given."""
        for known, task in self._forks.get(leg.sid, {}).items():
            if name in ("", known):
                task.cancel()

    def in_background(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Work that the exchange finishes before it closes."""
        task = asyncio.get_running_loop().create_task(work)
        self._background.add(task)
        task.add_done_callback(self._background_done)
        return task

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something after exchange seconds."""

        async def wait() -> None:
            await self.clock.sleep(seconds)
            do()

        self.in_background(wait())

    def account_url(self, path: str) -> str:
        """Absolute address of a REST resource."""
        return f"{self.api_base}/{API_VERSION}/Accounts/{self.account_sid}/{path}"

    async def reset(self) -> None:
        """Hang everybody up, forget calls, journal, queues, conferences and recordings."""
        await self._hang_up_all()
        for recording in [*self.recordings.all.values()]:
            self.recordings.delete(recording)
        self.legs.clear()
        self._forks.clear()
        self.conferences = Conferences(self)
        self.queues = HoldQueues(self)
        self.journal.clear()

    async def close(self) -> None:
        """Hang everybody up, let the last callbacks arrive, close all sockets."""
        await self._hang_up_all()
        await self.webhooks.close()

    def _background_done(self, task: asyncio.Task[Any]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self.journal.add("error", code=0, reason=f"the exchange failed: {error!r}")

    async def _hang_up_all(self) -> None:
        programs = [leg.program for leg in self.live_legs() if leg.program is not None]
        for leg in self.live_legs():
            leg.hang_up("exchange-closed")
        waits = {*programs, *self._background}
        if waits:
            _, late = await asyncio.wait(waits, timeout=_CLOSE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _new_leg(
        self, *, from_: str, to: str, direction: str, party: Party, parent_sid: str = ""
    ) -> Leg:
        leg = Leg(
            from_=from_,
            to=to,
            direction=direction,
            party=party,
            clock=self.clock,
            journal=self.journal,
            parent_sid=parent_sid,
        )
        self.legs[leg.sid] = leg
        self._forget_old_calls()
        return leg

    def _forget_old_calls(self) -> None:
        if len(self.legs) > _MOST_CALLS:
            ended = [sid for sid, leg in self.legs.items() if leg.ended]
            for sid in ended[: _MOST_CALLS // 10]:
                del self.legs[sid]
                self._forks.pop(sid, None)

    def _set_program(self, leg: Leg, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Replace the leg's programme; the old one cleans up before the new one begins."""
        old, leg.program = leg.program, None

        async def after_the_old() -> None:
            if old is not None and not old.done():
                old.cancel()
                await asyncio.wait({old}, timeout=_CLOSE_SECONDS)
            await work()

        task = asyncio.get_running_loop().create_task(after_the_old())
        leg.program = task
        task.add_done_callback(lambda done: self._program_ended(leg, done))

    def _program_ended(self, leg: Leg, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            return
        error = task.exception()
        if error is not None:
            reason = f"the exchange failed: {error!r}"
            self.journal.add("error", leg.sid, code=0, reason=reason)
            leg.end("failed" if leg.answered_at is None else "completed", "exchange-error")
