"""Logging in and out."""

from flask import Blueprint, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from console.access import home_of
from console.deps import ConsoleDeps
from console.pages import local_path
from security.limits import LoginLimit
from security.sessions import start_session

MAX_NAME = 32
MAX_PASSWORD = 256
"""Longer ones would only make the server work."""


def add_login(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """The log-in page, its form, log-out and the way home."""
    limit = LoginLimit(deps.redis)

    @blueprint.get("/")
    def home() -> Response:
        if g.user is None:
            return redirect(url_for("console.login"))
        return redirect(url_for(home_of(g.user.role)))

    @blueprint.get("/login")
    def login() -> str | Response:
        if g.user is not None:
            return redirect(url_for("console.home"))
        return _form()

    @blueprint.post("/login")
    def log_in() -> tuple[str, int] | Response:
        username = request.form.get("username", "").strip()[:MAX_NAME]
        password = request.form.get("password", "")[:MAX_PASSWORD]
        address = request.remote_addr or ""
        if not limit.attempt(username, address):
            minutes = -(-limit.seconds_left(username, address) // 60) or 1
            return _form("login.throttled", username, minutes=minutes), 429
        user = deps.users.verify(username, password)
        if user is None:
            return _form("login.wrong", username), 401
        limit.clear(username, address)
        start_session(session, user, deps.now())
        session.permanent = True
        return redirect(_after_log_in(user.role), 303)

    @blueprint.post("/logout")
    def log_out() -> Response:
        user = g.user
        if user is not None and user.agent_id:
            deps.presence.set_status(user.agent_id, "logged_out", deps.now_ms)
        session.clear()
        return redirect(url_for("console.login"), 303)


def _after_log_in(role: str) -> str:
    wanted = local_path(request.form.get("next"))
    return url_for(home_of(role)) if wanted == "/" else wanted


def _form(problem: str | None = None, username: str = "", **values: object) -> str:
    return render_template(
        "login/page.html",
        problem=problem,
        values=values,
        username=username,
        wanted=local_path(request.values.get("next")),
    )
