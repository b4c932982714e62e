"""The heart of a call: one pure function from (state, event, time) to (next state, effects).

It decides, never does: no clock, no wire, no database. One small function per kind of event.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

from calls.kinds import Kind
from dialogue.turns import Handover, Memory
from emotion.labels import EmotionReading
from ivr import effects as fx
from ivr import events as ev
from ivr import language_question, mood
from ivr.patience import after_turn, earlier_calls
from ivr.state import CallState, Phase
from routing.priority import priority
from routing.rules import Rules, route

Effects = tuple[fx.Effect | fx.StreamEffect, ...]

LOST_AGENT_SECONDS = 5
"""An agent's leg that ends sooner was lost, not finished: the caller keeps the place in line."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a supervisor may set, as far as a call's decisions need it."""

    rules: Rules
    emotion_active: bool
    announce_ms: int
    """How often a waiting caller hears the place."""
    alert_level: int = 2
    """Emotion level from which supervisors are told, 1-3."""


def begin(call_sid: str, event: ev.CallRang, now_ms: int) -> CallState:
    """A call rings: its first state."""
    return CallState(
        call_sid=call_sid,
        caller=event.caller,
        called=event.called,
        started_at_ms=now_ms,
        memory=Memory(language=event.language),
        language_open=event.language_open,
        earlier=event.earlier,
    )


def transition(
    state: CallState, event: ev.Event, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """The next state and what is to be done; an event that no longer fits changes nothing."""
    if state.phase is Phase.ENDED:
        return state, ()
    return _HANDLERS[type(event)](state, event, now_ms, policy)


def _stream_opened(
    state: CallState, event: ev.StreamOpened, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """First stream: greet. A later one: the old was lost, say so and go on where it broke."""
    state = _with(state, stream_nonce=event.nonce)
    if state.phase is Phase.RINGING:
        greeting = fx.Speak(prompt="greeting")
        return _with(state, phase=Phase.TALKING), (_log(Kind.ANSWERED), greeting)
    if state.phase is Phase.WAITING:
        lost = "agent_lost" if state.connected_at_ms else "resumed_waiting"
        told = fx.Speak(prompt=lost, then="hold")
        return _with(state, told_at_ms=0), (_log(Kind.RESUMED, what="queue"), told)
    if state.phase is Phase.TALKING:
        again = fx.Speak(prompt="resumed", values={"last": state.last_said})
        return state, (_log(Kind.RESUMED, what="stream"), again)
    return state, (fx.LeaveStream(),)


def _turn_taken(
    state: CallState, event: ev.TurnTaken, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """The dialogue answered: keep what it knows, say its words, hand over or end if it says so."""
    if state.phase is not Phase.TALKING:
        return state, ()
    reply, number = event.reply, state.turn + 1
    refuses = reply.memory.analysis_refused and not state.memory.analysis_refused
    signs = after_turn(state.signs, state.memory, event)
    state = mood.felt(state, event.emotion, event.emotion_state)
    state = _with(
        state, turn=number, memory=reply.memory, last_said=reply.text, streams_lost=0, signs=signs
    )  # this stream serves: the next one lost is the first again
    state, feeling = mood.recorded(state, event.emotion, policy.alert_level)
    record = (*_turn_record(state, event), *feeling)
    if refuses:
        state, forgetting = mood.refused(state)
        record = (*record, *forgetting)
    if reply.handover is not None:
        state, queueing = _into_line(
            _with(state, handover=reply.handover), event.emotion, now_ms, policy
        )
        return state, (*record, *queueing, fx.Speak(text=reply.text, then="hold", turn=number))
    if reply.end:
        state = _with(state, phase=Phase.LEAVING)
        return state, (*record, fx.Speak(text=reply.text, then="hang_up", turn=number))
    return state, (*record, fx.Speak(text=reply.text, turn=number))


def _menu_turn_taken(
    state: CallState, event: ev.MenuTurnTaken, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """A turn like any other, but for the words: the answer to the webhook says them."""
    answered: Effects = ()
    if state.phase is Phase.RINGING:  # no stream ever came
        state, answered = _with(state, phase=Phase.TALKING), (_log(Kind.ANSWERED),)
    state, effects = _turn_taken(state, event.turn, now_ms, policy)
    return state, (*answered, *(e for e in effects if isinstance(e, fx.Effect)))


def _into_line(
    state: CallState, emotion: EmotionReading | None, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """From the bot into the line for a person."""
    handover = state.handover
    assert handover is not None
    plan = route(
        policy.rules,
        intent=handover.intent,
        category=handover.category,
        language=state.memory.language,
        reason=handover.reason,
        member_level=state.caller.member_level,
        emotion=emotion,
        emotion_active=policy.emotion_active,
        repeat_calls=earlier_calls(state),
    )
    state = _with(state, phase=Phase.WAITING, plan=plan, queued_at_ms=now_ms, told_at_ms=0)
    join = fx.JoinQueue(plan=plan, story=state.memory.story, language=state.memory.language)
    return state, (fx.UpdateCall({"status": "waiting"}), join)


def _wait_checked(
    state: CallState, event: ev.WaitChecked, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """Tell the place when it is new to the caller: at first, when it improved, and every so
    often.
    """
    if state.phase is not Phase.WAITING or event.position == 0:
        return state, ()
    wait = event.expected_wait_seconds
    due = now_ms - state.told_at_ms >= policy.announce_ms
    known_now = wait is not None and not state.told_wait
    if not (due or known_now or event.position < state.told_position):
        return state, ()
    values = {"position": str(event.position), "seconds": "" if wait is None else str(wait)}
    log = _log(Kind.POSITION, position=event.position, expected_wait_seconds=wait)
    if due and state.told_at_ms:  # told for the second time: this stream has served for long
        state = _with(state, streams_lost=0)
    told = _with(state, told_at_ms=now_ms, told_position=event.position, told_wait=wait is not None)
    return told, (log, fx.Speak(prompt="waiting", values=values, then="hold"))


def _heard_while_waiting(
    state: CallState, event: ev.HeardWhileWaiting, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """Rising anger moves a waiting caller up; nothing ever moves one down."""
    plan = state.plan
    if state.phase is not Phase.WAITING or plan is None:
        return state, ()
    state = mood.felt(_with(state, streams_lost=0), event.emotion, event.emotion_state)
    state, record = mood.recorded(state, event.emotion, policy.alert_level)
    if event.emotion.abstained:
        return state, record
    now_due = priority(
        member_level=state.caller.member_level,
        emotion=event.emotion,
        emotion_active=policy.emotion_active,
        repeat_calls=earlier_calls(state),
        promised=False,
        weights=policy.rules.weights,
    )
    if now_due.boost_seconds <= plan.priority.boost_seconds:
        return state, record
    state = _with(state, plan=replace(plan, priority=now_due))
    return state, (*record, fx.MovePriority(now_due))


def _analysis_refused(
    state: CallState, event: ev.AnalysisRefused, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """Said in line, or by key: it holds for the rest of the call, and the caller is told so."""
    if state.phase not in (Phase.TALKING, Phase.WAITING) or state.memory.analysis_refused:
        return state, ()
    state, forgetting = mood.refused(state)
    then = "hold" if state.phase is Phase.WAITING else "listen"
    return state, (*forgetting, fx.Speak(prompt="analysis_off", then=then))


def _caller_interrupted(
    state: CallState, event: ev.CallerInterrupted, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """Noted, and counted as a small sign of impatience."""
    signs = replace(state.signs, interruptions=state.signs.interruptions + 1)
    return _with(state, signs=signs), (_log(Kind.INTERRUPTED, reaction_ms=event.reaction_ms),)


def _agent_answered(
    state: CallState, event: ev.AgentAnswered, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """A person is on the line: the caller leaves the stream for the conference."""
    if state.phase is not Phase.WAITING:
        return state, ()
    waited = (now_ms - state.queued_at_ms) // 1000
    state = _with(
        state,
        phase=Phase.WITH_AGENT,
        reservation_id=event.reservation_id,
        agent_id=event.agent_id,
        agent_name=event.agent_name,
        connected_at_ms=now_ms,
    )
    log = _log(
        Kind.CONNECTED, agent_id=event.agent_id, agent=event.agent_name, waited_seconds=waited
    )
    row = fx.UpdateCall({"status": "with_agent", "agent_id": event.agent_id})
    return state, (fx.BringCaller(event.reservation_id), row, log)


def _agent_left(
    state: CallState, event: ev.AgentLeft, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """The agent's leg ended: the conversation is over, or, if it was but a breath, the agent
    was lost.
    """
    if state.phase is not Phase.WITH_AGENT or event.reservation_id != state.reservation_id:
        return state, ()
    log = _log(Kind.AGENT_LEFT, agent_id=state.agent_id)
    if event.talked_seconds >= LOST_AGENT_SECONDS:
        done = fx.FinishReservation(event.reservation_id)
        return _with(state, phase=Phase.LEAVING), (done, log)
    state = _with(state, phase=Phase.WAITING, reservation_id="", agent_id="", agent_name="")
    back = fx.ReturnToQueue(event.reservation_id)
    row = fx.UpdateCall({"status": "waiting", "agent_id": None})
    return _with(state, told_at_ms=0, told_position=0), (back, row, log)


def _speech_finished(
    state: CallState, event: ev.SpeechFinished, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """After the goodbye the stream is left, and the next webhook hangs up."""
    return state, (fx.LeaveStream(),) if state.phase is Phase.LEAVING else ()


def _stream_lost(
    state: CallState, event: ev.StreamLost, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """Counted, so that the webhook can choose between a new stream and the keys."""
    if state.phase in (Phase.WITH_AGENT, Phase.LEAVING):
        return state, ()
    return _with(state, streams_lost=state.streams_lost + 1), ()


def _person_asked_by_key(
    state: CallState, event: ev.PersonAskedByKey, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """No stream, but a place in the same line as everyone."""
    if state.phase not in (Phase.RINGING, Phase.TALKING):
        return state, ()
    asked = state.handover or Handover(reason="asked", intent="human_agent")
    state, queueing = _into_line(_with(state, handover=asked), None, now_ms, policy)
    return state, (_log(Kind.FELL_BACK, why="person asked by key"), *queueing)


def _call_finished(
    state: CallState, event: ev.CallFinished, now_ms: int, policy: Policy
) -> tuple[CallState, Effects]:
    """The caller's leg is over: leave the line, end the record with what became of the call."""
    ended = _with(state, phase=Phase.ENDED)
    if state.phase is Phase.WAITING:
        waited = (now_ms - state.queued_at_ms) // 1000
        log = _log(Kind.ABANDONED, waited_seconds=waited)
        return ended, (fx.LeaveQueue(), log, fx.CloseCall("abandoned"))
    if state.connected_at_ms:
        finish = fx.FinishReservation(state.reservation_id)
        return ended, (finish, fx.CloseCall("answered_by_agent"))
    if state.memory.done and not state.memory.agenda:
        return ended, (fx.CloseCall("solved_by_bot"),)
    return ended, (fx.CloseCall("caller_left"),)


_HANDLERS: dict[type[ev.Event], Callable[..., tuple[CallState, Effects]]] = {
    ev.StreamOpened: _stream_opened,
    ev.LanguageTold: language_question.told,
    ev.LanguageUnsure: language_question.unsure,
    ev.TurnTaken: _turn_taken,
    ev.MenuTurnTaken: _menu_turn_taken,
    ev.SpeechFinished: _speech_finished,
    ev.WaitChecked: _wait_checked,
    ev.HeardWhileWaiting: _heard_while_waiting,
    ev.AnalysisRefused: _analysis_refused,
    ev.CallerInterrupted: _caller_interrupted,
    ev.AgentAnswered: _agent_answered,
    ev.AgentLeft: _agent_left,
    ev.StreamLost: _stream_lost,
    ev.PersonAskedByKey: _person_asked_by_key,
    ev.CallFinished: _call_finished,
}


def _turn_record(state: CallState, event: ev.TurnTaken) -> Effects:
    """The turn's row and its events."""
    intents = [asdict(intent) for intent in event.reply.understanding.intents]
    entities = [asdict(entity) for entity in event.reply.understanding.entities]
    felt = event.emotion if event.emotion and not event.emotion.abstained else None
    columns: dict[str, Any] = {
        "heard": event.heard,
        "confidence": event.confidence,
        "intents": intents,
        "entities": entities,
        "emotion": mood.as_data(felt) if felt else None,
        "reply": event.reply.text,
    }
    log = [
        _log(Kind.HEARD, turn=state.turn, text=event.heard, confidence=event.confidence),
        _log(Kind.UNDERSTOOD, turn=state.turn, intents=intents, entities=entities),
    ]
    log += [_log(Kind.TEXTED, text=text) for text in event.reply.sent]
    log += [_log(Kind.UNTEXTED, text=text) for text in event.reply.unsent]
    if event.reply.trouble:
        log.append(_log(Kind.SHOP_FAILED, **asdict(event.reply.trouble)))
    return (fx.SaveTurn(state.turn, columns), *log)


def _log(kind: Kind, **data: Any) -> fx.Log:
    return fx.Log(kind.value, data)


def _with(state: CallState, **changes: Any) -> CallState:
    return msgspec.structs.replace(state, **changes)
