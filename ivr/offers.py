"""A reserved agent's phone rings: the offer of a caller, and what becomes of it."""

from collections.abc import Callable
from datetime import datetime

from calls.kinds import Kind
from calls.log import CallLog
from queues.reservations import Reservation, Reservations
from telephony.client import VoiceClient
from telephony.errors import TelephonyError
from telephony.events import CallStatus

_OUTCOMES = {
    CallStatus.NO_ANSWER: "timed_out",
    CallStatus.BUSY: "busy",
    CallStatus.CANCELED: "rejected",
    CallStatus.FAILED: "failed",
}


class Offers:
    """Rings agents for the dispatcher and tells the queue how it went."""

    def __init__(
        self,
        *,
        client: VoiceClient,
        reservations: Reservations,
        call_log: CallLog,
        public_base_url: str,
        caller_id: str,
        ring_seconds: int,
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._reservations = reservations
        self._log = call_log
        self._base = public_base_url
        self._caller_id = caller_id
        self._ring_seconds = ring_seconds
        self._now = now

    def ring(self, reservation: Reservation) -> None:
        """Dial the agent's phone; answering it accepts. A failure returns the caller to the
        line.
        """
        self._log.append(
            reservation.call_sid,
            Kind.OFFERED,
            self._now(),
            agent_id=reservation.agent_id,
            agent=reservation.agent_name,
            reservation=reservation.id,
            why=reservation.why,
            required=list(reservation.required),
            waited_seconds=reservation.waited_seconds,
            idle_seconds=reservation.idle_seconds,
        )
        try:
            leg = self._client.dial_agent(
                reservation.endpoint,
                self._caller_id,
                f"{self._base}/voice/agent/{reservation.id}",
                f"{self._base}/voice/agent-status/{reservation.id}",
                self._ring_seconds,
            )
        except TelephonyError:
            self.failed(reservation, "failed")
            return
        self._log.add_leg(
            leg,
            reservation.call_sid,
            party="agent",
            agent_id=reservation.agent_id,
            now=self._now(),
        )

    def not_answered(self, reservation_id: str, status: CallStatus) -> None:
        """The agent's phone was not picked up."""
        reservation = self._reservations.get(reservation_id)
        if reservation is not None and status in _OUTCOMES:
            self.failed(reservation, _OUTCOMES[status])

    def failed(self, reservation: Reservation, outcome: str) -> None:
        """Return the caller to the line; False from the queue: accepted, expired or gone
        already.
        """
        now = self._now()
        if self._reservations.release(reservation.id, outcome, int(now.timestamp() * 1000)):
            self.log_not_answered(reservation, outcome)

    def expired(self, reservation: Reservation) -> None:
        """The lease ran out before any status came."""
        self.log_not_answered(reservation, "timed_out")

    def log_not_answered(self, reservation: Reservation, reason: str) -> None:
        """Into the call's record."""
        self._log.append(
            reservation.call_sid,
            Kind.NOT_ANSWERED,
            self._now(),
            agent_id=reservation.agent_id,
            reason=reason,
        )
