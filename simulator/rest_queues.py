"""REST: queues and the callers in them."""

from typing import Any

from aiohttp import web

from simulator.errors import RestRefused
from simulator.exchange import Exchange
from simulator.hold_queue import HoldQueue, Member
from simulator.rest_calls import change_call
from simulator.rest_shapes import Route, form_of, not_found, page, record, when

_MOST_SIZE = 5000


def routes(exchange: Exchange) -> list[Route]:
    """Queues.json, Queues/{sid}.json and the members below."""
    return [*_queue_routes(exchange), *_member_routes(exchange)]


def _queue_routes(exchange: Exchange) -> list[Route]:
    async def create(request: web.Request) -> web.Response:
        form = await form_of(request)
        name = form.get("FriendlyName", "")
        if not name:
            raise RestRefused(400, 22001, "FriendlyName is needed")
        if exchange.queues.find(name) is not None:
            raise RestRefused(400, 22003, f"A queue named {name!r} exists")
        queue = exchange.queues.named(name)
        _resize(queue, form.get("MaxSize", ""))
        return web.json_response(_shape(exchange, queue), status=201)

    async def many(request: web.Request) -> web.Response:
        found = [_shape(exchange, queue) for queue in exchange.queues.all()]
        return page(request, "queues", found)

    async def one(request: web.Request) -> web.Response:
        return web.json_response(_shape(exchange, _find(exchange, request)))

    async def update(request: web.Request) -> web.Response:
        queue = _find(exchange, request)
        _resize(queue, (await form_of(request)).get("MaxSize", ""))
        return web.json_response(_shape(exchange, queue))

    return [
        ("POST", "/Queues.json", create),
        ("GET", "/Queues.json", many),
        ("GET", "/Queues/{queue}.json", one),
        ("POST", "/Queues/{queue}.json", update),
    ]


def _member_routes(exchange: Exchange) -> list[Route]:
    base = "/Queues/{queue}/Members"

    async def many(request: web.Request) -> web.Response:
        queue = _find(exchange, request)
        found = [_member(exchange, queue, member) for member in queue.members]
        return page(request, "queue_members", found)

    async def one(request: web.Request) -> web.Response:
        queue, member = _find_member(exchange, request)
        return web.json_response(_member(exchange, queue, member))

    async def dequeue(request: web.Request) -> web.Response:
        queue, member = _find_member(exchange, request)
        facts = _member(exchange, queue, member)
        form = await form_of(request)
        if not form.get("Url"):
            raise RestRefused(400, 21205, "Url is needed to know where the caller goes")
        change_call(exchange, member.leg, {"Url": form["Url"], "Method": form.get("Method", "")})
        queue.leave(member)
        return web.json_response(facts)

    return [
        ("GET", f"{base}.json", many),
        ("GET", f"{base}/{{call}}.json", one),
        ("POST", f"{base}/{{call}}.json", dequeue),
    ]


def _resize(queue: HoldQueue, size: str) -> None:
    if not size:
        return
    if not size.isdigit() or not 1 <= int(size) <= _MOST_SIZE:
        raise RestRefused(400, 22002, f"MaxSize must be from 1 to {_MOST_SIZE}, not {size!r}")
    queue.max_size = int(size)


def _find(exchange: Exchange, request: web.Request) -> HoldQueue:
    queue = exchange.queues.find(request.match_info["queue"])
    if queue is None:
        raise not_found(request)
    return queue


def _find_member(exchange: Exchange, request: web.Request) -> tuple[HoldQueue, Member]:
    queue = _find(exchange, request)
    wanted = request.match_info["call"]
    for member in queue.members:
        if wanted in ("Front", member.leg.sid):
            return queue, member
    raise not_found(request)


def _shape(exchange: Exchange, queue: HoldQueue) -> dict[str, Any]:
    path = f"Queues/{queue.sid}"
    facts = {
        "sid": queue.sid,
        "friendly_name": queue.name,
        "current_size": len(queue.members),
        "max_size": queue.max_size,
        "average_wait_time": queue.average_wait,
        "date_created": when(queue.created_at),
        "date_updated": when(queue.updated_at),
        "subresource_uris": {"members": record(exchange, f"{path}/Members", {})["uri"]},
    }
    return record(exchange, path, facts)


def _member(exchange: Exchange, queue: HoldQueue, member: Member) -> dict[str, Any]:
    facts = {
        "call_sid": member.leg.sid,
        "queue_sid": queue.sid,
        "position": queue.position(member),
        "wait_time": member.waited,
        "date_enqueued": when(member.enqueued_at),
    }
    return record(exchange, f"Queues/{queue.sid}/Members/{member.leg.sid}", facts)
