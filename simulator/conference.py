"""Conferences: who is in, when they start and end, and the callbacks that say so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from simulator.clock import rfc2822
from simulator.leg import Leg
from simulator.mixing import Room, Seat
from simulator.signing import new_sid
from simulator.twiml import Node

if TYPE_CHECKING:
    from simulator.exchange import Exchange

_LATE_LEAVE_SECONDS = 0.3


@dataclass(slots=True)
class Participant:
    """One leg in a conference."""

    leg: Leg
    seat: Seat
    label: str
    starts: bool
    ends: bool
    joined_at: datetime
    over: asyncio.Event
    """Set when the conference or this participation ends."""
    reason: str = "participant-hung-up"

    @property
    def sid(self) -> str:
        """The participant's CallSid."""
        return self.leg.sid


class Conference:
    """A room with a name, rules of starting and ending, and an observer."""

    def __init__(self, name: str, exchange: Exchange, on_end: Callable[[Conference], None]) -> None:
        self.sid = new_sid("CF")
        self.name = name
        self.status = "init"
        self.created_at = self.updated_at = exchange.clock.now()
        self.participants: dict[str, Participant] = {}
        self.reason_ended = ""
        self.sid_ending = ""
        self._exchange = exchange
        self._on_end = on_end
        self._room = Room(is_open=False)
        self._callback = ""
        self._method = "POST"
        self._events: frozenset[str] = frozenset()
        self._sequence = 0

    @property
    def ended(self) -> bool:
        """Whether it is over."""
        return self.status == "completed"

    def watch(self, url: str, method: str, events: frozenset[str]) -> None:
        """The first participant that names an address decides who is told."""
        if url and not self._callback:
            self._callback, self._method, self._events = url, method, events

    def join(self, leg: Leg, noun: Node) -> Participant:
        """A leg takes its seat; the conference starts when two are in and one may start it."""
        seat = self._room.sit(leg)
        seat.muted = noun.flag("muted", False)
        seat.coaching = noun.get("coach")
        participant = Participant(
            leg,
            seat,
            noun.get("participantLabel"),
            noun.flag("startConferenceOnEnter", True),
            noun.flag("endConferenceOnExit", False),
            self._exchange.clock.now(),
            asyncio.Event(),
        )
        self.participants[leg.sid] = participant
        self._tell("participant-join", participant)
        may_start = any(one.starts for one in self.participants.values())
        if self.status == "init" and may_start and len(self.participants) > 1:
            self.status = "in-progress"
            self._room.open = True
            self._tell("conference-start", participant)
        return participant

    def leave(self, participant: Participant) -> None:
        """A leg rises; the last one, or one that ends it on exit, ends the conference."""
        if self.participants.pop(participant.sid, None) is None:
            return
        self._room.rise(participant.seat)
        participant.over.set()
        kicked = participant.reason == "participant-kicked"
        ends = participant.ends and not self.ended
        if not self.participants and not ends:
            reason = "last-participant-kicked" if kicked else "last-participant-left"
            self._leave_and_end(participant, reason)
        elif ends:
            how = "kicked" if kicked else "left"
            reason = f"participant-with-end-conference-on-exit-{how}"
            self._leave_and_end(participant, reason)
        else:
            self._tell("participant-leave", participant)

    def kick(self, participant: Participant) -> None:
        """Put a participant out of the conference; its call goes on with the next verb."""
        participant.reason = "participant-kicked"
        self.leave(participant)

    def end(self, reason: str, ended_by: str = "") -> None:
        """Close the room; everybody goes on to the next verb."""
        if self.ended:
            return
        self.status, self.reason_ended, self.sid_ending = "completed", reason, ended_by
        left = list(self.participants.values())
        for participant in left:
            participant.reason = "conference-ended"
        self._tell("conference-end", None)
        for participant in left:
            self.leave(participant)
        self._on_end(self)

    def change(self, participant: Participant, **changes: bool | str) -> None:
        """Mute, hold, coach or change the exit rule, as REST asks."""
        seat = participant.seat
        for name, value in changes.items():
            if name == "ends":
                participant.ends = bool(value)
            elif name == "coaching":
                seat.coaching = str(value)
            else:
                before = getattr(seat, name)
                setattr(seat, name, bool(value))
                if before != bool(value):
                    self._tell(_CHANGE_EVENTS[name][bool(value)], participant)
        self.updated_at = self._exchange.clock.now()

    def _leave_and_end(self, participant: Participant, reason: str) -> None:
        if self.ended:
            self._tell("participant-leave", participant)
        elif self._exchange.options.late_participant_leave:
            self.end(reason, participant.sid)
            self._exchange.later(
                _LATE_LEAVE_SECONDS, lambda: self._tell("participant-leave", participant)
            )
        else:
            self._tell("participant-leave", participant)
            self.end(reason, participant.sid)

    def _tell(self, event: str, participant: Participant | None) -> None:
        """Journal an event and, if its kind is wanted, send the callback."""
        self._sequence += 1
        self.updated_at = self._exchange.clock.now()
        form = self._form(event, participant)
        sid = participant.sid if participant else ""
        self._exchange.journal.add(event, sid, conference=self.name, sid=self.sid)
        if self._callback and _KINDS[event] in self._events:
            self._exchange.webhooks.notify(self._callback, form, self._method)

    def _form(self, event: str, participant: Participant | None) -> dict[str, str]:
        form = {
            "AccountSid": self._exchange.account_sid,
            "ConferenceSid": self.sid,
            "FriendlyName": self.name,
            "StatusCallbackEvent": event,
            "SequenceNumber": str(self._sequence),
            "Timestamp": rfc2822(self.updated_at),
        }
        if event == "conference-end":
            form["ReasonConferenceEnded"] = self.reason_ended
            if self.sid_ending:
                form["CallSidEndingConference"] = self.sid_ending
        elif participant is not None:
            form |= _participant_form(event, participant)
        return form


def _participant_form(event: str, participant: Participant) -> dict[str, str]:
    seat = participant.seat
    form = {
        "CallSid": participant.sid,
        "Muted": str(seat.muted).lower(),
        "Hold": str(seat.held).lower(),
        "Coaching": str(bool(seat.coaching)).lower(),
        "StartConferenceOnEnter": str(participant.starts).lower(),
        "EndConferenceOnExit": str(participant.ends).lower(),
    }
    if participant.label:
        form["ParticipantLabel"] = participant.label
    if event == "participant-leave":
        form["ReasonParticipantLeft"] = participant.reason
    return form


_KINDS = {
    "participant-join": "join",
    "participant-leave": "leave",
    "conference-start": "start",
    "conference-end": "end",
    "participant-mute": "mute",
    "participant-unmute": "mute",
    "participant-hold": "hold",
    "participant-unhold": "hold",
}
_CHANGE_EVENTS = {
    "muted": {True: "participant-mute", False: "participant-unmute"},
    "held": {True: "participant-hold", False: "participant-unhold"},
}


class Conferences:
    """All conferences of the account; a name in use means the same room."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._live: dict[str, Conference] = {}
        self.all: dict[str, Conference] = {}

    def named(self, name: str) -> Conference:
        """The live conference of this name, made if there is none."""
        if name not in self._live:
            conference = Conference(name, self._exchange, self._forget)
            self._live[name] = self.all[conference.sid] = conference
        return self._live[name]

    def find(self, sid_or_name: str) -> Conference | None:
        """By CF… id, or a live one by name."""
        return self.all.get(sid_or_name) or self._live.get(sid_or_name)

    def _forget(self, conference: Conference) -> None:
        self._live.pop(conference.name, None)
