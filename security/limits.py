"""What may be done so often and no more, counted in Redis: log-ins, guesses, text messages."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from redis import Redis

MAX_FAILURES = 6
WINDOW_SECONDS = 300
MAX_GUESSES, GUESS_SECONDS = 10, 3600
"""Wrong answers about one customer in all calls together: more than people need, and of the ten
thousand ends of an order number too few."""
TEXTS_PERIOD = timedelta(hours=24)


class LoginLimit:
    """At most `max_failures` log-in attempts per name and address in a window; success clears."""

    def __init__(
        self,
        redis: "Redis",
        *,
        max_failures: int = MAX_FAILURES,
        window_seconds: int = WINDOW_SECONDS,
    ) -> None:
        self._redis = redis
        self._max = max_failures
        self._window_seconds = window_seconds

    def attempt(self, username: str, address: str) -> bool:
        """Count an attempt before the password is looked at; False: refuse it.

        Counting first means that guesses sent in parallel are counted too.
        """
        key = _key(username, address)
        with self._redis.pipeline(transaction=True) as moves:
            moves.set(key, 0, ex=self._window_seconds, nx=True)
            moves.incr(key)
            _, count = moves.execute()
        return int(count) <= self._max

    def seconds_left(self, username: str, address: str) -> int:
        """Seconds until the window ends and attempts are taken again."""
        left = self._redis.ttl(_key(username, address))
        return max(0, int(str(left)))

    def clear(self, username: str, address: str) -> None:
        """Forget the attempts: the right password was given."""
        self._redis.delete(_key(username, address))


def guess_limit(redis: Redis, most: int = MAX_GUESSES) -> Callable[[str], bool]:
    """Counts a wrong answer to "who calls" about a customer; False: no more for this hour."""
    limit = LoginLimit(redis, max_failures=most, window_seconds=GUESS_SECONDS)
    return lambda customer_id: limit.attempt(customer_id, "who calls")


class TextLimit:
    """How many messages a customer's telephone gets in 24 hours, in all calls together.

    Without it, whoever forges a calling number has codes sent to its owner all day long.
    """

    def __init__(self, redis: "Redis", most: int) -> None:
        self._redis = redis
        self._most = most
        """Messages to one telephone in 24 hours; 0: none is sent."""

    def take(self, customer_id: str, message: str, now: datetime) -> bool:
        """Count a message before it is sent; False: the telephone has had its most.

        `message` is the key of what is sent: the same one again is one message. What is refused is
        not counted, so a telephone is free again a day after the first message, whoever asks.
        """
        # Sorted set of messages by time, lives a day; nobody is named in it.
        key, member, at = f"texts:{_digest(customer_id)}", _digest(message), now.timestamp()
        with self._redis.pipeline(transaction=True) as moves:
            moves.zremrangebyscore(key, "-inf", at - TEXTS_PERIOD.total_seconds())
            moves.zadd(key, {member: at}, nx=True)
            moves.zcard(key)
            moves.expire(key, TEXTS_PERIOD)
            _, added, count, _ = moves.execute()
        if not added or int(count) <= self._most:
            return True
        self._redis.zrem(key, member)
        return False


def _key(username: str, address: str) -> str:
    """Integer, lives one window. Hashed: no name and no address lies readable in Redis."""
    pair = f"{username.strip().casefold()}\n{address}"
    return f"login:attempts:{_digest(pair)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
