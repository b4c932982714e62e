"""The demo shop behind its real HTTP server, on a free port of this machine, in a thread."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from sqlalchemy.orm import Session, sessionmaker

from aftersales.demo_gateways import DemoShop
from aftersales.shop_server import ShopServer
from ops.redis_server import free_port


@contextmanager
def served(sessions: sessionmaker[Session], token: str = "") -> Iterator[tuple[ShopServer, str]]:
    """The server (its faults can be set directly) and its address."""
    server, port, loop = (
        ShopServer(DemoShop(sessions), token),
        free_port(),
        asyncio.new_event_loop(),
    )
    ready = threading.Event()

    async def start() -> web.AppRunner:
        runner = web.AppRunner(server.app(), access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        ready.set()
        return runner

    def serve() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield server, f"http://127.0.0.1:{port}"
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
