"""Is this request really from the provider? X-Twilio-Signature, HMAC-SHA1 over address and form.

The address is our configured public one, never the Host or X-Forwarded headers of the request:
behind a proxy those are either wrong or anybody's choice.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

_DEFAULT_PORTS = {"https": 443, "wss": 443, "http": 80, "ws": 80}
_FORM_TYPE = "application/x-www-form-urlencoded"


class RepeatingForm(Protocol):
    """A form whose names may repeat, such as werkzeug's MultiDict."""

    def keys(self) -> Iterable[str]:
        """Every name once."""

    def getlist(self, key: str) -> list[str]:
        """All values of a name."""


class RequestSignature:
    """Checks webhooks and stream upgrades against the account's primary auth token."""

    def __init__(self, auth_token: str, public_base_url: str, media_base_url: str) -> None:
        self._key = auth_token.encode()
        self._web_bases = _with_and_without_port(public_base_url)
        self._media_bases = _with_and_without_port(media_base_url)

    def valid_http(
        self,
        path_and_query: str,
        form: RepeatingForm | Mapping[str, Any],
        body: bytes,
        content_type: str | None,
        header: str | None,
    ) -> bool:
        """True for an authentic webhook; `path_and_query` is raw, percent-encoding kept."""
        target = path_and_query.partition("#")[0]
        if (content_type or "").partition(";")[0].strip().lower() == _FORM_TYPE:
            return self._valid(self._web_bases, target + _joined(form), header)
        # Anything but a form is signed by address only; the body is vouched for by its hash there.
        if body and not _body_hash_matches(target, body):
            return False
        return self._valid(self._web_bases, target, header)

    def valid_upgrade(self, path: str, header: str | None) -> bool:
        """True for an authentic WebSocket upgrade; a trailing slash matters."""
        return self._valid(self._media_bases, path, header)

    def _valid(self, bases: tuple[str, ...], rest: str, header: str | None) -> bool:
        given = (header or "").encode("utf-8", "surrogateescape")
        # No early return: how long it takes must not tell which form of the address came close.
        matches = [hmac.compare_digest(self._sign(base + rest), given) for base in bases]
        return any(matches)

    def _sign(self, text: str) -> bytes:
        digest = hmac.new(self._key, text.encode("utf-8", "surrogateescape"), hashlib.sha1)
        return base64.b64encode(digest.digest())


def _with_and_without_port(base_url: str) -> tuple[str, ...]:
    """The address with its port (the default one when it has none) and without any."""
    parts = urlsplit(base_url)
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
        raise ValueError(f"base address {base_url!r}; give scheme://host[:port]")
    path = parts.path.rstrip("/")
    login, at, _ = parts.netloc.rpartition("@")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    bare = f"{parts.scheme}://{login}{at}{host}"
    port = parts.port or _DEFAULT_PORTS[parts.scheme]
    return f"{bare}:{port}{path}", f"{bare}{path}"


def _joined(form: RepeatingForm | Mapping[str, Any]) -> str:
    """Names in order, each followed by its values: sorted, a repeated value once."""
    pieces: list[str] = []
    for name in sorted(form.keys()):
        pieces.extend(name + value for value in sorted(set(_values(form, name))))
    return "".join(pieces)


def _values(form: RepeatingForm | Mapping[str, Any], name: str) -> list[str]:
    if not isinstance(form, Mapping) or hasattr(form, "getlist"):
        return form.getlist(name)
    value = form[name]
    return [value] if isinstance(value, str) else list(value)


def _body_hash_matches(target: str, body: bytes) -> bool:
    claimed = parse_qs(target.partition("?")[2]).get("bodySHA256", [""])[0]
    return hmac.compare_digest(hashlib.sha256(body).hexdigest().encode(), claimed.lower().encode())
