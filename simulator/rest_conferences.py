"""REST: conferences and their participants."""

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from simulator.conference import Conference, Participant
from simulator.errors import RestRefused
from simulator.exchange import Exchange
from simulator.rest_calls import make_call
from simulator.rest_shapes import Route, flag, form_of, not_found, page, record, when


def routes(exchange: Exchange) -> list[Route]:
    """Conferences.json, Conferences/{sid}.json and the participants below."""
    return [*_conference_routes(exchange), *_participant_routes(exchange)]


def _conference_routes(exchange: Exchange) -> list[Route]:
    async def many(request: web.Request) -> web.Response:
        name, status = request.query.get("FriendlyName"), request.query.get("Status")
        found = [
            one
            for one in reversed(exchange.conferences.all.values())
            if name in (None, one.name) and status in (None, one.status)
        ]
        return page(request, "conferences", [_shape(exchange, one) for one in found])

    async def one(request: web.Request) -> web.Response:
        return web.json_response(_shape(exchange, _find(exchange, request)))

    async def update(request: web.Request) -> web.Response:
        conference, form = _find(exchange, request), await form_of(request)
        if form.get("Status", "completed") != "completed":
            raise RestRefused(400, 20001, f"Status must be completed, not {form['Status']!r}")
        if form.get("Status"):
            conference.end("conference-ended-via-api")
        return web.json_response(_shape(exchange, conference))

    return [
        ("GET", "/Conferences.json", many),
        ("GET", "/Conferences/{conference}.json", one),
        ("POST", "/Conferences/{conference}.json", update),
    ]


def _participant_routes(exchange: Exchange) -> list[Route]:
    base = "/Conferences/{conference}/Participants"

    async def many(request: web.Request) -> web.Response:
        conference = _find(exchange, request)
        found = [_participant(exchange, conference, p) for p in conference.participants.values()]
        return page(request, "participants", found)

    async def add(request: web.Request) -> web.Response:
        """Ring somebody into a conference; its name may be new."""
        name = request.match_info["conference"]
        conference = exchange.conferences.find(name) or exchange.conferences.named(name)
        form = await form_of(request)
        leg = make_call(exchange, {**form, "Twiml": _join_twiml(conference, form)})
        facts = {"call_sid": leg.sid, "conference_sid": conference.sid, "status": leg.status}
        path = f"Conferences/{conference.sid}/Participants/{leg.sid}"
        return web.json_response(record(exchange, path, facts), status=201)

    async def one(request: web.Request) -> web.Response:
        conference, participant = _find_participant(exchange, request)
        return web.json_response(_participant(exchange, conference, participant))

    async def update(request: web.Request) -> web.Response:
        conference, participant = _find_participant(exchange, request)
        conference.change(participant, **_changes(await form_of(request)))
        return web.json_response(_participant(exchange, conference, participant))

    async def remove(request: web.Request) -> web.Response:
        conference, participant = _find_participant(exchange, request)
        conference.kick(participant)
        return web.Response(status=204)

    return [
        ("GET", f"{base}.json", many),
        ("POST", f"{base}.json", add),
        ("GET", f"{base}/{{call}}.json", one),
        ("POST", f"{base}/{{call}}.json", update),
        ("DELETE", f"{base}/{{call}}.json", remove),
    ]


def _find(exchange: Exchange, request: web.Request) -> Conference:
    conference = exchange.conferences.find(request.match_info["conference"])
    if conference is None:
        raise not_found(request)
    return conference


def _find_participant(exchange: Exchange, request: web.Request) -> tuple[Conference, Participant]:
    conference = _find(exchange, request)
    wanted = request.match_info["call"]
    for participant in conference.participants.values():
        if wanted in (participant.sid, participant.label):
            return conference, participant
    raise not_found(request)


def _changes(form: Mapping[str, str]) -> dict[str, bool | str]:
    changes: dict[str, bool | str] = {}
    for field, name in (("Muted", "muted"), ("Hold", "held"), ("EndConferenceOnExit", "ends")):
        value = flag(form, field)
        if value is not None:
            changes[name] = value
    coaching = flag(form, "Coaching")
    if coaching is not None:
        changes["coaching"] = form.get("CallSidToCoach", "") if coaching else ""
    return changes


def _join_twiml(conference: Conference, form: Mapping[str, str]) -> str:
    """The document that brings a rung participant into the conference."""
    wanted = {
        "startConferenceOnEnter": form.get("StartConferenceOnEnter", "true"),
        "endConferenceOnExit": form.get("EndConferenceOnExit", "false"),
        "muted": form.get("Muted", "false"),
        "coach": form.get("CallSidToCoach", ""),
        "participantLabel": form.get("Label", ""),
        "statusCallback": form.get("ConferenceStatusCallback", ""),
        "statusCallbackEvent": form.get("ConferenceStatusCallbackEvent", "start end"),
    }
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in wanted.items() if value)
    noun = f"<Conference{attributes}>{escape(conference.name)}</Conference>"
    return f"<Response><Dial>{noun}</Dial></Response>"


def _shape(exchange: Exchange, conference: Conference) -> dict[str, Any]:
    path = f"Conferences/{conference.sid}"
    facts = {
        "sid": conference.sid,
        "friendly_name": conference.name,
        "status": conference.status,
        "region": "us1",
        "date_created": when(conference.created_at),
        "date_updated": when(conference.updated_at),
        "reason_conference_ended": conference.reason_ended or None,
        "call_sid_ending_conference": conference.sid_ending or None,
        "subresource_uris": {"participants": record(exchange, f"{path}/Participants", {})["uri"]},
    }
    return record(exchange, path, facts)


def _participant(
    exchange: Exchange, conference: Conference, participant: Participant
) -> dict[str, Any]:
    seat = participant.seat
    facts = {
        "call_sid": participant.sid,
        "conference_sid": conference.sid,
        "label": participant.label or None,
        "muted": seat.muted,
        "hold": seat.held,
        "coaching": bool(seat.coaching),
        "call_sid_to_coach": seat.coaching or None,
        "start_conference_on_enter": participant.starts,
        "end_conference_on_exit": participant.ends,
        "status": "connected",
        "date_created": when(participant.joined_at),
        "date_updated": when(conference.updated_at),
    }
    path = f"Conferences/{conference.sid}/Participants/{participant.sid}"
    return record(exchange, path, facts)
