"""One caller turn: what was heard -> how upset -> what the dialogue answers. Blocks for some
milliseconds.
"""

from collections.abc import Callable
from datetime import datetime

from asr.events import UtteranceHeard
from dialogue.always import refuses_analysis
from dialogue.awaited import IsWhole
from dialogue.manager import DialogueManager
from dialogue.turns import Utterance
from emotion.fusion import EmotionScorer, Heard
from ivr import events as ev
from ivr.patience import signs_now
from ivr.state import CallState, Phase


class TurnTaker:
    """Turns utterances, keys and silence into events for the call's state."""

    def __init__(
        self,
        dialogue: DialogueManager,
        emotion: EmotionScorer,
        now: Callable[[], datetime],
        *,
        acts_on_emotion: bool,
    ) -> None:
        """Where `acts_on_emotion` is false (shadow), the dialogue never learns of a mood."""
        self._dialogue = dialogue
        self._emotion = emotion
        self._now = now
        self._acts_on_emotion = acts_on_emotion

    def heard(self, state: CallState, sound: UtteranceHeard) -> ev.Event | None:
        """The caller spoke: to the bot a turn, in line only a mood; None: nothing comes of it."""
        felt = self._felt(state, sound)
        if state.phase is Phase.WAITING:
            return self._in_line(state, sound, felt)
        transcript = sound.transcript
        utterance = Utterance(
            text=transcript.text,
            language=state.memory.language,
            confidence=transcript.confidence,
            emotion_level=self._level(felt),
            readings=tuple((one.text, one.probability) for one in transcript.alternatives),
        )
        reply = self._dialogue.hear(utterance, state.memory, state.caller, self._now())
        return ev.TurnTaken(
            reply=reply,
            heard=transcript.text,
            confidence=transcript.confidence,
            emotion=felt.reading if felt else None,
            emotion_state=felt.state if felt else None,
        )

    def _felt(self, state: CallState, sound: UtteranceHeard) -> Heard | None:
        """How upset the caller is; None once the caller has refused to be judged."""
        text, language = sound.transcript.text, state.memory.language
        if state.memory.analysis_refused or refuses_analysis(text, language):
            return None
        signs = signs_now(state, int(self._now().timestamp() * 1000))
        return self._emotion.hear(state.emotion, sound.pcm, text, language, sound.ended_ms, signs)

    def _in_line(
        self, state: CallState, sound: UtteranceHeard, felt: Heard | None
    ) -> ev.Event | None:
        text = sound.transcript.text
        if felt is not None:
            return ev.HeardWhileWaiting(heard=text, emotion=felt.reading, emotion_state=felt.state)
        return None if state.memory.analysis_refused else ev.AnalysisRefused(heard=text)

    def _level(self, felt: Heard | None) -> int:
        """What the dialogue may act on."""
        if felt is None or felt.reading.abstained or not self._acts_on_emotion:
            return 0
        return felt.reading.level

    def silent(self, state: CallState) -> ev.TurnTaken:
        """The caller said nothing for the no-input time."""
        return ev.TurnTaken(reply=self._dialogue.no_input(state.memory, state.caller, self._now()))

    def pressed(self, state: CallState, digit: str) -> ev.TurnTaken:
        """The caller pressed a key."""
        reply = self._dialogue.press(digit, state.memory, state.caller, self._now())
        return ev.TurnTaken(reply=reply, heard=f"[{digit}]", confidence=1.0)

    def awaited(self, state: CallState) -> IsWhole:
        """Tells from the words so far whether the digits that were asked for are all there."""
        return self._dialogue.awaited(state.memory, state.caller)

    def words(self, state: CallState, prompt: str, values: dict[str, str]) -> str:
        """The wording of a fixed prompt in the caller's language."""
        language = state.memory.language
        if prompt == "greeting":
            return self._dialogue.greeting(state.caller, language)
        if prompt == "waiting":
            seconds = int(values["seconds"]) if values.get("seconds") else None
            return self._dialogue.waiting_line(int(values["position"]), seconds, language)
        return self._dialogue.said(prompt, language, **values)
