"""Knobs of the exchange: time limits, and the ways in which a real network misbehaves."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Say = Callable[[str, str], Awaitable[bytes]]
"""Text and language to 8 kHz mu-law."""


@dataclass(frozen=True, slots=True)
class Number:
    """A telephone number of the account and the addresses that answer for it."""

    e164: str
    voice_url: str
    fallback_url: str | None = None
    status_callback: str | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """How this exchange behaves; the defaults are Twilio's on a good day."""

    webhook_timeout: float = 15.0
    """Seconds for one webhook in all; Twilio's hard cap."""
    webhook_connect_timeout: float = 5.0
    duplicate_webhooks: bool = False
    """Send every call webhook twice with the same idempotency token."""
    reorder_callbacks: bool = False
    """Let every other status callback arrive after its successor."""
    frame_loss: float = 0.0
    """Share of media frames that never reach the application."""
    jitter_ms: int = 0
    """Most delay added to a media frame; order is kept, as on TCP."""
    late_participant_leave: bool = False
    """participant-leave arrives after conference-end."""
    trial: bool = False
    """A trial account: `<Stream>` and `<Record>` stripped, two calls at once."""
    seed: int = 0
    """Seed of loss and jitter, so that a run can be repeated."""
    max_redirects: int = 100
    """Documents of one call within a second; more is a loop and ends with 11200."""
