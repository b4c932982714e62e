"""The agent's desk: status, the offered call with its story, the talk as it happens, wrap-up."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, render_template, request

from console.access import AgentMissing, current_user, require, still_allowed
from console.deps import ConsoleDeps
from console.desk_news import DeskNews
from console.sse import StreamGate, StreamRules, stream
from security.roles import Permission

STATUSES = ("available", "break", "logged_out")
"""What an agent may choose; what they are doing (idle, on a call) is observed, not chosen."""


def add_desk(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """The page, what it posts, its stream and its phone's token."""
    _add_page(blueprint, deps)
    _add_posts(blueprint, deps)
    _add_news(blueprint, deps)


def _add_page(blueprint: Blueprint, deps: ConsoleDeps) -> None:

    @blueprint.get("/desk")
    @require(Permission.DESK_USE)
    def desk() -> str:
        agent = _agent(deps)
        _sign_in(deps, agent)
        return render_template(
            "desk/page.html",
            agent=agent,
            presence=deps.presence.get(agent.id),
            statuses=STATUSES,
            phone=deps.phone,
        )


def _add_posts(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    @blueprint.post("/desk/status")
    @require(Permission.DESK_USE)
    def desk_status() -> Response | tuple[Response, int]:
        wanted = str(_given().get("status", ""))
        if wanted not in STATUSES:
            known = ", ".join(STATUSES)
            return jsonify(error=f"status {wanted!r} is unknown; choose one of {known}"), 400
        agent = _agent(deps)
        if wanted != "logged_out":
            _sign_in(deps, agent)
        deps.presence.set_status(agent.id, wanted, deps.now_ms)
        if wanted == "available":
            deps.wake_dispatcher()
        return jsonify(_state(deps, agent.id))

    @blueprint.post("/desk/heartbeat")
    @require(Permission.DESK_USE)
    def desk_heartbeat() -> Response:
        agent = _agent(deps)
        deps.presence.heartbeat(agent.id, deps.now_ms)
        return jsonify(_state(deps, agent.id))

    @blueprint.post("/desk/wrap-up/done")
    @require(Permission.DESK_USE)
    def desk_wrap_up_done() -> Response:
        agent = _agent(deps)
        deps.presence.wrap_up_done(agent.id, deps.now_ms)
        deps.wake_dispatcher()
        return jsonify(_state(deps, agent.id))


def _add_news(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    gate = StreamGate(deps.desk_streams)

    @blueprint.get("/desk/events")
    @require(Permission.DESK_USE)
    def desk_events() -> Response:
        news = DeskNews(deps, _agent(deps).id)
        goes_on = still_allowed(deps, Permission.DESK_USE)
        rules = StreamRules(current_user().username, deps.now, goes_on)
        return stream(gate, news.next, rules)

    @blueprint.get("/desk/token")
    @require(Permission.DESK_USE)
    def desk_token() -> Response:
        if deps.token_for is None:
            abort(404)
        identity = identity_of(_agent(deps).endpoint)
        answer = jsonify(identity=identity, token=deps.token_for(identity))
        answer.headers["Cache-Control"] = "no-store"
        return answer


def identity_of(endpoint: str) -> str:
    """client:aisha is the Voice SDK's identity aisha; a plain number has none and gives 404."""
    kind, _, identity = endpoint.partition(":")
    if kind != "client" or not identity:
        abort(404)
    return identity


def _agent(deps: ConsoleDeps) -> Any:
    """The agent that this log-in is; a log-in without one gets 404."""
    agent_id = current_user().agent_id
    agent = deps.roster.get(agent_id) if agent_id else None
    if agent is None:
        raise AgentMissing
    return agent


def _sign_in(deps: ConsoleDeps, agent: Any) -> None:
    """Tell the queues who sits here; loading the page again changes neither status nor state."""
    deps.presence.sign_in(agent.id, agent.name, agent.skills, agent.endpoint, deps.now_ms)


def _state(deps: ConsoleDeps, agent_id: str) -> dict[str, str | None]:
    found = deps.presence.get(agent_id)
    if found is None:
        return {"status": "logged_out", "state": None, "reservation_id": None}
    return {
        "status": str(found.status),
        "state": str(found.state),
        "reservation_id": found.reservation_id or None,
    }


def _given() -> dict[str, Any]:
    """The posted values, as a form or as JSON."""
    if request.is_json:
        found = request.get_json(silent=True)
        return found if isinstance(found, dict) else {}
    return dict(request.form)
