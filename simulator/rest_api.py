"""The REST subset under /2010-04-01 that call control uses, in Twilio's words and error codes."""

import base64
import binascii
import hmac

from aiohttp import web

from simulator import rest_calls, rest_conferences, rest_queues, rest_recordings
from simulator.errors import RestRefused
from simulator.exchange import Exchange
from simulator.reporting import API_VERSION
from simulator.rest_shapes import Handler, not_found


def rest_routes(exchange: Exchange) -> list[web.RouteDef]:
    """Routes of the REST interface, each behind the account's credentials."""

    async def account(_request: web.Request) -> web.Response:
        facts = {"sid": exchange.account_sid, "friendly_name": "The box", "status": "active"}
        kind = "Trial" if exchange.options.trial else "Full"
        return web.json_response({**facts, "type": kind})

    handlers = [
        ("GET", ".json", account),
        *rest_calls.routes(exchange),
        *rest_conferences.routes(exchange),
        *rest_queues.routes(exchange),
        *rest_recordings.routes(exchange),
    ]
    base = f"/{API_VERSION}/Accounts/{{account}}"
    routes = [web.route(method, base + path, _guard(exchange, do)) for method, path, do in handlers]
    anything = web.route("*", f"/{API_VERSION}/{{rest:.*}}", _guard(exchange, _no_such_resource))
    return [*routes, anything]


def _guard(exchange: Exchange, handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        try:
            _check_credentials(exchange, request)
            return await handler(request)
        except RestRefused as refusal:
            exchange.journal.add(
                "rest", path=request.path, code=refusal.code, reason=refusal.sentence
            )
            return _error(refusal)

    return guarded


def _check_credentials(exchange: Exchange, request: web.Request) -> None:
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    try:
        given = base64.b64decode(value, validate=True) if kind.lower() == "basic" else b""
    except (binascii.Error, ValueError):
        given = b""
    wanted = f"{exchange.account_sid}:{exchange.auth_token}".encode()
    account = request.match_info.get("account", exchange.account_sid)
    if not hmac.compare_digest(given, wanted) or account != exchange.account_sid:
        raise RestRefused(401, 20003, "Authenticate: the account sid or token is wrong")


async def _no_such_resource(request: web.Request) -> web.StreamResponse:
    raise not_found(request)


def _error(refusal: RestRefused) -> web.Response:
    body = {
        "code": refusal.code,
        "message": refusal.sentence,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    return web.json_response(body, status=refusal.status)
