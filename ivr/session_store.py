"""Where live calls are kept between two events: a Redis hash per call, saved with a version check.

Keys (all expire a day after the last touch, which is longer than any call):
  {call:<sid>}         hash: state (JSON), version, pending (JSON list of effects not yet performed)
  {call:<sid>}:reply:* the TwiML that answered a webhook, replayed to its duplicates
  token:<nonce>        a stream token that was used
"""

from typing import Any

import msgspec
from redis import Redis, RedisError

from ivr import effects as fx
from ivr.errors import CallStateLost, LiveStateUnavailable
from ivr.state import CallState

LIFETIME_SECONDS = 24 * 3600
TOKEN_SECONDS = 3600

# KEYS[1] call hash; ARGV: expected version ("" = must be new), state, new version, pending,
# lifetime. Returns 1 if saved.
_SAVE = """
local held = redis.call('HGET', KEYS[1], 'version')
if (held or '') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'state', ARGV[2], 'version', ARGV[3], 'pending', ARGV[4])
redis.call('EXPIRE', KEYS[1], ARGV[5])
return 1
"""
# KEYS[1] call hash; ARGV: version whose effects were performed.
_PERFORMED = """
if redis.call('HGET', KEYS[1], 'version') == ARGV[1] then redis.call('HSET', KEYS[1], 'pending',
'[]') end
"""

Pending = tuple[fx.Effect, ...]
_EFFECTS = msgspec.json.Decoder(
    tuple[
        fx.Log
        | fx.SaveTurn
        | fx.UpdateCall
        | fx.JoinQueue
        | fx.LeaveQueue
        | fx.MovePriority
        | fx.BringCaller
        | fx.FinishReservation
        | fx.ReturnToQueue
        | fx.CloseCall,
        ...,
    ]
)


class SessionStore:
    """Live calls on Redis. Every method raises LiveStateUnavailable when Redis is away."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._save = redis.register_script(_SAVE)
        self._performed = redis.register_script(_PERFORMED)
        self._state = msgspec.json.Decoder(CallState)

    def load(self, call_sid: str) -> tuple[CallState, Pending] | None:
        """The call's state and the effects that a crash left undone; None: unknown call."""
        try:
            state, pending = self._redis.hmget(_key(call_sid), "state", "pending")
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem
        if state is None:
            return None
        try:
            return self._state.decode(state), _EFFECTS.decode(pending or "[]")
        except msgspec.MsgspecError as problem:
            raise CallStateLost(call_sid, str(problem)) from problem

    def save(self, state: CallState, *, expected: int | None, pending: Pending) -> bool:
        """Save if the held version is `expected` (None: the call is new). False: another was
        first.
        """
        held = "" if expected is None else str(expected)
        arguments: list[Any] = [
            held,
            msgspec.json.encode(state),
            state.version,
            msgspec.json.encode(pending),
            LIFETIME_SECONDS,
        ]
        try:
            return bool(self._save(keys=[_key(state.call_sid)], args=arguments))
        except RedisError as problem:
            raise LiveStateUnavailable(str(problem)) from problem

    def performed(self, state: CallState) -> None:
        """The pending effects of this version are done."""
        try:
            self._performed(keys=[_key(state.call_sid)], args=[state.version])
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


def _key(call_sid: str) -> str:
    return f"{{call:{call_sid}}}"
