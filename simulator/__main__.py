"""`python -m simulator --config box.json`: the telephone company as a process of its own."""

import argparse
import asyncio
import importlib
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web

from simulator.box_config import BoxConfig, ConfigInvalid, read_config
from simulator.clock import Clock
from simulator.exchange import Exchange
from simulator.server import make_app, serving


def main() -> int:
    """Read the configuration, listen, and stay until SIGTERM or Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m simulator", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="for example box.json")
    try:
        config = read_config(parser.parse_args().config)
    except ConfigInvalid as error:
        sys.stderr.write(f"{error}\n")
        return 2
    asyncio.run(run(config))
    return 0


async def run(config: BoxConfig) -> None:
    """Serve until asked to stop; one JSON line says when and where the box listens."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    exchange = Exchange(
        account_sid=config.account_sid,
        auth_token=config.auth_token,
        numbers=list(config.numbers),
        scratch=config.scratch,
        api_base=config.api_base,
        clock=Clock(config.speed),
        options=config.options,
    )
    app = make_app(exchange)
    _attach_people(app, exchange, config.people)
    async with serving(exchange, app, config.host, config.port) as port:
        sys.stdout.write(json.dumps({"ready": True, "port": port}) + "\n")
        sys.stdout.flush()
        await stopping.wait()


def _attach_people(app: web.Application, exchange: Exchange, section: Mapping[str, Any]) -> None:
    """Callers, agents and the phone page, where that half is installed; they also speak `<Say>`."""
    try:
        people = importlib.import_module("simulator.people")
    except ModuleNotFoundError as error:
        if error.name != "simulator.people":
            raise
        sys.stderr.write("the box runs without people: simulator.people is not installed\n")
        return
    attached = people.attach(app, exchange, section)
    if hasattr(attached, "say"):
        exchange.say = attached.say


if __name__ == "__main__":
    raise SystemExit(main())
