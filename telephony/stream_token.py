"""One-time token in a media stream's address: bound to one call, short-lived, unguessable.

One-time use is kept by whoever accepts the stream (it remembers nonces); this file makes and reads.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

_SHAPE = re.compile(
    r"(CA[0-9a-fA-F]{32})\.([0-9]{1,12})\.([A-Za-z0-9_-]{8,64})\.([A-Za-z0-9_-]{43})"
)
_PURPOSE = b"hotline media stream 1\0"
"""Keeps a MAC made with the same secret elsewhere from passing here."""


@dataclass(frozen=True, slots=True)
class StreamToken:
    """What an authentic, unexpired token says."""

    call_sid: str
    nonce: str


def mint(secret: str, call_sid: str, expires_at_s: int, nonce: str) -> str:
    """A token safe as a path segment; `expires_at_s` is Unix time, `nonce` 8-64 urlsafe letters."""
    claim = f"{call_sid}.{int(expires_at_s)}.{nonce}"
    token = f"{claim}.{_mac(secret, claim)}"
    if not _SHAPE.fullmatch(token):
        raise ValueError(f"token for call {call_sid!r}: a CA sid and 8-64 urlsafe letters needed")
    return token


def read(secret: str, token: str, now_s: float) -> StreamToken | None:
    """The token's content, or None when it is forged, malformed or too old."""
    shape = _SHAPE.fullmatch(token)
    if shape is None:
        return None
    call_sid, expires_at_s, nonce, mac = shape.groups()
    expected = _mac(secret, f"{call_sid}.{expires_at_s}.{nonce}")
    if not hmac.compare_digest(expected.encode(), mac.encode()) or now_s >= int(expires_at_s):
        return None
    return StreamToken(call_sid, nonce)


def _mac(secret: str, claim: str) -> str:
    digest = hmac.new(secret.encode(), _PURPOSE + claim.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
