"""What the console is given: ready objects and plain values, named by what it asks of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from redis import Redis
from sqlalchemy.orm import Session, sessionmaker

from calls.kinds import Kind
from calls.models import Call, CallEvent, Turn
from calls.photos import PhotoStore
from ops.settings import PhoneSettings
from security.users import Users

SHOP_ZONE = ZoneInfo("Asia/Shanghai")


class CallReader(Protocol):
    """The call record (calls.log.CallLog); pages read it, and note what a person did with it."""

    def call(self, sid: str) -> Call | None:
        """One call."""

    def turns(self, sid: str) -> Sequence[Turn]:
        """Its exchanges with the bot, in order."""

    def events(self, sid: str) -> Sequence[CallEvent]:
        """What happened to it, in order."""

    def append(self, call_sid: str, kind: Kind, now: datetime, **data: Any) -> None:
        """Note an event."""

    def recent(self, limit: int) -> Sequence[Call]:
        """The last calls, newest first."""


class LiveReader(Protocol):
    """What happens now (calls.live.LiveFeed)."""

    def read(self, after: str, block_ms: int) -> Sequence[tuple[str, dict[str, Any]]]:
        """Messages after this id; waits for at most `block_ms`."""

    def last_id(self) -> str:
        """Id of the newest message: reading after it misses nothing."""


class PresenceDesk(Protocol):
    """Agents' status and state (queues.presence.Presence)."""

    def sign_in(
        self, agent_id: str, name: str, skills: dict[str, int], endpoint: str, now_ms: int
    ) -> Any:
        """Begin to be present."""

    def set_status(self, agent_id: str, status: Any, now_ms: int) -> Any:
        """What the agent chose."""

    def heartbeat(self, agent_id: str, now_ms: int) -> Any:
        """The agent's desk is still open."""

    def wrap_up_done(self, agent_id: str, now_ms: int) -> Any:
        """The agent can take the next call."""

    def get(self, agent_id: str) -> Any:
        """Status, state and reservation, or None when not signed in."""

    def all(self, now_ms: int) -> Sequence[Any]:
        """Everybody who is signed in."""


class WaitingReader(Protocol):
    """Callers in line (queues.waiting.Waiting)."""

    def all(self) -> Sequence[Any]:
        """With call_sid, plan, skills (required now), joined_ms, caller_masked, state."""


class ReservationReader(Protocol):
    """Offers to agents (queues.reservations.Reservations)."""

    def get(self, reservation_id: str) -> Any:
        """One offer, or None."""


class RosterReader(Protocol):
    """Who the agents are (queues.roster.Roster)."""

    def get(self, agent_id: str) -> Any:
        """Name, skills, endpoint, or None."""


@dataclass(frozen=True)
class ConsoleDeps:
    """Everything that the pages use."""

    session_factory: sessionmaker[Session]
    redis: Redis
    users: Users
    call_log: CallReader
    live: LiveReader
    presence: PresenceDesk
    reservations: ReservationReader
    waiting: WaitingReader
    roster: RosterReader
    recordings_folder: Path
    photos: PhotoStore
    phone: PhoneSettings
    token_for: Callable[[str], str] | None
    """Voice SDK token for an identity; None where the agents' phone is the box."""
    now: Callable[[], datetime]
    wake_dispatcher: Callable[[], None]
    """Someone became free: match now."""
    zone: ZoneInfo = SHOP_ZONE
    """Times on the screen are of this zone."""
    live_streams: int = 4
    """Pages of live calls that may be open at once in this process. Each stream holds a thread:
    keep both limits together below half of them, the rest are for webhooks and pages."""
    desk_streams: int = 8
    """Agents' desks, counted apart so that watchers cannot lock agents out."""

    @property
    def now_ms(self) -> int:
        """Now in milliseconds of the epoch, as the queues count."""
        return int(self.now().timestamp() * 1000)
