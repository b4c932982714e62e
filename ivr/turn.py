"""One caller turn: what was heard -> how upset -> what the dialogue answers. Blocks for some
milliseconds.
"""

from collections.abc import Callable
from datetime import datetime

import numpy as np

from asr.events import UtteranceHeard
from dialogue.manager import DialogueManager
from dialogue.turns import Utterance
from emotion.fusion import EmotionScorer
from ivr import events as ev
from ivr.state import CallState, Phase

SILENCE = np.zeros(0, dtype=np.int16)


class TurnTaker:
    """Turns utterances, keys and silence into events for the call's state."""

    def __init__(
        self, dialogue: DialogueManager, emotion: EmotionScorer, now: Callable[[], datetime]
    ) -> None:
        self._dialogue = dialogue
        self._emotion = emotion
        self._now = now

    def heard(self, state: CallState, sound: UtteranceHeard) -> ev.Event:
        """The caller spoke: to the bot a turn, in line only a mood."""
        transcript, language = sound.transcript, state.memory.language
        felt = self._emotion.hear(
            state.emotion, sound.pcm, transcript.text, language, sound.ended_ms
        )
        if state.phase is Phase.WAITING:
            return ev.HeardWhileWaiting(
                heard=transcript.text, emotion=felt.reading, emotion_state=felt.state
            )
        utterance = Utterance(
            text=transcript.text,
            language=language,
            confidence=transcript.confidence,
            emotion_level=0 if felt.reading.abstained else felt.reading.level,
        )
        reply = self._dialogue.hear(utterance, state.memory, state.caller, self._now())
        return ev.TurnTaken(
            reply=reply,
            heard=transcript.text,
            confidence=transcript.confidence,
            emotion=felt.reading,
            emotion_state=felt.state,
        )

    def silent(self, state: CallState) -> ev.TurnTaken:
        """The caller said nothing for the no-input time."""
        return ev.TurnTaken(reply=self._dialogue.no_input(state.memory, state.caller))

    def pressed(self, state: CallState, digit: str) -> ev.TurnTaken:
        """The caller pressed a key."""
        reply = self._dialogue.press(digit, state.memory, state.caller, self._now())
        return ev.TurnTaken(reply=reply, heard=f"[{digit}]", confidence=1.0)

    def words(self, state: CallState, prompt: str, values: dict[str, str]) -> str:
        """The wording of a fixed prompt in the caller's language."""
        language = state.memory.language
        if prompt == "greeting":
            return self._dialogue.greeting(state.caller, language)
        if prompt == "waiting":
            seconds = int(values["seconds"]) if values.get("seconds") else None
            return self._dialogue.waiting_line(int(values["position"]), seconds, language)
        return self._dialogue.said(prompt, language, **values)
