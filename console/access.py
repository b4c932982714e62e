"""Who is asking, and may they: the log-in of a request, its CSRF check, the right a page needs."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Blueprint, abort, g, redirect, request, session, url_for
from werkzeug.exceptions import BadRequest, Forbidden, NotFound
from werkzeug.wrappers import Response

from console.deps import ConsoleDeps
from security import csrf, sessions
from security.models import User
from security.roles import Permission, may

P = ParamSpec("P")
R = TypeVar("R")
OPEN_ENDPOINTS = frozenset({"console.static", "console.vendor_file"})
"""Files without a secret: nobody is looked up for them."""
DATA_ENDS = (".json", "/events", "/token", "/audio")
"""Ends of addresses that scripts and players ask for: a log-in page would be no answer to them."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class RightMissing(Forbidden):
    """The person is known but lacks a right; the page says which."""

    def __init__(self, permission: Permission) -> None:
        super().__init__()
        self.permission = permission


class AgentMissing(NotFound):
    """The log-in may use a desk but is no agent's."""


class TokenRefused(BadRequest):
    """A POST without this session's CSRF token."""

    description = "csrf token missing or stale; load the page again"


def guard_requests(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """Find out who asks, and refuse changes without the session's token."""

    @blueprint.before_request
    def check() -> None:
        if request.endpoint in OPEN_ENDPOINTS:
            return
        g.user = _user_of_session(deps)
        if request.method in SAFE_METHODS:
            return
        given = request.headers.get(csrf.HEADER) or request.form.get(csrf.FIELD)
        if not csrf.same_token(session.get("csrf"), given):
            raise TokenRefused


def current_user() -> User:
    """The person who is logged in; only for views behind `require`."""
    user = g.get("user")
    if not isinstance(user, User):
        abort(401)
    return user


def require(permission: Permission) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Let only people with this right in; visitors go to the log-in page, data requests get 401."""

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            user = g.get("user")
            if user is None:
                return _ask_to_log_in()
            if not may(user.role, permission):
                raise RightMissing(permission)
            return view(*args, **kwargs)

        return guarded

    return guard


def still_allowed(deps: ConsoleDeps, permission: Permission) -> Callable[[], bool]:
    """A check for long answers: does the person who asked still have the right?"""
    asked = sessions.read_session(dict(session), deps.now())

    def check() -> bool:
        if asked is None or not sessions.in_force(asked, deps.now()):
            return False
        user = deps.users.get(asked.username)
        return user is not None and sessions.is_current(asked, user) and may(user.role, permission)

    return check


def home_of(role: str) -> str:
    """The endpoint of the page that a role works on."""
    if may(role, Permission.LIVE_VIEW):
        return "console.live"
    return "console.desk" if may(role, Permission.DESK_USE) else "console.calls"


def _user_of_session(deps: ConsoleDeps) -> User | None:
    found = sessions.read_session(session, deps.now())
    if found is None:
        return None
    user = deps.users.get(found.username)
    return user if sessions.is_current(found, user) else None


def _ask_to_log_in() -> Response:
    accepts_page = not request.accept_mimetypes or request.accept_mimetypes.accept_html
    is_page = request.method == "GET" and not request.path.endswith(DATA_ENDS)
    if not (accepts_page and is_page):
        abort(401)
    return redirect(url_for("console.login", next=request.full_path.rstrip("?")))
