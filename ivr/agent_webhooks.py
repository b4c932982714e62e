"""The agents' legs: answering accepts the reservation, and both legs meet in a conference room."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, request

from calls.log import CallLog
from ivr import events as ev
from ivr.errors import UnknownCall
from ivr.offers import Offers
from ivr.session import CallSession
from ivr.state import CallState, Phase
from ivr.turn import TurnTaker
from ivr.webhooks import goodbye, make_signature_check, refusal, xml
from queues.reservations import Reservation, Reservations
from telephony import requests as forms
from telephony.signature import RequestSignature
from telephony.verbs import DialConference, Hangup, Redirect

GONE = goodbye("来电者已离开。The caller is gone.", "zh")
BROKEN = goodbye("抱歉,系统出现故障,再见。Sorry, something went wrong here. Goodbye.", "zh")
"""In both languages: whose call it is can be what is not known."""


@dataclass(frozen=True, slots=True)
class AgentParts:
    """What the agents' webhooks work with."""

    session: CallSession
    turns: TurnTaker
    reservations: Reservations
    offers: Offers
    call_log: CallLog
    signature: RequestSignature
    public_base_url: str
    now: Callable[[], datetime]
    on_rejected: Callable[[], None]


def make_agent_blueprint(parts: AgentParts) -> Blueprint:
    """Views under /voice for the agents' legs and for the caller's way into the room."""
    agents = Blueprint("agent_legs", __name__, url_prefix="/voice")
    views = _AgentViews(parts)
    agents.before_request(make_signature_check(parts.signature, parts.on_rejected))
    agents.register_error_handler(Exception, views.apologise)
    agents.add_url_rule("/agent/<rid>", "answered", views.answered, methods=["POST"])
    agents.add_url_rule("/agent-status/<rid>", "status", views.status, methods=["POST"])
    agents.add_url_rule("/connect/<rid>", "connect", views.connect, methods=["POST"])
    agents.add_url_rule("/after-agent/<rid>", "after", views.after, methods=["POST"])
    return agents


class _AgentViews:
    def __init__(self, parts: AgentParts) -> None:
        self._parts = parts

    def answered(self, rid: str) -> Response:
        """The agent picked up: the first to accept has the caller; too late is said kindly."""
        now_ms = self._now_ms()
        self._parts.reservations.accept(rid, now_ms)
        reservation = self._parts.reservations.get(rid)
        if reservation is None or reservation.state != "accepted":
            return xml(GONE)
        if not self._joined(reservation):
            # Hung up in the very moment of accepting: nobody else would free the agent.
            self._parts.reservations.complete(rid, now_ms, wrap_up_ms=0)
            return xml(GONE)
        return xml((_room(rid, ends=True), Hangup()))

    def _joined(self, reservation: Reservation) -> bool:
        """Whether the caller is this agent's now; a webhook that is sent twice finds it true."""
        try:
            state, _ = self._parts.session.handle(reservation.call_sid, _answered(reservation))
        except UnknownCall:
            return False
        return state.phase is Phase.WITH_AGENT and state.reservation_id == reservation.id

    def status(self, rid: str) -> Response:
        """The agent's leg moved on."""
        changed = forms.parse_call_status(request.form)
        if not changed.status.is_final:
            return Response(status=204)
        self._parts.call_log.end_leg(changed.call_sid, changed.status.value, self._parts.now())
        reservation = self._parts.reservations.get(rid)
        if reservation is not None and reservation.state in ("accepted", "completed"):
            self._left(reservation.call_sid, rid)
        else:
            self._parts.offers.not_answered(rid, changed.status)
        return Response(status=204)

    def connect(self, rid: str) -> Response:
        """The caller's leg, taken from the stream, enters the room."""
        after = Redirect(f"{self._parts.public_base_url}/voice/after-agent/{rid}")
        return xml((_room(rid, ends=True), after))

    def after(self, rid: str) -> Response:
        """The room is empty: thanks and goodbye, or back in line when the agent was lost."""
        call_sid = forms.parse_incoming(request.form).call_sid
        state = self._left(call_sid, rid)
        if state is not None and state.phase is Phase.WAITING:
            return xml((Redirect(f"{self._parts.public_base_url}/voice/resume"),))
        if state is None:
            return xml((Hangup(),))
        text = self._parts.turns.words(state, "goodbye", {})
        return xml(goodbye(text, state.memory.language))

    def apologise(self, problem: Exception) -> Response:
        """The border: log it; who is on the line hears words instead of a dead line."""
        return refusal(problem, callbacks=("/voice/agent-status/",)) or xml(BROKEN)

    def _left(self, call_sid: str, rid: str) -> CallState | None:
        """The call after the agent left it; None: it is not known any more."""
        try:
            state = self._parts.session.load(call_sid)
            talked = max(0, self._now_ms() - state.connected_at_ms) // 1000
            left = ev.AgentLeft(reservation_id=rid, talked_seconds=talked)
            return self._parts.session.handle(call_sid, left)[0]
        except UnknownCall:
            return None

    def _now_ms(self) -> int:
        return int(self._parts.now().timestamp() * 1000)


def _answered(reservation: Reservation) -> ev.AgentAnswered:
    return ev.AgentAnswered(
        reservation_id=reservation.id,
        agent_id=reservation.agent_id,
        agent_name=reservation.agent_name,
    )


def _room(rid: str, *, ends: bool) -> DialConference:
    return DialConference(room=rid, end_on_exit=ends, start_on_enter=True, status_callback="")
