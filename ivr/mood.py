"""What a caller's mood does to the call: it is kept, recorded, and told to supervisors. Pure."""

from dataclasses import asdict, replace
from typing import Any

import msgspec

from calls.kinds import Kind
from emotion.fusion import EmotionState
from emotion.labels import EmotionReading
from ivr import effects as fx
from ivr.state import CallState


def felt(
    state: CallState, reading: EmotionReading | None, emotion_state: EmotionState | None
) -> CallState:
    """Keep the scorer's memory and the worst mood it was sure of."""
    if emotion_state is not None:
        state = msgspec.structs.replace(state, emotion=emotion_state)
    if reading is None or reading.abstained:
        return state
    return msgspec.structs.replace(
        state,
        emotion_score=max(reading.score, state.emotion_score or 0.0),
        emotion_level=max(reading.level, state.emotion_level),
    )


def recorded(
    state: CallState, reading: EmotionReading | None, alert_level: int
) -> tuple[CallState, tuple[fx.Effect, ...]]:
    """The reading on the call's timeline, also one that abstained; an alert where it got worse."""
    if reading is None:
        return state, ()
    on_timeline = fx.Log(Kind.EMOTION.value, {"turn": state.turn, **as_data(reading)})
    if reading.abstained:
        return state, (on_timeline,)
    worst = {"emotion_score": state.emotion_score, "emotion_level": state.emotion_level}
    effects = (on_timeline, fx.UpdateCall(worst))
    if reading.level < max(alert_level, state.alerted_level + 1):
        return state, effects
    told = {"level": reading.level, "reasons": as_data(reading)["reasons"]}
    state = msgspec.structs.replace(state, alerted_level=reading.level)
    return state, (*effects, fx.Log(Kind.ALERTED.value, told))


def as_data(reading: EmotionReading) -> dict[str, Any]:
    """A reading as plain JSON; `abstained` is there only when it is true."""
    fields = asdict(reading)
    fields["reasons"] = list(fields["reasons"])
    if not fields["abstained"]:
        fields.pop("abstained")
    return fields


def refused(state: CallState) -> tuple[CallState, tuple[fx.Effect, ...]]:
    """The caller does not want the voice analysed: nothing is scored from here on, and what was
    scored in this call is forgotten. A place in line that was given stays given.
    """
    forgotten = msgspec.structs.replace(
        state,
        memory=replace(state.memory, analysis_refused=True),
        emotion=EmotionState(),
        emotion_score=None,
        emotion_level=0,
    )
    return forgotten, (fx.ForgetEmotion(), fx.Log(Kind.ANALYSIS_REFUSED.value, {}))
