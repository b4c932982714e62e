"""The list of calls and one call's page: facts, story, transcript, sound, judgement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, abort, render_template, request
from werkzeug.datastructures import MultiDict

from calls.kinds import Kind
from calls.models import Call, CallEvent
from console.access import current_user, require
from console.archive import MAX_PAGE, Archive, Filter, Recorded
from console.audio import sound_file
from console.deps import ConsoleDeps
from console.digest import digest
from console.emotion_chart import chart
from recordings.models import Recording
from security.roles import Permission, may

OUTCOMES = ("solved_by_bot", "answered_by_agent", "abandoned", "caller_left", "failed")
BANDS = ("pass", "coach", "flag", "unavailable", "too_short")
QUIET_KINDS = ("turn.heard", "turn.bot", "turn.replied", "turn.understood", "turn.emotion")
"""Told by the transcript; the story's timeline leaves them out."""
MAX_EVENTS = 1_000


@dataclass(frozen=True, slots=True)
class Waits:
    """Times between a call's moments."""

    waited: float | None
    total: float | None


def add_calls(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """Both pages."""
    archive = Archive(deps.session_factory)

    @blueprint.get("/calls")
    @require(Permission.CALLS_VIEW)
    def calls() -> str:
        wanted = filter_from(request.args)
        page = archive.page(wanted, page_number(request.args.get("page")))
        return render_template(
            "calls/page.html",
            page=page,
            wanted=wanted,
            outcomes=OUTCOMES,
            bands=BANDS,
            agents=archive.agents(),
            waits=waits,
            shows_scores=may(current_user().role, Permission.QA_VIEW),
        )

    @blueprint.get("/calls/<sid>")
    @require(Permission.CALLS_VIEW)
    def call(sid: str) -> str:
        found = deps.call_log.call(sid)
        if found is None:
            abort(404)
        events = list(deps.call_log.events(sid))[:MAX_EVENTS]
        recorded = archive.recorded(sid)
        return render_template("call/page.html", **_facts(found, events, recorded, deps))


def _facts(
    call: Call, events: list[CallEvent], recorded: Recorded, deps: ConsoleDeps
) -> dict[str, Any]:
    role = current_user().role
    recording = recorded.recording
    path = sound_file(deps.recordings_folder, recording)
    agent = deps.roster.get(call.agent_id) if call.agent_id else None
    return {
        "call": call,
        "agent": agent.name if agent else call.agent_id,
        "waits": waits(call, deps.now()),
        "timeline": [event for event in events if event.kind not in QUIET_KINDS],
        "turns": list(deps.call_log.turns(call.sid)),
        "digest": digest(events),
        "mood": chart(events, call.answered_at or call.started_at, call.ended_at),
        "mood_refused": any(event.kind == Kind.ANALYSIS_REFUSED for event in events),
        "photos": deps.photos.of(call.sid),
        "recording": recording,
        "segments": recorded.segments,
        "person_from_ms": person_from_ms(call, recording),
        "score": recorded.score if may(role, Permission.QA_VIEW) else None,
        "shows_scores": may(role, Permission.QA_VIEW),
        "may_listen": may(role, Permission.CALLS_LISTEN),
        "has_sound": path is not None,
    }


def person_from_ms(call: Call, recording: Recording | None) -> int | None:
    """Where in the recording an agent's voice may begin; None: the far side is all the bot's."""
    if call.connected_at is None or call.ended_at is None or recording is None:
        return None
    spoken_after = (call.ended_at - call.connected_at).total_seconds()
    return max(0, round(((recording.seconds or 0.0) - spoken_after) * 1000))


def filter_from(arguments: MultiDict[str, str]) -> Filter:
    """The filter of the address line; values that no call can have are dropped."""
    language = arguments.get("language", "")
    outcome = arguments.get("outcome", "")
    band = arguments.get("band", "")
    tail = "".join(filter(str.isdigit, arguments.get("tail", "")))
    return Filter(
        language=language if language in ("zh", "en") else "",
        outcome=outcome if outcome in OUTCOMES else "",
        band=band if band in BANDS else "",
        agent_id=arguments.get("agent", "")[:32],
        tail=tail[-4:],
    )


def page_number(given: str | None) -> int:
    """A page number from 1; anything else is the first page."""
    if given is None or not given.isascii() or not given.isdigit() or len(given) > 6:
        return 1
    return min(max(1, int(given)), MAX_PAGE)


def waits(call: Call, now: datetime | None = None) -> Waits:
    """How long the caller waited in line, and how long the call took."""
    end = call.ended_at or now
    waited_until = call.connected_at or end
    waited = (
        (waited_until - call.queued_at).total_seconds() if call.queued_at and waited_until else None
    )
    return Waits(waited, (end - call.started_at).total_seconds() if end else None)
