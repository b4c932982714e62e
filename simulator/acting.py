"""What callers and agents of a story do alike: a step is told as it is done, a sentence spoken."""

from collections.abc import Iterator
from contextlib import contextmanager

from simulator.handset import monotonic_ms
from simulator.stage import CallReport, StepReport, StoryBroken
from simulator.steps import Step
from simulator.voices import Voice, VoiceFailed, Voices


@contextmanager
def told(report: CallReport, step: Step) -> Iterator[StepReport]:
    """Note a step's times and trouble; a StoryBroken leaves with the step's place before it."""
    lived = StepReport.of(step, monotonic_ms())
    report.steps.append(lived)
    try:
        yield lived
    except StoryBroken as broken:
        lived.problem = str(broken)
        raise StoryBroken(f"{step.place} {step.kind}: {broken}") from None
    finally:
        lived.ended_ms = monotonic_ms()


async def spoken(voices: Voices, voice: Voice, step: Step) -> bytes:
    """Mu-law of a step's sentence; raises StoryBroken."""
    try:
        return await voices.speak(step.text, voice, step.temper)
    except VoiceFailed as failed:
        raise StoryBroken(f"{step.place}: {failed}") from failed
