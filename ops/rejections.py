"""Requests that the provider did not sign: counted, so that `hotline doctor` can tell of a wrong
token or address; nothing of the requests is kept.
"""

from redis import Redis, RedisError

COUNTERS = "hotline:counters"
"""A hash of counts; without a lifetime, a count of a few bytes."""
REJECTED = "signature_rejected"


class Rejections:
    """How many there were since this Redis was empty."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def count(self) -> None:
        """One more; with Redis away the log alone has it."""
        try:
            self._redis.hincrby(COUNTERS, REJECTED, 1)
        except RedisError:
            return

    def so_far(self) -> int:
        """The count; raises RedisError."""
        return int(self._redis.hget(COUNTERS, REJECTED) or 0)
