"""Someone who calls: plays the steps of a story at the end of a line and reports what was lived."""

import asyncio
from collections.abc import Awaitable, Callable

from simulator.acting import spoken, told
from simulator.ear import VoiceRecall
from simulator.handset import Handset, monotonic_ms
from simulator.party import Answer, Line, Party, RingInfo
from simulator.stage import CallReport, Stage, StepReport, StoryBroken
from simulator.steps import Step, StepKind
from simulator.story import CallerRole
from simulator.voices import Voices

PlaceCall = Callable[[str, str, Party], Awaitable[str]]
"""(from, to, who) → CallSid: the exchange's way to begin a call."""

_ANSWERED_WITHIN_SECONDS = 60.0


class Caller:
    """A Party that follows its script; `report` is readable at any time."""

    def __init__(
        self,
        role: CallerRole,
        voices: Voices,
        stage: Stage,
        recall: VoiceRecall,
        *,
        keep_sound: bool = False,
    ) -> None:
        self.role = role
        self.report = CallReport(role.name)
        self.phone = Handset(recall, keep_sound=keep_sound)
        self._voices = voices
        self._stage = stage

    # -- Party

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """A caller is not called back in a story."""
        return Answer.NO_ANSWER

    def connected(self, line: Line) -> None:
        """The other side has answered."""
        self.report.call_sid = line.call_sid
        self.phone.connect(line)

    def speak(self) -> bytes:
        """Next frame out."""
        return self.phone.speak()

    def hear(self, frame: bytes) -> None:
        """Next frame in."""
        self.phone.hear(frame)

    def ended(self, reason: str) -> None:
        """The line is dead."""
        self.report.ended_reason = reason
        self.phone.end(reason)

    # -- the script

    async def play(self, place_call: PlaceCall) -> None:
        """Call and do every step; the report says how it went."""
        self.report.state = "running"
        try:
            await self._prepare()
            await asyncio.sleep(self.role.start_after_seconds)
            await self._call(place_call)
            for step in self.role.steps:
                with told(self.report, step) as report:
                    await self._act(step, report)
            self.report.state = "done"
        except StoryBroken as broken:
            self.report.problem = f"{self.role.name}: {broken}"
            self.report.state = "failed"
        finally:
            self._add_latencies()
            self.leave()

    def leave(self) -> None:
        """Put the phone down whatever happens; nobody waits for it."""
        if self.phone.connected.is_set() and not self.phone.over.is_set():
            self.phone.drop()

    async def _prepare(self) -> None:
        """All sentences are ready before the call, so that no step waits for a voice."""
        for step in self.role.steps:
            if _is_spoken(step):
                await self._sound(step)

    async def _sound(self, step: Step) -> bytes:
        return await spoken(self._voices, self.role.voice, step)

    async def _call(self, place_call: PlaceCall) -> None:
        try:
            self.report.call_sid = await place_call(self.role.from_, self.role.to, self)
        except ValueError as refused:
            raise StoryBroken(str(refused)) from refused
        await self._wait_for_answer()

    async def _wait_for_answer(self) -> None:
        over = asyncio.ensure_future(self.phone.over.wait())
        connected = asyncio.ensure_future(self.phone.connected.wait())
        await asyncio.wait(
            (over, connected),
            timeout=_ANSWERED_WITHIN_SECONDS,
            return_when=asyncio.FIRST_COMPLETED,
        )
        over.cancel()
        connected.cancel()
        if not self.phone.connected.is_set():
            why = self.phone.ended_reason or f"no answer within {_ANSWERED_WITHIN_SECONDS:g} s"
            raise StoryBroken(f"the call to {self.role.to} was not answered ({why})")

    async def _act(self, step: Step, report: StepReport) -> None:
        phone = self.phone
        match step.kind:
            case StepKind.SAY:
                await self._say(step, report)
            case StepKind.INTERRUPT:
                await self._interrupt(step, report)
            case StepKind.KEEP_SAYING:
                await self._keep_saying(step, report)
            case StepKind.PRESS:
                phone.press(step.text)
            case StepKind.WAIT_FOR_BOT:
                await phone.wait_until_quiet(step.within)
            case StepKind.WAIT_FOR_PERSON:
                self._stage.waiting[self.role.name].set()
                await phone.wait_for_person(step.within)
                self._stage.answered[self.role.name].set()
            case StepKind.WAIT_FOR_HANGUP:
                await phone.wait_over(step.within)
            case StepKind.HANG_UP:
                await phone.hang_up(step.within)
            case _:
                await self._be_there(step)

    async def _be_there(self, step: Step) -> None:
        """Listen, pause, or fill the line with noise or silence."""
        if step.kind is StepKind.NOISE:
            self.phone.mouth.make_noise()
        for_ever = step.kind in (StepKind.NOISE, StepKind.SILENCE)
        await self.phone.stay(step.within if for_ever else step.seconds)
        self.phone.mouth.hush()

    async def _say(self, step: Step, report: StepReport) -> None:
        sound = await self._sound(step)
        report.voice_started_ms, report.voice_ended_ms = await self.phone.say(sound)

    async def _interrupt(self, step: Step, report: StepReport) -> None:
        sound = await self._sound(step)
        began_ms = await self.phone.wait_until_speaking(step.within)
        await self.phone.stay(max(0.0, step.seconds - (monotonic_ms() - began_ms) / 1000))
        report.voice_started_ms, report.voice_ended_ms = await self.phone.say(sound)

    async def _keep_saying(self, step: Step, report: StepReport) -> None:
        """Say it each time the other side has finished, at most `times`.

        With `until` it may stay unsaid: music that follows the bot at once leaves no occasion.
        """
        for said in range(step.times):
            try:
                await self.phone.wait_until_quiet(step.within)
            except StoryBroken:
                if said == 0 and not step.until:
                    raise
                return
            if self._is_reached(step.until):
                return
            if said:
                report = StepReport.of(step, monotonic_ms())
                self.report.steps.append(report)
            await self._say(step, report)
            report.ended_ms = monotonic_ms()

    def _is_reached(self, until: str) -> bool:
        moments = {"person": self.phone.person_heard, "hangup": self.phone.over}
        return until in moments and moments[until].is_set()

    def _add_latencies(self) -> None:
        """From the ear's notes: when each reply began, how long the other side kept talking."""
        spoken = [report for report in self.report.steps if report.voice_ended_ms]
        for report, following in zip(spoken, [*spoken[1:], None], strict=False):
            reply = self.phone.ear.first_voice_after(report.voice_ended_ms)
            if reply is not None and (following is None or reply < following.voice_started_ms):
                report.reply_heard_ms = reply
                report.latency_ms = reply - report.voice_ended_ms
            if report.kind == StepKind.INTERRUPT:
                interrupted = self.phone.ear.stretch_at(report.voice_started_ms)
                if interrupted is not None:
                    kept_on = interrupted.end_ms - report.voice_started_ms
                    report.bot_kept_talking_ms = max(0, kept_on)


def _is_spoken(step: Step) -> bool:
    return step.kind in (StepKind.SAY, StepKind.INTERRUPT, StepKind.KEEP_SAYING)
