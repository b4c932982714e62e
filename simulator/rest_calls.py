"""REST: calls are made, read, redirected and ended."""

import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from aiohttp import web

from simulator.errors import RestRefused, TwimlRefused
from simulator.exchange import Exchange
from simulator.leg import Leg
from simulator.player import Player
from simulator.reporting import StatusCallback, check_events
from simulator.rest_shapes import Route, form_of, not_found, page, record, when
from simulator.twiml import Document, parse

_ADDRESS = re.compile(r"\+[1-9]\d{6,14}|client:[\w.@+-]{1,121}|sip:.+")
_MAX_TWIML = 4000
"""Characters of inline TwiML."""
_DEFAULT_TIMEOUT, _MOST_TIMEOUT = 60, 600
_TRIAL_CALLS = 2

First = Callable[[Player], Coroutine[Any, Any, Document]]


def routes(exchange: Exchange) -> list[Route]:
    """Calls.json and Calls/{sid}.json."""

    async def create(request: web.Request) -> web.Response:
        form = await form_of(request)
        leg = make_call(exchange, form)
        return web.json_response(shape(exchange, leg), status=201)

    async def many(request: web.Request) -> web.Response:
        wanted = {name: request.query.get(name) for name in ("Status", "To", "From")}
        legs = [leg for leg in reversed(exchange.legs.values()) if _is_wanted(leg, wanted)]
        return page(request, "calls", [shape(exchange, leg) for leg in legs])

    async def one(request: web.Request) -> web.Response:
        return web.json_response(shape(exchange, find_leg(exchange, request)))

    async def update(request: web.Request) -> web.Response:
        leg = find_leg(exchange, request)
        change_call(exchange, leg, await form_of(request))
        return web.json_response(shape(exchange, leg))

    async def delete(request: web.Request) -> web.Response:
        leg = find_leg(exchange, request)
        if not leg.ended:
            raise RestRefused(409, 20409, f"call {leg.sid} is {leg.status}; only ended ones go")
        del exchange.legs[leg.sid]
        return web.Response(status=204)

    return [
        ("POST", "/Calls.json", create),
        ("GET", "/Calls.json", many),
        ("GET", "/Calls/{call}.json", one),
        ("POST", "/Calls/{call}.json", update),
        ("DELETE", "/Calls/{call}.json", delete),
    ]


def find_leg(exchange: Exchange, request: web.Request) -> Leg:
    """The call of the address, or 20404."""
    leg = exchange.legs.get(request.match_info["call"])
    if leg is None:
        raise not_found(request)
    return leg


def make_call(exchange: Exchange, form: Mapping[str, str]) -> Leg:
    """Check what Twilio checks, then ring; the answer comes before the phone is picked up."""
    to, from_ = form.get("To", ""), form.get("From", "")
    _check_addresses(exchange, to, from_)
    first = _first(form)
    if first is None:
        raise RestRefused(400, 21205, "Url or Twiml is needed to know what to do with the call")
    unknown = check_events(form.get("StatusCallbackEvent", "").split())
    if unknown:
        raise RestRefused(400, 21626, f"StatusCallbackEvent {unknown[0]!r} is not an event")
    leg = exchange.new_leg(from_=from_, to=to, direction="outbound-api")
    if form.get("MachineDetection"):
        leg.answered_by = getattr(leg.party, "answered_by", "human")
    leg.fallback_url = form.get("FallbackUrl", "")
    callback = StatusCallback.wanted(
        form.get("StatusCallback", ""),
        form.get("StatusCallbackMethod", "POST"),
        form.get("StatusCallbackEvent", "").split(),
    )
    exchange.report_to(leg, callback)
    exchange.originate(leg, _timeout(form), first)
    return leg


def change_call(exchange: Exchange, leg: Leg, form: Mapping[str, str]) -> None:
    """Redirect a live call, or end it."""
    if leg.ended:
        raise RestRefused(
            400, 21220, f"Call is not in-progress. Cannot redirect: it is {leg.status}"
        )
    status = form.get("Status", "")
    if status not in ("", "completed", "canceled"):
        raise RestRefused(400, 21218, f"Status must be completed or canceled, not {status!r}")
    if status:
        _end(leg, status)
        return
    first = _first(form)
    if first is None:
        raise RestRefused(400, 21205, "Url, Twiml or Status is needed")
    if not leg.live:
        raise RestRefused(400, 21220, f"Call is not in-progress. It is {leg.status}")
    if form.get("FallbackUrl"):
        leg.fallback_url = form["FallbackUrl"]
    exchange.journal.add("redirected", leg.sid, url=form.get("Url", ""))
    exchange.run_program(leg, first)


def _end(leg: Leg, status: str) -> None:
    """`canceled` ends only a call that is not answered; `completed` ends any."""
    if status == "completed" or leg.answered_at is None:
        leg.end("canceled" if leg.answered_at is None else "completed", "ended-by-api")


def _check_addresses(exchange: Exchange, to: str, from_: str) -> None:
    if not to:
        raise RestRefused(400, 21201, "No 'To' number is specified")
    if not _ADDRESS.fullmatch(to):
        raise RestRefused(400, 21211, f"The 'To' number {to} is not a valid phone number")
    if not from_:
        raise RestRefused(400, 21213, "No 'From' number is specified")
    if from_ not in exchange.numbers and not from_.startswith("client:"):
        raise RestRefused(400, 21210, f"'From' phone number {from_} is not one of the account's")
    if exchange.options.trial and len(exchange.live_legs()) >= _TRIAL_CALLS:
        raise RestRefused(429, 10004, "Call concurrency limit exceeded")


def _first(form: Mapping[str, str]) -> First | None:
    """What the call plays first: inline TwiML wins over an address, as at Twilio."""
    twiml, url = form.get("Twiml", ""), form.get("Url", "")
    if twiml:
        _check_twiml(twiml)

        async def inline(player: Player) -> Document:
            return player.read(twiml, url)

        return inline
    if not url:
        return None
    if not url.startswith(("http://", "https://")):
        raise RestRefused(400, 21205, f"Url is not a valid URL: {url}")

    async def fetched(player: Player) -> Document:
        return await player.fetch(url, form.get("Method", "POST"))

    return fetched


def _check_twiml(twiml: str) -> None:
    if len(twiml) > _MAX_TWIML:
        raise RestRefused(400, 21617, f"Twiml has {len(twiml)} characters, at most {_MAX_TWIML}")
    try:
        parse(twiml)
    except TwimlRefused as error:
        raise RestRefused(400, 12100, error.sentence) from error


def _timeout(form: Mapping[str, str]) -> int:
    value = form.get("Timeout", str(_DEFAULT_TIMEOUT))
    if not value.isdigit() or int(value) > _MOST_TIMEOUT:
        raise RestRefused(400, 21235, f"Timeout must be at most {_MOST_TIMEOUT}, not {value!r}")
    return int(value)


def _is_wanted(leg: Leg, wanted: Mapping[str, str | None]) -> bool:
    facts = {"Status": leg.status, "To": leg.to, "From": leg.from_}
    return all(value in (None, facts[name]) for name, value in wanted.items())


def shape(exchange: Exchange, leg: Leg) -> dict[str, Any]:
    """A call as Twilio's JSON."""
    path = f"Calls/{leg.sid}"
    facts = {
        "sid": leg.sid,
        "parent_call_sid": leg.parent_sid or None,
        "from": leg.from_,
        "from_formatted": leg.from_,
        "to": leg.to,
        "to_formatted": leg.to,
        "status": leg.status,
        "direction": leg.direction,
        "date_created": when(leg.created_at),
        "date_updated": when(leg.ended_at or leg.answered_at or leg.created_at),
        "start_time": when(leg.answered_at),
        "end_time": when(leg.ended_at),
        "duration": str(leg.seconds) if leg.ended else None,
        "answered_by": leg.answered_by or None,
        "queue_time": "0",
        "subresource_uris": {
            "recordings": record(exchange, f"{path}/Recordings", {})["uri"],
        },
    }
    return record(exchange, path, facts)
