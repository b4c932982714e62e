"""Twilio's request signature and the provider's ids, from the public description (HMAC-SHA1)."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urldefrag


def sign(url: str, form: Mapping[str, str], token: str) -> str:
    """X-Twilio-Signature of a request to `url` (fragment excluded) with form parameters."""
    signed = urldefrag(url).url + "".join(name + form[name] for name in sorted(form))
    digest = hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def new_sid(prefix: str) -> str:
    """A fresh id in Twilio's shape: two letters (CA, MZ, RE, CF, QU, …) and 32 hex digits."""
    return prefix + secrets.token_hex(16)


def new_idempotency_token() -> str:
    """One value for all transport retries of one request."""
    return secrets.token_hex(16)
