"""The words of webhooks: form fields of a call, and its progress callbacks."""

from collections.abc import Iterable
from dataclasses import dataclass

from simulator.clock import rfc2822
from simulator.leg import Leg
from simulator.webhooks import Webhooks

API_VERSION = "2010-04-01"
_PLACES = {"+86": "CN", "+852": "HK", "+44": "GB", "+49": "DE", "+1": "US"}
_EVENTS = ("initiated", "ringing", "answered", "completed")


def call_form(leg: Leg, account_sid: str) -> dict[str, str]:
    """The fields that every webhook about a call carries."""
    form = {
        "CallSid": leg.sid,
        "AccountSid": account_sid,
        "From": leg.from_,
        "To": leg.to,
        "Caller": leg.from_,
        "Called": leg.to,
        "CallStatus": leg.status,
        "Direction": leg.direction,
        "ApiVersion": API_VERSION,
    }
    for side, address in (("From", leg.from_), ("To", leg.to)):
        twin = "Caller" if side == "From" else "Called"
        for part, value in _place(address).items():
            form[side + part] = form[twin + part] = value
    if leg.answered_by and leg.answered_at is not None:
        form["AnsweredBy"] = leg.answered_by
    if leg.parent_sid:
        form["ParentCallSid"] = leg.parent_sid
    return form


def _place(address: str) -> dict[str, str]:
    country = next((land for code, land in _PLACES.items() if address.startswith(code)), "")
    if address.startswith("client:"):
        return {}
    return {"Country": country, "State": "", "City": "", "Zip": ""}


@dataclass(frozen=True, slots=True)
class StatusCallback:
    """Where call progress is reported, and which steps of it."""

    url: str
    method: str = "POST"
    events: tuple[str, ...] = ("completed",)

    @classmethod
    def wanted(
        cls, url: str, method: str = "POST", events: Iterable[str] = ()
    ) -> "StatusCallback | None":
        """None without an address; `completed` when no event is named."""
        return cls(url, method or "POST", tuple(events) or ("completed",)) if url else None


class StatusReporter:
    """Sends one leg's progress to its callback address, numbered."""

    def __init__(
        self, leg: Leg, callback: StatusCallback, account_sid: str, webhooks: Webhooks
    ) -> None:
        self._leg, self._callback = leg, callback
        self._account_sid, self._webhooks = account_sid, webhooks
        self._sequence = 0

    def __call__(self, event: str) -> None:
        """Report one event, if it is wanted."""
        if event not in self._callback.events:
            return
        number, self._sequence = self._sequence, self._sequence + 1
        form = call_form(self._leg, self._account_sid)
        if event == "initiated":
            form["CallStatus"] = "initiated"
        form["Timestamp"] = rfc2822(self._leg.clock.now())
        form["SequenceNumber"] = str(number)
        form["CallbackSource"] = "call-progress-events"
        if event == "completed":
            form["CallDuration"] = str(self._leg.seconds)
            form["Duration"] = str(-(-self._leg.seconds // 60))
        self._webhooks.notify(self._callback.url, form, self._callback.method)


def check_events(events: Iterable[str]) -> list[str]:
    """Names that are no call progress events."""
    return [event for event in events if event not in _EVENTS]
