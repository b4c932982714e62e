"""REST: recordings are started, paused, stopped, listed, fetched as WAV and deleted."""

import asyncio
from typing import Any

from aiohttp import web

from audio.pcm import mix
from audio.wav import read_wav, wav_bytes
from simulator.errors import RestRefused
from simulator.exchange import Exchange
from simulator.recorder import Recording, RecordingOrder
from simulator.rest_calls import find_leg
from simulator.rest_shapes import Route, form_of, not_found, page, record, when

_READY_SECONDS = 5.0
"""How long a download waits for a recording that is just being written."""


def routes(exchange: Exchange) -> list[Route]:
    """A call's recordings and the account's."""
    return [*_call_routes(exchange), *_account_routes(exchange)]


def _call_routes(exchange: Exchange) -> list[Route]:
    base = "/Calls/{call}/Recordings"

    async def create(request: web.Request) -> web.Response:
        leg, form = find_leg(exchange, request), await form_of(request)
        if not leg.live:
            raise RestRefused(400, 21220, f"Call is not in-progress. It is {leg.status}")
        order = RecordingOrder(
            source="StartCallRecordingAPI",
            channels=2 if form.get("RecordingChannels", "mono") == "dual" else 1,
            track=form.get("RecordingTrack", "both"),
            callback=form.get("RecordingStatusCallback", ""),
            method=form.get("RecordingStatusCallbackMethod", "POST"),
            events=frozenset(form.get("RecordingStatusCallbackEvent", "completed").split()),
        )
        recording = exchange.recordings.start(leg, order)
        return web.json_response(shape(exchange, recording), status=201)

    async def many(request: web.Request) -> web.Response:
        leg = find_leg(exchange, request)
        found = [shape(exchange, one) for one in exchange.recordings.of_call(leg.sid)]
        return page(request, "recordings", found)

    async def update(request: web.Request) -> web.Response:
        recording, form = _find(exchange, request), await form_of(request)
        _change(exchange, recording, form.get("Status", ""), form.get("PauseBehavior", "silence"))
        return web.json_response(shape(exchange, recording))

    async def one(request: web.Request) -> web.Response:
        return web.json_response(shape(exchange, _find(exchange, request)))

    return [
        ("POST", f"{base}.json", create),
        ("GET", f"{base}.json", many),
        ("GET", f"{base}/{{recording}}.json", one),
        ("POST", f"{base}/{{recording}}.json", update),
    ]


def _account_routes(exchange: Exchange) -> list[Route]:
    async def many(request: web.Request) -> web.Response:
        call = request.query.get("CallSid")
        found = [
            shape(exchange, one)
            for one in reversed(exchange.recordings.all.values())
            if call in (None, one.call_sid)
        ]
        return page(request, "recordings", found)

    async def one(request: web.Request) -> web.Response:
        return web.json_response(shape(exchange, _find(exchange, request)))

    async def sound(request: web.Request) -> web.StreamResponse:
        return await _sound(request, _find(exchange, request))

    async def delete(request: web.Request) -> web.Response:
        exchange.recordings.delete(_find(exchange, request))
        return web.Response(status=204)

    path = "/Recordings/{recording:RE[0-9a-f]{32}}"
    return [
        ("GET", "/Recordings.json", many),
        ("GET", f"{path}.json", one),
        ("GET", f"{path}.wav", sound),
        ("GET", path, sound),
        ("DELETE", f"{path}.json", delete),
    ]


def _find(exchange: Exchange, request: web.Request) -> Recording:
    wanted = request.match_info["recording"]
    if wanted == "Twilio.CURRENT":
        of_call = exchange.recordings.of_call(request.match_info["call"])
        recording = next((one for one in reversed(of_call) if not one.over), None)
    else:
        recording = exchange.recordings.all.get(wanted)
    if recording is None:
        raise not_found(request)
    return recording


def _change(exchange: Exchange, recording: Recording, status: str, pause: str) -> None:
    if recording.over:
        raise RestRefused(400, 21220, f"recording {recording.sid} is {recording.status}")
    if pause not in ("skip", "silence"):
        raise RestRefused(400, 20001, f"PauseBehavior must be skip or silence, not {pause!r}")
    if status == "stopped":
        exchange.recordings.stop(exchange.legs[recording.call_sid], recording)
    elif status in ("paused", "in-progress"):
        recording.status, recording.pause_behavior = status, pause
    else:
        raise RestRefused(
            400, 20001, f"Status must be paused, in-progress or stopped, not {status!r}"
        )


async def _sound(request: web.Request, recording: Recording) -> web.StreamResponse:
    """The WAV; two channels only when RequestedChannels=2 or nothing else was asked."""
    try:
        async with asyncio.timeout(_READY_SECONDS):
            await recording.finished.wait()
    except TimeoutError:
        raise not_found(request) from None
    if recording.status != "completed":
        raise not_found(request)
    if request.query.get("RequestedChannels") != "1" or recording.order.channels == 1:
        return web.FileResponse(recording.path, headers={"Content-Type": "audio/x-wav"})
    samples, rate = await asyncio.to_thread(read_wav, recording.path)
    return web.Response(body=wav_bytes(mix(*samples), rate), content_type="audio/x-wav")


def shape(exchange: Exchange, recording: Recording) -> dict[str, Any]:
    """A recording as Twilio's JSON."""
    facts: dict[str, Any] = {
        "sid": recording.sid,
        "call_sid": recording.call_sid,
        "conference_sid": None,
        "status": recording.status,
        "source": recording.order.source,
        "channels": recording.order.channels,
        "track": recording.order.track,
        "duration": str(round(recording.seconds)) if recording.over else "-1",
        "error_code": recording.error_code,
        "start_time": when(recording.started_at),
        "date_created": when(recording.started_at),
        "date_updated": when(recording.started_at),
        "media_url": exchange.recordings.url(recording),
        "encryption_details": None,
        "subresource_uris": {},
    }
    return record(exchange, f"Recordings/{recording.sid}", facts)
