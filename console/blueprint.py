"""The console as one Flask blueprint: every page, its guards and headers, put together in order."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from console.access import guard_requests
from console.audio import add_audio
from console.calls import add_calls
from console.deps import ConsoleDeps
from console.desk import add_desk
from console.filters import add_filters
from console.headers import guard_responses, style_nonce
from console.live import add_live
from console.login import add_login
from console.pages import add_error_pages, add_page_context
from console.photos import add_photos
from console.texts import load_texts
from console.vendor import Vendor, add_vendor_route
from security.sessions import LIFETIME


def make_console(deps: ConsoleDeps, vendor: Vendor | None = None) -> Blueprint:
    """The web window; raises TextsInvalid when the two languages disagree.

    The application sets SECRET_KEY, and SESSION_COOKIE_SECURE where it is reached over TLS.
    """
    blueprint = Blueprint(
        "console",
        __name__,
        template_folder="templates",
        static_folder="static",
        static_url_path="/static/console",
    )
    texts = load_texts()
    vendor = vendor or Vendor()
    blueprint.record_once(_set_cookies)
    guard_requests(blueprint, deps)
    guard_responses(blueprint, deps.phone)
    add_filters(blueprint, deps.zone)
    blueprint.add_app_template_global(style_nonce)
    add_page_context(blueprint, texts, vendor)
    add_error_pages(blueprint, deps)
    add_vendor_route(blueprint, vendor)
    add_login(blueprint, deps)
    add_live(blueprint, deps)
    add_desk(blueprint, deps)
    add_calls(blueprint, deps)
    add_audio(blueprint, deps)
    add_photos(blueprint, deps)
    return blueprint


def _set_cookies(state: BlueprintSetupState) -> None:
    """The session's cookie: unreadable to scripts, not sent with requests begun elsewhere."""
    state.app.config["SESSION_COOKIE_HTTPONLY"] = True
    state.app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    state.app.config["SESSION_COOKIE_NAME"] = "hotline_session"
    state.app.config["PERMANENT_SESSION_LIFETIME"] = LIFETIME
