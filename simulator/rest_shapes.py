"""How REST answers look: one page of records, one record, times, and form fields read strictly."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from simulator.clock import rfc2822
from simulator.errors import RestRefused
from simulator.exchange import Exchange
from simulator.reporting import API_VERSION

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]
"""Method, path below the account, handler."""

_PAGE_SIZE = 50
_MOST_PAGE_SIZE = 1000


def when(moment: datetime | None) -> str | None:
    """Twilio's way to write a time."""
    return rfc2822(moment) if moment is not None else None


def record(exchange: Exchange, path: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """One resource with what all of them carry."""
    return {
        "account_sid": exchange.account_sid,
        "api_version": API_VERSION,
        "uri": f"/{API_VERSION}/Accounts/{exchange.account_sid}/{path}.json",
        **facts,
    }


def page(request: web.Request, name: str, records: Sequence[Mapping[str, Any]]) -> web.Response:
    """One page of a list, with the address of the next."""
    size = _whole(request, "PageSize", _PAGE_SIZE, 1, _MOST_PAGE_SIZE)
    number = _whole(request, "Page", 0, 0, 10_000)
    start = number * size
    more = start + size < len(records)
    body = {
        name: list(records[start : start + size]),
        "page": number,
        "page_size": size,
        "start": start,
        "end": min(start + size, len(records)) - 1 if records else 0,
        "uri": request.path_qs,
        "first_page_uri": _page_uri(request, 0, size),
        "next_page_uri": _page_uri(request, number + 1, size) if more else None,
        "previous_page_uri": _page_uri(request, number - 1, size) if number else None,
    }
    return web.json_response(body)


async def form_of(request: web.Request) -> dict[str, str]:
    """The form's fields; a repeated field (StatusCallbackEvent) is joined by spaces."""
    posted = await request.post()
    form: dict[str, str] = {}
    for name in posted:
        values = [value for value in posted.getall(name) if isinstance(value, str)]
        form[name] = " ".join(values)
    return form


def flag(form: Mapping[str, str], name: str) -> bool | None:
    """A true/false field; None when it is absent."""
    if name not in form:
        return None
    value = form[name].lower()
    if value not in ("true", "false"):
        raise RestRefused(400, 20001, f"{name} must be true or false, not {form[name]!r}")
    return value == "true"


def _whole(request: web.Request, name: str, default: int, low: int, high: int) -> int:
    value = request.query.get(name, str(default))
    if not value.isdigit() or not low <= int(value) <= high:
        raise RestRefused(400, 20001, f"{name} must be from {low} to {high}, not {value!r}")
    return int(value)


def _page_uri(request: web.Request, number: int, size: int) -> str:
    query = {**request.query, "Page": str(number), "PageSize": str(size)}
    return str(request.rel_url.with_query(query))


def not_found(request: web.Request) -> RestRefused:
    """20404, as Twilio says it."""
    return RestRefused(404, 20404, f"The requested resource {request.path} was not found")
