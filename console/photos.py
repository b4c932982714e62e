"""The pictures that a caller left, for the call's page and for the desk of whoever has the call."""

from flask import Blueprint, Response, abort, send_file

from calls.photos import PhotoStore
from console.access import current_user, require
from console.deps import ConsoleDeps
from security.roles import Permission


def add_photos(blueprint: Blueprint, deps: ConsoleDeps) -> None:
    """A picture by its call and number, for either page."""

    @blueprint.get("/calls/<sid>/photos/<int:number>")
    @require(Permission.CALLS_VIEW)
    def call_photo(sid: str, number: int) -> Response:
        return _picture(deps.photos, sid, number)

    @blueprint.get("/desk/photos/<sid>/<int:number>")
    @require(Permission.DESK_USE)
    def desk_photo(sid: str, number: int) -> Response:
        if _call_of(deps, current_user().agent_id) != sid:
            abort(404)
        return _picture(deps.photos, sid, number)


def _call_of(deps: ConsoleDeps, agent_id: str | None) -> str | None:
    """The call that this agent is offered or speaks on."""
    presence = deps.presence.get(agent_id) if agent_id else None
    found = deps.reservations.get(presence.reservation_id or "") if presence else None
    return found.call_sid if found else None


def _picture(photos: PhotoStore, sid: str, number: int) -> Response:
    found = photos.one(sid, number)
    if found is None:
        abort(404)
    response = send_file(found.path, mimetype=found.mimetype, conditional=True)
    response.headers["Cache-Control"] = "private, no-store"
    return response
