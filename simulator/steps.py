"""What people of a story can do: kinds of steps, who may do them, how long each may take."""

from dataclasses import dataclass
from enum import StrEnum

from simulator.voices import Temper


class StepKind(StrEnum):
    """One thing that a caller or an agent does."""

    SAY = "say"
    PRESS = "press"
    PAUSE = "pause"
    INTERRUPT = "interrupt_after"
    KEEP_SAYING = "keep_saying"
    WAIT_FOR_BOT = "wait_for_bot"
    WAIT_FOR_PERSON = "wait_for_person"
    WAIT_FOR_HANGUP = "wait_for_hangup"
    LISTEN = "listen"
    HANG_UP = "hang_up"
    NOISE = "noise"
    SILENCE = "silence"
    AVAILABLE = "available"
    ON_BREAK = "break"
    LOGGED_OUT = "logged_out"
    ANSWER = "answer"
    REJECT = "reject"
    RING_OUT = "ring_out"
    WRAP_UP = "wrap_up"
    WAIT_UNTIL_CALLER_WAITS = "wait_until_caller_waits"
    WAIT_UNTIL_CALLER_ANSWERED = "wait_until_caller_answered"


class Takes(StrEnum):
    """What stands behind a step's name."""

    NOTHING = "nothing"
    TEXT = "a text"
    SECONDS = "a number of seconds"
    OPTIONAL_SECONDS = "nothing or a number of seconds"
    DIGITS = "keys such as '12#'"
    CALLER = "the name of a caller of this story"


@dataclass(frozen=True, slots=True)
class StepRule:
    """Shape of one kind of step; `within` is its limit in seconds, 0 where the step cannot wait."""

    takes: Takes
    who: str
    """`caller`, `agent` or `both`."""
    within: float = 0.0


STEP_RULES: dict[StepKind, StepRule] = {
    StepKind.SAY: StepRule(Takes.TEXT, "both"),
    StepKind.PRESS: StepRule(Takes.DIGITS, "both"),
    StepKind.PAUSE: StepRule(Takes.SECONDS, "both"),
    StepKind.INTERRUPT: StepRule(Takes.SECONDS, "caller", 30),
    StepKind.KEEP_SAYING: StepRule(Takes.TEXT, "caller", 30),
    StepKind.WAIT_FOR_BOT: StepRule(Takes.NOTHING, "both", 30),
    StepKind.WAIT_FOR_PERSON: StepRule(Takes.NOTHING, "caller", 180),
    StepKind.WAIT_FOR_HANGUP: StepRule(Takes.NOTHING, "both", 60),
    StepKind.LISTEN: StepRule(Takes.SECONDS, "both"),
    StepKind.HANG_UP: StepRule(Takes.NOTHING, "both", 10),
    StepKind.NOISE: StepRule(Takes.NOTHING, "caller", 900),
    StepKind.SILENCE: StepRule(Takes.NOTHING, "caller", 900),
    StepKind.AVAILABLE: StepRule(Takes.NOTHING, "agent", 15),
    StepKind.ON_BREAK: StepRule(Takes.NOTHING, "agent", 15),
    StepKind.LOGGED_OUT: StepRule(Takes.NOTHING, "agent", 15),
    StepKind.ANSWER: StepRule(Takes.OPTIONAL_SECONDS, "agent", 300),
    StepKind.REJECT: StepRule(Takes.NOTHING, "agent", 300),
    StepKind.RING_OUT: StepRule(Takes.NOTHING, "agent", 300),
    StepKind.WRAP_UP: StepRule(Takes.SECONDS, "agent", 15),
    StepKind.WAIT_UNTIL_CALLER_WAITS: StepRule(Takes.CALLER, "agent", 180),
    StepKind.WAIT_UNTIL_CALLER_ANSWERED: StepRule(Takes.CALLER, "agent", 300),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step as it was written."""

    kind: StepKind
    place: str
    """Where it stands, for reports: `callers[0].steps[2]`."""
    text: str = ""
    """Words, keys, or the name of a caller."""
    seconds: float = 0.0
    temper: Temper = Temper.CALM
    within: float = 0.0
    """The longest this step may wait, in seconds."""
    times: int = 1
    """`keep_saying`: at most this often."""
    until: str = ""
    """`keep_saying` ends early on `person` or `hangup`."""
