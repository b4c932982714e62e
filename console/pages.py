"""What every page has: the reader's language, the navigation, the token, the error pages."""

import logging
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    render_template,
    request,
    session,
)
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException, ServiceUnavailable

from calls.errors import FeedUnavailable
from console.access import AgentMissing, RightMissing
from console.deps import ConsoleDeps
from console.headers import add_headers
from console.texts import LANGUAGES, Texts
from console.vendor import Vendor
from queues.errors import QueueUnavailable
from security.roles import Permission, may
from security.sessions import csrf_token

logger = logging.getLogger(__name__)

LANGUAGE_COOKIE = "hotline_language"
YEAR_SECONDS = 365 * 86_400
NAVIGATION = (
    ("console.live", "nav.live", Permission.LIVE_VIEW),
    ("console.desk", "nav.desk", Permission.DESK_USE),
    ("console.calls", "nav.calls", Permission.CALLS_VIEW),
)
ERROR_PAGES = (400, 401, 403, 404, 429, 503)


def reader_language() -> str:
    """The language that the reader chose, else the browser's, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in LANGUAGES:
        return chosen
    return request.accept_languages.best_match(LANGUAGES) or "en"


def add_page_context(blueprint: Blueprint, texts: dict[str, Texts], vendor: Vendor) -> None:
    """Give the templates their words and the frame of the page."""

    @blueprint.app_context_processor
    def frame() -> dict[str, Any]:
        user = g.get("user")
        links = [(to, key) for to, key, right in NAVIGATION if user and may(user.role, right)]
        return {
            "t": texts[reader_language()],
            "user": user,
            "links": links,
            "csrf": lambda: csrf_token(session),
            "vendor": vendor,
        }

    @blueprint.post("/language")
    def language() -> Response:
        chosen = request.form.get("language", "")
        answer = make_response("", 303)
        answer.headers["Location"] = local_path(request.form.get("next"))
        if chosen in LANGUAGES:
            answer.set_cookie(
                LANGUAGE_COOKIE,
                chosen,
                max_age=YEAR_SECONDS,
                httponly=True,
                samesite="Lax",
                secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
            )
        return answer


def local_path(wanted: str | None) -> str:
    """The wanted path if it is one of ours; addresses of elsewhere lead home."""
    if not wanted or not wanted.startswith("/") or wanted[1:2] in ("/", "\\"):
        return "/"
    return "/" if any(ord(character) < 32 for character in wanted) else wanted


def add_error_pages(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """Say plainly what was wrong: unknown page, missing right, stale form."""

    def page(error: HTTPException) -> Response:
        right = error.permission if isinstance(error, RightMissing) else None
        code = error.code or 500
        key = f"error.{code}" if code in ERROR_PAGES else "error.400"
        if isinstance(error, AgentMissing):
            key = "error.no_agent"
        body = render_template("error/page.html", code=code, key=key, right=right)
        return make_response(body, code)

    for code in ERROR_PAGES:
        blueprint.register_error_handler(code, page)

    @blueprint.errorhandler(RedisError)
    @blueprint.errorhandler(QueueUnavailable)
    @blueprint.errorhandler(FeedUnavailable)
    def redis_is_away(error: Exception) -> Response:
        logger.error("%s %s was refused: %s", request.method, request.path, error)
        return page(ServiceUnavailable())

    @blueprint.app_errorhandler(404)
    def unknown_page(error: HTTPException) -> Response:
        return add_headers(page(error), deps.phone)
