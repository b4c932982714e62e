"""What can happen to a live call, as the call's state sees it. Plain values, past tense, JSON
by msgspec.
"""

import msgspec

from dialogue.turns import Caller, Reply
from emotion.fusion import EmotionState
from emotion.labels import EmotionReading


class Event(msgspec.Struct, frozen=True, tag=True):
    """Something happened."""


class CallRang(Event, frozen=True):
    """The provider asked what to do with a new call."""

    caller: Caller
    called: str
    language: str
    language_open: bool = False
    """The caller's language is to be heard; `language` serves until then."""
    earlier: dict[str, int] = {}
    """How many calls of the last days were about each matter (ivr.patience)."""


class LanguageTold(Event, frozen=True):
    """The caller's language is known, where the number does not say."""

    language: str
    how: str
    """speech, name (of the language), key, default."""
    probability: float = 1.0


class LanguageUnsure(Event, frozen=True):
    """What was heard, or silence, does not tell the caller's language."""

    heard: str = ""
    """In both languages."""
    probability: float = 0.5


class StreamOpened(Event, frozen=True):
    """The caller's sound has arrived in the media process; `nonce` names this very stream."""

    nonce: str


class TurnTaken(Event, frozen=True):
    """The caller said or pressed something (or nothing) and the dialogue has answered."""

    reply: Reply
    heard: str = ""
    confidence: float = 0.0
    emotion: EmotionReading | None = None
    emotion_state: EmotionState | None = None


class MenuTurnTaken(Event, frozen=True):
    """A turn by a key of the menu: there is no stream, the provider's voice says the answer."""

    turn: TurnTaken


class SpeechFinished(Event, frozen=True):
    """The bot's words were played to their end or cut off."""


class WaitChecked(Event, frozen=True):
    """A look at the queue for a waiting caller; position 0: an agent's phone is ringing for it."""

    position: int
    expected_wait_seconds: int | None = None


class CallerInterrupted(Event, frozen=True):
    """The caller talked over the bot, which stopped."""

    reaction_ms: int
    """From the onset of the voice to silence."""


class AnalysisRefused(Event, frozen=True):
    """A waiting caller does not want the voice analysed; to the bot it is said in a turn."""

    heard: str


class HeardWhileWaiting(Event, frozen=True):
    """A waiting caller spoke: only the mood counts."""

    heard: str
    emotion: EmotionReading
    emotion_state: EmotionState


class AgentAnswered(Event, frozen=True):
    """An agent accepted the reservation; the agent's leg is on the line."""

    reservation_id: str
    agent_id: str
    agent_name: str


class AgentLeft(Event, frozen=True):
    """The agent's leg ended."""

    reservation_id: str
    talked_seconds: int


class StreamLost(Event, frozen=True):
    """The media stream is over but the call goes on: the provider asks for the next step."""


class PersonAskedByKey(Event, frozen=True):
    """The caller chose a person in the key menu (no stream)."""


class CallFinished(Event, frozen=True):
    """The caller's leg is over."""
