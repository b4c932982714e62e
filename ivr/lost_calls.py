"""Calls whose end nobody told us: the last status callback was lost while we were away.

A quiet call is asked of the provider; one that is over there ends here too, so that no agent is
ever
rung for a caller who has gone.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from calls.errors import CallRecordError
from calls.log import CallLog
from calls.models import Call
from ivr import events as ev
from ivr.errors import IvrError, UnknownCall
from ivr.session import CallSession
from ivr.state import Phase
from telephony.client import VoiceClient
from telephony.errors import TelephonyError

logger = logging.getLogger(__name__)

QUIET_SECONDS = 45
"""A caller on our stream makes an event at least as often: waiting is looked at every second."""
WITH_AGENT_SECONDS = 300
"""Talk with an agent makes no events; asked this often."""
SWEEP_SECONDS = 15.0


class LostCalls:
    """Looks for them; any number of processes may."""

    def __init__(
        self,
        call_log: CallLog,
        session: CallSession,
        client: VoiceClient,
        now: Callable[[], datetime],
    ) -> None:
        self._log = call_log
        self._session = session
        self._client = client
        self._now = now
        self._asked_ms: dict[str, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Until `stop`; a part that is away is tried again in the next round."""
        while not stop.wait(SWEEP_SECONDS):
            try:
                self.sweep()
            except (IvrError, CallRecordError, TelephonyError) as problem:
                logger.warning("lost calls are looked for again later: %s", problem)

    def sweep(self) -> list[str]:
        """End every open call that the provider does not know any more; their CallSids."""
        now = self._now()
        candidates = self._log.open_calls(now - timedelta(seconds=QUIET_SECONDS))
        open_sids = {call.sid for call in candidates}
        self._asked_ms = {sid: at for sid, at in self._asked_ms.items() if sid in open_sids}
        return [call.sid for call in candidates if self._ended(call, now)]

    def _ended(self, call: Call, now: datetime) -> bool:
        now_ms = int(now.timestamp() * 1000)
        if not self._is_quiet(call, now_ms):
            return False
        self._asked_ms[call.sid] = now_ms
        if self._client.is_live(call.sid):
            return False
        logger.warning("call %s ended unnoticed; its record ends now", call.sid)
        try:
            self._session.handle(call.sid, ev.CallFinished())
        except UnknownCall:
            self._log.end_call(call.sid, "failed", now)
        return True

    def _is_quiet(self, call: Call, now_ms: int) -> bool:
        """No event and no question for so long that it may be over."""
        try:
            state = self._session.load(call.sid)
        except UnknownCall:
            return True
        limit = WITH_AGENT_SECONDS if state.phase is Phase.WITH_AGENT else QUIET_SECONDS
        last = max(state.touched_at_ms, self._asked_ms.get(call.sid, 0))
        return now_ms - last >= limit * 1000
