"""Security headers of every page: what a browser may load, run, frame and tell others."""

import secrets
from urllib.parse import urlsplit

from flask import Blueprint, Response, g

from ops.settings import PhoneSettings

TWILIO_CONNECT = ("https://*.twilio.com", "wss://*.twilio.com", "https://media.twiliocdn.com")
TWILIO_MEDIA = ("https://sdk.twilio.com", "https://media.twiliocdn.com", "mediastream:")


def style_nonce() -> str:
    """This response's nonce for the one style element that wavesurfer.js makes."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def phone_origins(phone: PhoneSettings) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Origins that the agent's phone loads scripts from, and that it connects to."""
    if phone.kind != "box":
        return (), TWILIO_CONNECT
    parts = urlsplit(phone.box_url)
    http = f"{parts.scheme}://{parts.netloc}"
    socket = f"{'wss' if parts.scheme == 'https' else 'ws'}://{parts.netloc}"
    return (http,), (http, socket)


def policy(phone: PhoneSettings, nonce: str | None) -> str:
    """The Content-Security-Policy (CSP level 3): nothing inline, nothing evaluated."""
    scripts, connections = phone_origins(phone)
    media = () if phone.kind == "box" else TWILIO_MEDIA
    style = ("'self'",) if nonce is None else ("'self'", f"'nonce-{nonce}'")
    rules = {
        "default-src": ("'none'",),
        "script-src": ("'self'", *scripts),
        "style-src": style,
        "img-src": ("'self'", "data:"),
        "font-src": ("'self'",),
        "connect-src": ("'self'", *connections),
        "media-src": ("'self'", "blob:", *media),
        "form-action": ("'self'",),
        "base-uri": ("'none'",),
        "frame-ancestors": ("'none'",),
    }
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in rules.items())


def add_headers(response: Response, phone: PhoneSettings) -> Response:
    """Put the headers on one response; pages are not kept by caches, static files may be."""
    response.headers["Content-Security-Policy"] = policy(phone, g.get("style_nonce"))
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["X-Frame-Options"] = "DENY"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "microphone=(self), camera=(), geolocation=()"
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if response.mimetype == "text/html":
        response.headers["Cache-Control"] = "no-store"
    return response


def guard_responses(blueprint: Blueprint, phone: PhoneSettings) -> None:
    """Put the headers on everything that the console answers."""

    @blueprint.after_request
    def headers(response: Response) -> Response:
        return add_headers(response, phone)
