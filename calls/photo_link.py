"""The address at which a caller may leave pictures: bound to one call, signed, for a day.

Short enough for a text message: call, end and the first 96 bits of a MAC make 43 letters.
"""

import base64
import binascii
import hashlib
import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

VALID_FOR = timedelta(hours=24)
_SID = re.compile("CA[0-9a-f]{32}")
_PURPOSE = b"hotline photo link 1\0"
"""Keeps a MAC made with the same secret elsewhere from passing here."""
_SID_BYTES, _END_BYTES, _MAC_BYTES = 16, 4, 12


@dataclass(frozen=True, slots=True)
class PhotoLinks:
    """Makes and reads links."""

    secret: str
    base: str
    """Where our web process is reached, without a slash at the end."""

    def link(self, call_sid: str, now: datetime) -> str:
        """A link for this call; empty where there is no call that could keep a picture."""
        if not self.base or not _SID.fullmatch(call_sid):
            return ""
        end = int((now + VALID_FOR).timestamp())
        claim = bytes.fromhex(call_sid[2:]) + end.to_bytes(_END_BYTES, "big")
        token = base64.urlsafe_b64encode(claim + self._mac(claim)).rstrip(b"=").decode()
        return f"{self.base}/photos/{token}"

    def call_of(self, token: str, now: datetime) -> str | None:
        """The call that the token of a link names; None: forged, malformed or too old."""
        try:
            whole = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError):
            return None
        if len(whole) != _SID_BYTES + _END_BYTES + _MAC_BYTES:
            return None
        claim, mac = whole[:-_MAC_BYTES], whole[-_MAC_BYTES:]
        if not hmac.compare_digest(self._mac(claim), mac):
            return None
        if now.timestamp() >= int.from_bytes(claim[_SID_BYTES:], "big"):
            return None
        return f"CA{claim[:_SID_BYTES].hex()}"

    def _mac(self, claim: bytes) -> bytes:
        return hmac.new(self.secret.encode(), _PURPOSE + claim, hashlib.sha256).digest()[
            :_MAC_BYTES
        ]
