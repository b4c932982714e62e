"""Access tokens of the Voice SDK: the agents' browser phone in production (field rule E7)."""

from twilio.jwt.access_token import AccessToken  # type: ignore[import-untyped]
from twilio.jwt.access_token.grants import VoiceGrant  # type: ignore[import-untyped]

TTL_SECONDS = 3_600
"""Twilio's own default; the desk fetches the next one a minute before the end."""
MAX_TTL_SECONDS = 86_400
"""Twilio refuses longer ones."""


def voice_token(
    account_sid: str, api_key: str, api_secret: str, identity: str, ttl: int = TTL_SECONDS
) -> str:
    """A signed token (JWT, HS256) that lets this identity be called for `ttl` seconds."""
    if not 60 <= ttl <= MAX_TTL_SECONDS:
        raise ValueError(f"ttl is {ttl} s; 60 to {MAX_TTL_SECONDS} are right")
    token = AccessToken(account_sid, api_key, api_secret, identity=identity, ttl=ttl)
    token.add_grant(VoiceGrant(incoming_allow=True))
    return str(token.to_jwt())
