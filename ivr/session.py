"""Every event of a live call goes through here: load, decide (pure), save, perform. Nothing
else.
"""

from collections.abc import Callable

import msgspec

from ivr import effects as fx
from ivr import events as ev
from ivr.errors import TooBusy, UnknownCall
from ivr.perform import Performer
from ivr.session_store import SessionStore
from ivr.state import CallState
from ivr.transitions import Policy, begin, transition

TRIES = 8
"""Optimistic saves before giving up; two writers at once are rare, eight never seen."""


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
        state, effects = begin(call_sid, event, self._now_ms())
        if not self._store.save(state, expected=None, pending=()):
            return False
        self._performer.perform(state, effects)
        return True

    def handle(
        self, call_sid: str, event: ev.Event
    ) -> tuple[CallState, tuple[fx.StreamEffect, ...]]:
        """Apply an event; returns the new state and what the holder of the stream has to do.

        Raises UnknownCall, TooBusy or LiveStateUnavailable.
        """
        for _ in range(TRIES):
            held = self._store.load(call_sid)
            if held is None:
                raise UnknownCall(call_sid)
            before, undone = held
            self._performer.perform(before, undone)  # a crash left these; each is idempotent
            after, effects = transition(before, event, self._now_ms(), self._policy)
            after = msgspec.structs.replace(after, version=before.version + 1)
            due = tuple(e for e in effects if isinstance(e, fx.Effect))
            if self._store.save(after, expected=before.version, pending=due):
                self._performer.perform(after, due)
                if due:
                    self._store.performed(after)
                return after, tuple(e for e in effects if isinstance(e, fx.StreamEffect))
        raise TooBusy(call_sid, TRIES)

    def load(self, call_sid: str) -> CallState:
        """The call as it is now. Raises UnknownCall."""
        held = self._store.load(call_sid)
        if held is None:
            raise UnknownCall(call_sid)
        return held[0]
