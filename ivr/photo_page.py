"""The page behind the link of a text message: a caller leaves one or two pictures for the call.

Whoever has the link may look at the form, not at pictures; scripts are not needed.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import RequestEntityTooLarge

from calls.errors import NoPicture
from calls.kinds import Kind
from calls.log import CallLog
from calls.photo_link import PhotoLinks
from calls.photos import MOST, PhotoStore
from calls.pictures import MAX_BYTES, picture_of
from security.limits import LoginLimit

logger = logging.getLogger(__name__)

MOST_BYTES = MOST * MAX_BYTES + 64 * 1024
"""Of a request: the pictures and the form around them."""
TRIES, TRIES_SECONDS = 12, 3600
"""Uploads of one link, in so long."""
_STATUS = {"gone": 404, "often": 429, "full": 409, "nothing": 400, "failed": 503}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_TEXTS = {
    "zh": {
        "title": "上传商品照片",
        "ask": "请选一到两张商品照片(JPEG 或 PNG,每张不超过 8 MB)。"
        "只有处理您这通电话的客服能看到。",
        "send": "上传",
        "done": "收到了,谢谢。可以关闭这个页面。",
        "gone": "链接无效或已过期。请再打一次电话。",
        "often": "次数太多,请一小时后再试。",
        "full": "这通电话已经有两张照片了。",
        "nothing": "没有选照片。",
        "failed": "现在不能保存,请稍后再试。",
        "too_large": "照片超过 8 MB。",
        "other_kind": "这不是 JPEG 或 PNG 照片。",
        "broken": "照片不完整,请重新选一张。",
        "wrong_size": "照片尺寸太大或太小。",
    },
    "en": {
        "title": "Photos of the goods",
        "ask": "Please choose one or two photos of the goods (JPEG or PNG, 8 MB each at most). "
        "Only the people who work on your call see them.",
        "send": "Send",
        "done": "Thank you, they have arrived. You may close this page.",
        "gone": "This link is not valid any more. Please call again.",
        "often": "Too many tries. Please wait for an hour.",
        "full": "There are two photos for this call already.",
        "nothing": "No photo was chosen.",
        "failed": "They cannot be kept just now. Please try again later.",
        "too_large": "A photo is larger than 8 MB.",
        "other_kind": "This is no JPEG or PNG photo.",
        "broken": "The photo is not whole. Please choose another one.",
        "wrong_size": "The photo is too large or too small.",
    },
}


@dataclass(frozen=True, slots=True)
class PhotoParts:
    """What the page works with."""

    links: PhotoLinks
    photos: PhotoStore
    call_log: CallLog
    limit: LoginLimit
    """Counts uploads by link and address."""
    now: Callable[[], datetime]


def make_photo_blueprint(parts: PhotoParts) -> Blueprint:
    """The form at /photos/<token> and what it sends."""
    page = Blueprint("photos", __name__, url_prefix="/photos", template_folder="templates")
    views = _PhotoViews(parts)
    page.after_request(_guarded)
    page.add_url_rule("/<token>", "form", views.form, methods=["GET"])
    page.add_url_rule("/<token>", "send", views.send, methods=["POST"])
    return page


class _PhotoViews:
    def __init__(self, parts: PhotoParts) -> None:
        self._parts = parts

    def form(self, token: str) -> Response:
        """Where pictures are chosen."""
        call_sid = self._parts.links.call_of(token, self._parts.now())
        language = self._language(call_sid)
        if call_sid is None or language is None:
            return self._page("gone", None)
        return self._page("ask", language)

    def send(self, token: str) -> Response:
        """Check each picture and keep it; what is none is told, the others stay."""
        parts, now = self._parts, self._parts.now()
        call_sid = parts.links.call_of(token, now)
        language = self._language(call_sid)
        if call_sid is None or language is None:
            return self._page("gone", None)
        if not parts.limit.attempt(token, "photos"):
            return self._page("often", language)
        request.max_content_length = MOST_BYTES
        try:
            sent = [_read(file) for file in request.files.getlist("photo")]
        except RequestEntityTooLarge:
            return self._page("too_large", language)
        problem = self._keep(call_sid, [data for data in sent if data][:MOST], now)
        return self._page(problem or "done", language)

    def _keep(self, call_sid: str, sent: list[bytes], now: datetime) -> str:
        """What hindered, by its text; empty when all were kept."""
        if not sent:
            return "nothing"
        try:
            pictures = [picture_of(data) for data in sent]
            for picture in pictures:
                number = self._parts.photos.add(call_sid, picture)
                if number is None:
                    return "full"
                data = {"number": number, "format": picture.kind, "bytes": len(picture.data)}
                self._parts.call_log.append(call_sid, Kind.PHOTO, now, **data)
        except NoPicture as problem:
            return problem.why
        except OSError as problem:
            logger.error("a photo of call %s was not kept: %s", call_sid, problem)
            return "failed"
        return ""

    def _language(self, call_sid: str | None) -> str | None:
        """The call's; None: there is no such call."""
        call = None if call_sid is None else self._parts.call_log.call(call_sid)
        return None if call is None else call.language

    def _page(self, what: str, language: str | None) -> Response:
        """One page for everything; who has no call to their link reads it in both languages."""
        languages = [language] if language in _TEXTS else list(_TEXTS)
        asks = what not in ("gone", "done", "often", "full")
        html = render_template(
            "photos/page.html", texts=[_TEXTS[one] for one in languages], what=what, asks=asks
        )
        status = 200 if what in ("ask", "done") else _STATUS.get(what, 422)
        return make_response(html, status)


def _read(file: FileStorage) -> bytes:
    with closing(file):
        return file.stream.read(MAX_BYTES + 1)


def _guarded(response: Response) -> Response:
    response.headers.update(_HEADERS)
    return response
