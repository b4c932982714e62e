"""Tokens against forged requests: one a session, sent back in a header or a form field."""

import hmac
import secrets

HEADER = "X-CSRF-Token"
FIELD = "csrf_token"


def new_token() -> str:
    """A fresh token, 256 bits of chance."""
    return secrets.token_urlsafe(32)


def same_token(expected: str | None, given: str | None) -> bool:
    """Whether the request carries the session's token, compared in constant time."""
    if not expected or not given:
        return False
    return hmac.compare_digest(expected.encode(), given.encode())
