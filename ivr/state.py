"""The live call as a value: small, frozen, versioned; saved between any two events."""

from enum import StrEnum

import msgspec

from dialogue.turns import Caller, Handover, Memory
from emotion.fusion import EmotionState
from emotion.signs import Signs
from routing.plan import RoutePlan


class Phase(StrEnum):
    """Where a call is."""

    RINGING = "ringing"
    TALKING = "talking"
    """With the bot."""
    WAITING = "waiting"
    """In line for a person: on the stream, or in the provider's queue when there is none."""
    WITH_AGENT = "with_agent"
    LEAVING = "leaving"
    """The bot has said goodbye; the line is about to be hung up."""
    ENDED = "ended"


class CallState(msgspec.Struct, frozen=True):
    """All that a process must know to go on with a call. `version` rises with each save."""

    call_sid: str
    caller: Caller
    called: str
    started_at_ms: int
    version: int = 0
    touched_at_ms: int = 0
    """When the last event was handled."""
    phase: Phase = Phase.RINGING
    memory: Memory = Memory()
    emotion: EmotionState = EmotionState()
    emotion_score: float | None = None
    """Highest fused score so far; None until the scorer was sure once."""
    emotion_level: int = 0
    signs: Signs = Signs()
    """What the course of this call tells of the caller's patience."""
    earlier: dict[str, int] = {}
    """How many calls of the last days were about each matter (ivr.patience)."""
    alerted_level: int = 0
    """Emotion level that supervisors were told of; they are told again only when it rises."""
    language_open: bool = False
    """The number does not say which language the caller speaks, and nothing has told it yet."""
    language_asks: int = 0
    """How often it was asked for by key."""
    turn: int = 0
    last_said: str = ""
    """The bot's last words, to be repeated when a lost stream is back."""
    stream_nonce: str = ""
    streams_lost: int = 0
    handover: Handover | None = None
    plan: RoutePlan | None = None
    queued_at_ms: int = 0
    told_at_ms: int = 0
    """When the caller last heard the place in line."""
    told_position: int = 0
    told_wait: bool = False
    """Whether an expected wait could be given then."""
    reservation_id: str = ""
    agent_id: str = ""
    agent_name: str = ""
    connected_at_ms: int = 0
