"""The exchange's own HTTP server: Twilio's REST subset and a small control interface."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from aiohttp import web

from simulator.exchange import Exchange
from simulator.rest_api import rest_routes

_MOST_ENTRIES = 2000
"""Journal entries in one answer; ask again with `after`."""


def make_app(
    exchange: Exchange, extra_routes: Iterable[web.AbstractRouteDef] = ()
) -> web.Application:
    """An application that closes the exchange when it is shut down."""
    app = web.Application()
    app.add_routes([*rest_routes(exchange), *_box_routes(exchange), *extra_routes])

    async def close(_app: web.Application) -> None:
        await exchange.close()

    app.on_cleanup.append(close)
    return app


@asynccontextmanager
async def serving(
    exchange: Exchange, app: web.Application, host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[int]:
    """Listen while the block runs; yields the port (chosen by the system for 0)."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=3.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        await site.start()
        bound = int(runner.addresses[0][1])
        if not exchange.api_base:
            exchange.api_base = f"http://{host}:{bound}"
        yield bound
    finally:
        async with asyncio.timeout(20):
            await runner.cleanup()


def _refuse_other_pages(request: web.Request) -> None:
    """A web page from elsewhere in the same browser must not command the box."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text=f"the box takes no orders from {origin!r}")


def _box_routes(exchange: Exchange) -> list[web.RouteDef]:
    async def health(_request: web.Request) -> web.Response:
        live = exchange.live_legs()
        return web.json_response(
            {
                "ok": True,
                "live_calls": len(live),
                "late_frames": sum(leg.late_frames for leg in live),
                "journal": exchange.journal.last_seq,
            }
        )

    async def journal(request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        if not after.isdigit():
            raise web.HTTPBadRequest(text=f"after must be a number of an entry, not {after!r}")
        kind = request.query.get("kind")
        entries = exchange.journal.entries(kind, after=int(after))[:_MOST_ENTRIES]
        return web.json_response({"entries": [entry.as_json() for entry in entries]})

    async def reset(request: web.Request) -> web.Response:
        _refuse_other_pages(request)
        await exchange.reset()
        return web.json_response({"ok": True})

    return [
        web.get("/box/health", health),
        web.get("/box/journal", journal),
        web.post("/box/reset", reset),
    ]
