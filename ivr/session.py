"""Every event of a live call goes through here: load, decide (pure), save, perform. Nothing
else.
"""

import logging
import random
import time
from collections.abc import Callable

import msgspec

from calls.errors import CallRecordError
from ivr import effects as fx
from ivr import events as ev
from ivr.errors import TooBusy, UnknownCall
from ivr.perform import Performer
from ivr.session_store import Due, SessionStore, due_field, version_of
from ivr.state import CallState
from ivr.transitions import Policy, begin, transition
from telephony.errors import TelephonyError

logger = logging.getLogger(__name__)

TRIES = 8
"""Optimistic saves before giving up; two writers at once are rare, eight never seen."""
PAUSE_SECONDS = 0.005
"""A loser waits up to so long for each try that it lost: four writers at once starved one."""


class CallSession:
    """Serves web and media processes alike; safe to call from any thread and any process."""

    def __init__(
        self,
        store: SessionStore,
        performer: Performer,
        policy: Policy,
        now_ms: Callable[[], int],
    ) -> None:
        self._store = store
        self._performer = performer
        self._policy = policy
        self._now_ms = now_ms

    def begin(self, call_sid: str, event: ev.CallRang) -> bool:
        """A call rings. False: it was known already (a duplicate webhook)."""
        now_ms = self._now_ms()
        state = begin(call_sid, event, now_ms)
        return self._store.save(state, expected=None, effects=(), now_ms=now_ms)

    def handle(
        self, call_sid: str, event: ev.Event
    ) -> tuple[CallState, tuple[fx.StreamEffect, ...]]:
        """Apply an event; returns the new state and what the holder of the stream has to do.

        Raises UnknownCall, TooBusy or LiveStateUnavailable.
        """
        for lost in range(TRIES):
            time.sleep(random.uniform(0, PAUSE_SECONDS * lost))
            now_ms = self._now_ms()
            before = self._caught_up(call_sid, now_ms)
            after, effects = transition(before, event, now_ms, self._policy)
            after = msgspec.structs.replace(after, version=before.version + 1, touched_at_ms=now_ms)
            due = tuple(e for e in effects if isinstance(e, fx.Effect))
            if self._store.save(after, expected=before.version, effects=due, now_ms=now_ms):
                self._performer.perform(after, due)
                if due:
                    self._store.performed(call_sid, due_field(after.version))
                return after, tuple(e for e in effects if isinstance(e, fx.StreamEffect))
        raise TooBusy(call_sid, TRIES)

    def load(self, call_sid: str) -> CallState:
        """The call as it is now. Raises UnknownCall."""
        held = self._store.load(call_sid)
        if held is None:
            raise UnknownCall(call_sid)
        return held.state

    def _caught_up(self, call_sid: str, now_ms: int) -> CallState:
        """The state, after performing what a process left undone when it died."""
        held = self._store.load(call_sid)
        if held is None:
            raise UnknownCall(call_sid)
        for field, due in sorted(held.due.items(), key=lambda item: version_of(item[0])):
            overdue = now_ms >= due.until_ms
            if overdue and self._store.take_over(call_sid, field, due, now_ms):
                self._catch_up(held.state, field, due)
        return held.state

    def _catch_up(self, state: CallState, field: str, due: Due) -> None:
        try:
            self._performer.perform(state, due.effects)
        except (TelephonyError, CallRecordError) as problem:
            # Still listed, so tried again after its lease; the event at hand must not wait for
            # it, for it may be the end of the call.
            logger.error("call %s: %s is still undone: %s", state.call_sid, field, problem)
        else:
            self._store.performed(state.call_sid, field)
