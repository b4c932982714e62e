"""Performs what a call's transition decided: the one place where decisions meet queue, line and
record.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from calls.kinds import Kind
from calls.log import CallLog
from ivr import effects as fx
from ivr.state import CallState
from queues.reservations import Reservations
from queues.waiting import Waiting
from security.masking import mask_number
from telephony.client import VoiceClient
from telephony.errors import CallGone

ExpectedWait = Callable[[int, tuple[str, ...]], int | None]
"""Seconds from the place in line and the skills needed; None when nobody has them."""


class Performer:
    """Performs effects; each may be performed again after a crash without harm."""

    def __init__(  # noqa: PLR0913
        self,
        *,
        call_log: CallLog,
        waiting: Waiting,
        reservations: Reservations,
        expected_wait: ExpectedWait,
        client: VoiceClient,
        public_base_url: str,
        wrap_up_ms: int,
        now: Callable[[], datetime],
    ) -> None:
        self._log = call_log
        self._waiting = waiting
        self._reservations = reservations
        self._expected_wait = expected_wait
        self._client = client
        self._base = public_base_url
        self._wrap_up_ms = wrap_up_ms
        self._now = now
        self._do: Mapping[type[fx.Effect], Callable[[CallState, Any], None]] = {
            fx.Log: self._write_log,
            fx.SaveTurn: self._save_turn,
            fx.UpdateCall: self._update_call,
            fx.ForgetEmotion: self._forget_emotion,
            fx.JoinQueue: self._join_queue,
            fx.LeaveQueue: self._leave_queue,
            fx.MovePriority: self._move_priority,
            fx.BringCaller: self._bring_caller,
            fx.FinishReservation: self._finish_reservation,
            fx.ReturnToQueue: self._return_to_queue,
            fx.CloseCall: self._close_call,
        }

    def perform(self, state: CallState, effects: Iterable[fx.Effect | fx.StreamEffect]) -> None:
        """Do them in order; effects for the stream are its holder's."""
        for effect in effects:
            if isinstance(effect, fx.Effect):
                self._do[type(effect)](state, effect)

    def _now_ms(self) -> int:
        return int(self._now().timestamp() * 1000)

    def _write_log(self, state: CallState, effect: fx.Log) -> None:
        kind = Kind(effect.kind)
        if kind is Kind.ANSWERED:
            self._log.update(state.call_sid, status="bot", answered_at=self._now())
        if kind is Kind.CONNECTED:
            self._log.update(state.call_sid, connected_at=self._now())
        self._log.append(state.call_sid, kind, self._now(), **effect.data)

    def _save_turn(self, state: CallState, effect: fx.SaveTurn) -> None:
        self._log.save_turn(state.call_sid, effect.number, self._now(), **effect.columns)

    def _update_call(self, state: CallState, effect: fx.UpdateCall) -> None:
        self._log.update(state.call_sid, **effect.columns)

    def _forget_emotion(self, state: CallState, effect: fx.ForgetEmotion) -> None:
        self._log.forget_emotion(state.call_sid)

    def _join_queue(self, state: CallState, effect: fx.JoinQueue) -> None:
        plan = effect.plan
        joined = self._waiting.join(
            state.call_sid,
            plan,
            state.queued_at_ms,
            language=effect.language,
            story=effect.story,
            caller_masked=mask_number(state.caller.number),
        )
        if joined.already:
            return
        now = self._now()
        self._log.update(state.call_sid, queued_at=now)
        self._log.append(
            state.call_sid,
            Kind.QUEUED,
            now,
            queue=plan.queue,
            skills=list(plan.skills),
            boost_seconds=plan.priority.boost_seconds,
            terms=_terms(plan.priority),
            position=joined.position,
            expected_wait_seconds=self._expected_wait(joined.position, plan.skills),
            why=plan.why,
            **_request(state),
        )

    def _leave_queue(self, state: CallState, effect: fx.LeaveQueue) -> None:
        left = self._waiting.leave(state.call_sid, self._now_ms())
        if left is not None and left.rescinded:
            for leg in self._log.legs(state.call_sid):  # an agent's phone is ringing for nobody
                if leg.party == "agent" and leg.ended_at is None:
                    self._client.hang_up(leg.sid)

    def _move_priority(self, state: CallState, effect: fx.MovePriority) -> None:
        position = self._waiting.reprioritise(state.call_sid, effect.priority, self._now_ms())
        if position is None:
            return  # left or already offered in the meantime
        self._log.append(
            state.call_sid,
            Kind.MOVED,
            self._now(),
            boost_seconds=effect.priority.boost_seconds,
            terms=_terms(effect.priority),
            position=position,
        )

    def _bring_caller(self, state: CallState, effect: fx.BringCaller) -> None:
        url = f"{self._base}/voice/connect/{effect.reservation_id}"
        try:
            self._client.redirect_call(state.call_sid, url)
        except CallGone:
            return  # hung up in this very moment; the status callback ends the call

    def _finish_reservation(self, state: CallState, effect: fx.FinishReservation) -> None:
        self._reservations.complete(effect.reservation_id, self._now_ms(), self._wrap_up_ms)

    def _return_to_queue(self, state: CallState, effect: fx.ReturnToQueue) -> None:
        self._reservations.requeue(effect.reservation_id, self._now_ms())

    def _close_call(self, state: CallState, effect: fx.CloseCall) -> None:
        now = self._now()
        if self._log.end_call(state.call_sid, effect.outcome, now):
            seconds = (self._now_ms() - state.started_at_ms) // 1000
            self._log.append(
                state.call_sid, Kind.ENDED, now, outcome=effect.outcome, seconds=seconds
            )


def _request(state: CallState) -> dict[str, Any]:
    """What `why` says, for pages in another language than English."""
    asked = state.handover
    if asked is None:
        return {}
    return {"reason": asked.reason, "intent": asked.intent, "category": asked.category}


def _terms(priority: Any) -> list[dict[str, Any]]:
    return [
        {"name": term.name, "seconds": term.seconds, "reason": term.reason, "facts": term.facts}
        for term in priority.terms
    ]
