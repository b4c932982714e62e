"""Someone who answers: an agent with a telephone and, where the story says so, a desk."""

import asyncio

from simulator.acting import spoken, told
from simulator.desk import Desk
from simulator.handset import Handset
from simulator.party import Answer, Line, RingInfo
from simulator.stage import CallReport, Stage, StepReport, StoryBroken
from simulator.steps import Step, StepKind
from simulator.story import AgentRole
from simulator.voices import Voices


class AgentLeg:
    """One ringing phone; a Party whose answer the agent's script decides."""

    def __init__(self, rings: "asyncio.Queue[AgentLeg]", *, keep_sound: bool = False) -> None:
        self.phone = Handset(keep_sound=keep_sound)
        self.info: RingInfo | None = None
        self.is_ringing = False
        self._rings = rings
        self._decision: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()

    async def ring(self, info: RingInfo, line: Line) -> Answer:
        """Ring until the script decides or the exchange gives up."""
        self.info = info
        self.is_ringing = True
        self._rings.put_nowait(self)
        try:
            return await self._decision
        finally:
            self.is_ringing = False

    def decide(self, answer: Answer) -> None:
        """Lift the receiver, or refuse."""
        if not self._decision.done():
            self._decision.set_result(answer)

    def connected(self, line: Line) -> None:
        """Audio flows."""
        self.phone.connect(line)

    def speak(self) -> bytes:
        """Next frame out."""
        return self.phone.speak()

    def hear(self, frame: bytes) -> None:
        """Next frame in."""
        self.phone.hear(frame)

    def ended(self, reason: str) -> None:
        """The line is dead, or stopped ringing."""
        self.is_ringing = False
        self.phone.end(reason)


class AgentPhone:
    """An agent who follows a script; `make_party` is what the exchange rings."""

    def __init__(
        self,
        role: AgentRole,
        voices: Voices,
        stage: Stage,
        desk: Desk | None,
        *,
        keep_sound: bool = False,
    ) -> None:
        self.role = role
        self.report = CallReport(role.name)
        self.leg: AgentLeg | None = None
        """The call in hand, or the last one."""
        self._voices = voices
        self._stage = stage
        self._desk = desk
        self._keep_sound = keep_sound
        self._rings: asyncio.Queue[AgentLeg] = asyncio.Queue()

    def make_party(self) -> AgentLeg:
        """A leg for the next ring."""
        return AgentLeg(self._rings, keep_sound=self._keep_sound)

    def sentences(self) -> list[Step]:
        """What this agent will say."""
        return [step for step in self.role.steps if step.kind is StepKind.SAY]

    async def sound(self, step: Step) -> bytes:
        """Mu-law of a sentence; raises StoryBroken."""
        return await spoken(self._voices, self.role.voice, step)

    async def play(self) -> None:
        """Do every step; the report says how it went. The desk is left logged out."""
        self.report.state = "running"
        try:
            for step in self.sentences():
                await self.sound(step)
            for step in self.role.steps:
                with told(self.report, step) as report:
                    await self._act(step, report)
            self.report.state = "done"
        except StoryBroken as broken:
            self.report.problem = f"{self.role.name}: {broken}"
            self.report.state = "failed"
        finally:
            self._hang_up_all()
            if self._desk is not None:
                await self._desk.leave()

    def _hang_up_all(self) -> None:
        if self.leg is not None:
            self.report.ended_reason = self.leg.phone.ended_reason
            self.leg.phone.drop()
        while not self._rings.empty():
            self._rings.get_nowait().decide(Answer.NO_ANSWER)

    async def _act(self, step: Step, report: StepReport) -> None:
        match step.kind:
            case StepKind.AVAILABLE | StepKind.ON_BREAK | StepKind.LOGGED_OUT:
                await self._at_desk().choose(step.kind.value)
            case StepKind.WRAP_UP:
                await asyncio.sleep(step.seconds)
                await self._at_desk().finish_wrap_up()
            case StepKind.WAIT_UNTIL_CALLER_WAITS:
                await _happens(self._stage.waiting[step.text], step, "to wait for a person")
            case StepKind.WAIT_UNTIL_CALLER_ANSWERED:
                await _happens(self._stage.answered[step.text], step, "to be answered")
            case StepKind.ANSWER:
                await self._answer(step)
            case StepKind.REJECT | StepKind.RING_OUT:
                await self._refuse(step)
            case StepKind.PAUSE if self.leg is None:
                await asyncio.sleep(step.seconds)
            case _:
                await self._talk(step, report)

    async def _talk(self, step: Step, report: StepReport) -> None:
        """Steps that need the receiver in the hand."""
        phone = self._in_hand().phone
        match step.kind:
            case StepKind.SAY:
                sound = await self.sound(step)
                report.voice_started_ms, report.voice_ended_ms = await phone.say(sound)
            case StepKind.PRESS:
                phone.press(step.text)
            case StepKind.WAIT_FOR_BOT:
                await phone.wait_until_quiet(step.within)
            case StepKind.WAIT_FOR_HANGUP:
                await phone.wait_over(step.within)
            case StepKind.HANG_UP:
                await phone.hang_up(step.within)
            case _:
                await phone.stay(step.seconds)

    async def _answer(self, step: Step) -> None:
        """Lift the receiver `seconds` after it began to ring; a ring that stops is not ours."""
        try:
            async with asyncio.timeout(step.within):
                while True:
                    leg = await self._rings.get()
                    await asyncio.sleep(step.seconds)
                    if leg.is_ringing:
                        break
                leg.decide(Answer.ANSWERED)
                await leg.phone.connected.wait()
        except TimeoutError:
            raise StoryBroken(f"waited {step.within:g} s for a call to answer") from None
        self.leg = leg
        assert leg.info is not None
        self.report.call_sid = leg.info.call_sid

    async def _refuse(self, step: Step) -> None:
        try:
            leg = await asyncio.wait_for(self._rings.get(), step.within)
        except TimeoutError:
            raise StoryBroken(f"waited {step.within:g} s for a call to refuse") from None
        if step.kind is StepKind.REJECT:
            leg.decide(Answer.REJECTED)
            return
        try:
            await asyncio.wait_for(leg.phone.over.wait(), step.within)
        except TimeoutError:
            raise StoryBroken(f"it rang for {step.within:g} s and was never given up") from None

    def _at_desk(self) -> Desk:
        if self._desk is None:
            raise StoryBroken("needs a desk, but this agent has no login")
        return self._desk

    def _in_hand(self) -> AgentLeg:
        if self.leg is None:
            raise StoryBroken("needs a call in hand, but none was answered before")
        return self.leg


async def _happens(moment: asyncio.Event, step: Step, what: str) -> None:
    try:
        await asyncio.wait_for(moment.wait(), step.within)
    except TimeoutError:
        raise StoryBroken(f"waited {step.within:g} s for {step.text} {what}") from None
