"""One playing of a story: all its people at once, and what came of it."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from simulator.addresses import Addresses, Registry
from simulator.agent_phone import AgentPhone
from simulator.caller import Caller
from simulator.desk import Desk
from simulator.ear import Ear, VoiceRecall
from simulator.handset import monotonic_ms
from simulator.meetings import JournalPort, Meetings
from simulator.party import Party
from simulator.stage import CallReport, Stage, StoryBroken
from simulator.story import AgentRole, CallerRole, Story
from simulator.voices import Voices

_AFTER_CALLERS_SECONDS = 60.0
"""Agents may finish their call and wrap-up this long after the last caller has gone."""


class ExchangePort(Registry, Protocol):
    """What people need of the exchange."""

    @property
    def journal(self) -> JournalPort:
        """What happened, in order."""

    async def place_call(self, from_: str, to: str, party: Party) -> str:
        """Begin a call; its CallSid. ValueError for a number that does not exist."""
        ...

    def hang_up(self, call_sid: str) -> None:
        """End a call; dead ones are left alone."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a story plays: addresses, passwords by user, and the folder for kept sound."""

    console: str
    passwords: Mapping[str, str]
    addresses: Addresses
    sound_folder: Path | None = None
    """Where each person's ear is kept as WAV; None keeps nothing."""


class StoryRun:
    """Plays a story; `as_json` tells how far it is."""

    def __init__(
        self, run_id: str, story: Story, exchange: ExchangePort, voices: Voices, setting: Setting
    ) -> None:
        self.id = run_id
        self.story = story
        self.state = "running"
        self.failures: list[str] = []
        self._exchange = exchange
        self._voices = voices
        self._setting = setting
        self._stage = Stage([caller.name for caller in story.callers])
        keep = setting.sound_folder is not None
        self._agents = [
            AgentPhone(role, voices, self._stage, self._desk_of(role), keep_sound=keep)
            for role in story.agents
        ]
        self._callers: list[Caller] = []
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to play in the background."""
        self._task = asyncio.create_task(self._play())
        self._task.add_done_callback(self._is_over)

    def _is_over(self, task: asyncio.Task[None]) -> None:
        """A story that breaks by a fault of ours says so instead of running for ever."""
        if task.cancelled():
            self.failures.append("stopped before its end")
        elif error := task.exception():
            self.failures.append(f"the story's own machinery failed: {error!r}")
        self.state = "failed" if self.failures else "done"

    async def stop(self) -> None:
        """End it: everybody hangs up."""
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=15)

    async def finished(self) -> None:
        """Wait for the end; tests and the command line set their own limit."""
        if self._task is not None:
            await asyncio.wait((self._task,))

    def as_json(self) -> dict[str, Any]:
        """Progress and results as plain values."""
        return {
            "id": self.id,
            "story": self.story.name,
            "about": self.story.about,
            "state": self.state,
            "callers": [
                {"from": c.role.from_, "to": c.role.to, **c.report.as_json()} for c in self._callers
            ],
            "agents": [{"user": a.role.user, **a.report.as_json()} for a in self._agents],
            "failures": self.failures,
            "expect": {name: asdict(said) for name, said in self.story.expect.items()},
        }

    def _desk_of(self, role: AgentRole) -> Desk | None:
        if not role.user:
            return None
        password = role.password or self._setting.passwords.get(role.user, "")
        return Desk(self._setting.console, role.user, password)

    async def _play(self) -> None:
        agents: list[asyncio.Task[None]] = []
        watch = asyncio.create_task(Meetings(self._exchange.journal, self._met).follow())
        try:
            known = await self._first_words()
            self._callers = [self._caller(role, known) for role in self.story.callers]
            for agent in self._agents:
                self._setting.addresses.take(agent.role.address, agent.make_party)
            agents = [asyncio.create_task(agent.play()) for agent in self._agents]
            await self._all_callers()
            if agents:
                await asyncio.wait(agents, timeout=_AFTER_CALLERS_SECONDS)
        except StoryBroken as broken:
            self.failures.append(str(broken))
        finally:
            watch.cancel()
            await self._clear_up(agents)
        self.failures += [r.problem for r in self._reports() if r.problem]

    async def _all_callers(self) -> None:
        async with asyncio.TaskGroup() as callers:
            for caller in self._callers:
                callers.create_task(caller.play(self._exchange.place_call))

    def _met(self, call_sid: str) -> None:
        for caller in self._callers:
            if caller.report.call_sid == call_sid:
                caller.phone.met_ms = monotonic_ms()

    def _caller(self, role: CallerRole, known: list[bytes]) -> Caller:
        keep = self._setting.sound_folder is not None
        return Caller(role, self._voices, self._stage, VoiceRecall(known), keep_sound=keep)

    async def _first_words(self) -> list[bytes]:
        """How each agent begins, so that callers know a person when they hear one."""
        return [
            await agent.sound(agent.sentences()[0]) for agent in self._agents if agent.sentences()
        ]

    async def _clear_up(self, agents: list[asyncio.Task[None]]) -> None:
        late = [task for task in agents if not task.done()]
        for task in late:
            task.cancel()
        if late:
            await asyncio.wait(late, timeout=15)
        for caller in self._callers:
            self._exchange.hang_up(caller.report.call_sid)
        for agent in self._agents:
            self._setting.addresses.leave(agent.role.address, agent.make_party)
            if agent.report.state in ("waiting", "running"):
                agent.report.state = "failed"
                agent.report.problem = f"{agent.role.name}: was not done when the callers had gone"
        await asyncio.to_thread(self._save_sound)

    def _reports(self) -> list[CallReport]:
        return [c.report for c in self._callers] + [a.report for a in self._agents]

    def _save_sound(self) -> None:
        folder = self._setting.sound_folder
        if folder is None:
            return
        ears: list[tuple[CallReport, Ear]] = [(c.report, c.phone.ear) for c in self._callers]
        ears += [(a.report, a.leg.phone.ear) for a in self._agents if a.leg is not None]
        for report, ear in ears:
            path = folder / self.id / f"{report.name}.wav"
            if ear.save(path):
                report.sound = str(path)
