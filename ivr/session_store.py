"""Where live calls are kept between two events: a Redis hash per call, saved with a version check.

Keys (all expire a day after the last touch, which is longer than any call):
  {call:<sid>}         hash: state (JSON), version, and due:<version> per save whose effects are not
                       yet performed: {"until_ms": lease of the performer, "effects": [...]}
  {call:<sid>}:reply:* the TwiML that answered a webhook, replayed to its duplicates
  token:<nonce>        a stream token that was used
"""

import msgspec
from redis import Redis, RedisError

from ivr import effects as fx
from ivr.errors import CallStateLost, LiveStateUnavailable
from ivr.state import CallState

LIFETIME_SECONDS = 24 * 3600
TOKEN_SECONDS = 3600
DUE = "due:"
PERFORM_MS = 20_000
"""A performer that has not reported by then has died: longer than any effect's own limits."""

# KEYS[1] call hash; ARGV: expected version ("" = must be new), state, new version, due or "",
# lifetime, field of due. Returns 1 if saved, 0 if another was first.
_SAVE = """
local held = redis.call('HGET', KEYS[1], 'version')
if (held or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'version', ARGV[3])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], ARGV[6], ARGV[4]) end
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""
# KEYS[1] call hash; ARGV: field, its value as seen, its value with a new lease. Returns 1 for the
# one process that takes it over.
_TAKE_OVER = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""

AnyEffect = (
    fx.Log
    | fx.SaveTurn
    | fx.UpdateCall
    | fx.ForgetEmotion
    | fx.JoinQueue
    | fx.LeaveQueue
    | fx.MovePriority
    | fx.BringCaller
    | fx.FinishReservation
    | fx.ReturnToQueue
    | fx.CloseCall
)


class Due(msgspec.Struct, frozen=True):
    """Effects of one save, and until when their performer has the word."""

    until_ms: int
    effects: tuple[AnyEffect, ...]


class Held(msgspec.Struct, frozen=True):
    """What is kept of a call: its state, and the effects of each save that nobody reported done."""

    state: CallState
    due: dict[str, Due]


class SessionStore:
    """Live calls on Redis. Every method raises LiveStateUnavailable when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._save = redis.register_script(_SAVE)
        self._take_over = redis.register_script(_TAKE_OVER)
        self._state = msgspec.json.Decoder(CallState)
        self._due = msgspec.json.Decoder(Due)

    def load(self, call_sid: str) -> Held | None:
        """The call as it is kept; None: unknown call."""
        try:
            kept: dict[str, str] = self._redis.hgetall(_key(call_sid))  # type: ignore[assignment]
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem
        if "state" not in kept:
            return None
        try:
            due = {k: self._due.decode(v) for k, v in kept.items() if k.startswith(DUE)}
            return Held(self._state.decode(kept["state"]), due)
        except msgspec.MsgspecError as problem:
            raise CallStateLost(call_sid, str(problem)) from problem

    def save(
        self,
        state: CallState,
        *,
        expected: int | None,
        effects: tuple[fx.Effect, ...],
        now_ms: int,
    ) -> bool:
        """Save if the held version is `expected` (None: the call is new). False: another was first.

        The effects stay listed until `performed`; the caller performs them now.
        """
        due = Due(now_ms + PERFORM_MS, effects) if effects else None  # type: ignore[arg-type]
        arguments: list[str | bytes] = [
            "" if expected is None else str(expected),
            msgspec.json.encode(state),
            str(state.version),
            msgspec.json.encode(due) if due else "",
            str(LIFETIME_SECONDS),
            due_field(state.version),
        ]
        try:
            return bool(self._save(keys=[_key(state.call_sid)], args=arguments))
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem

    def take_over(self, call_sid: str, field: str, due: Due, now_ms: int) -> bool:
        """Claim overdue effects whose performer died; True for one process only."""
        mine = msgspec.structs.replace(due, until_ms=now_ms + PERFORM_MS)
        arguments: list[str | bytes] = [field, msgspec.json.encode(due), msgspec.json.encode(mine)]
        try:
            return bool(self._take_over(keys=[_key(call_sid)], args=arguments))
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem

    def performed(self, call_sid: str, field: str) -> None:
        """The effects of this save are done."""
        try:
            self._redis.hdel(_key(call_sid), field)
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem

    def first_reply(self, call_sid: str, step: str, twiml: str) -> str:
        """Remember `twiml` as the answer to this step, or return the one that was given before."""
        key = f"{_key(call_sid)}:reply:{step}"
        try:
            if self._redis.set(key, twiml, nx=True, ex=LIFETIME_SECONDS):
                return twiml
            return self.reply(call_sid, step) or twiml
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem

    def reply(self, call_sid: str, step: str) -> str | None:
        """The answer that this step was given before."""
        try:
            known = self._redis.get(f"{_key(call_sid)}:reply:{step}")
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem
        return None if known is None else str(known)

    def use_token(self, nonce: str) -> bool:
        """True for the first use of a stream token only."""
        try:
            return bool(self._redis.set(f"token:{nonce}", "used", nx=True, ex=TOKEN_SECONDS))
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem


def due_field(version: int) -> str:
    """The field of the effects that the save of this version asked for."""
    return f"{DUE}{version}"


def version_of(field: str) -> int:
    """The save whose effects are in this field; they are caught up in the order of the saves."""
    return int(field.removeprefix(DUE))


def _key(call_sid: str) -> str:
    return f"{{call:{call_sid}}}"
