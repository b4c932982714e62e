"""Every Redis key of the queues with type and lifetime, and the times that the scripts share.

All keys carry one hash tag, so that a script may touch any of them on a cluster: one primary (with
Sentinel) is the supported shape.
"""

ROOT = "{rt}"

HEARTBEAT_TTL_MS = 45_000
"""An agent's desk reports every 15 s; after three missed reports nothing is offered to it."""
MAX_CALL_MS = 4 * 3_600_000
"""The provider ends a call after 4 h (Twilio's default), so an accepted lease ends then too."""
FORGET_AFTER_MS = 24 * 3_600_000
"""Callers and silent agents are forgotten by the sweep after a day: a backstop, not a rule."""
ENDED_TTL_MS = 3_600_000
"""An ended reservation stays readable for late webhooks."""
HANDLED_KEPT = 20
"""So many recent calls of a kind say how long the next ones may take."""

KEYS: dict[str, tuple[str, str]] = {
    # lines and their callers
    "line:<signature>": ("zset", "callers by score; gone with its last caller"),
    "signatures": ("set", "lines that are not empty; gone with the last one"),
    "caller:<call_sid>": ("hash", "until the caller leaves; swept a day after joining"),
    "callers": ("zset", "call sid by joined_ms; same lifetime as its callers"),
    "relax": ("zset", "call sid by the time its skills relax; gone with its callers"),
    # agents
    "agent:<agent_id>": ("hash", "until the sweep a day after the last heartbeat"),
    "agents": ("zset", "agent id by last heartbeat; same lifetime as its agents"),
    "fresh": ("zset", "agent id by last heartbeat; an agent leaves after 45 s of silence"),
    "able": ("set", "available and fresh agents, any state; emptied by silence"),
    "able:<skill>": ("set", "the same, with this skill"),
    "idle": ("zset", "able agents without a call, by idle since; emptied by silence"),
    "idle:<skill>": ("zset", "the same, with this skill"),
    "wraps": ("zset", "agent id by the end of wrap-up; swept when due"),
    # offers
    "reservation:<id>": ("hash", "a day; an hour after it has ended"),
    "leases": (
        "zset",
        "reservation by deadline (pending) or longest call (accepted); swept when due",
    ),
    # how long calls took, talk and wrap-up
    "handled:<signature>": ("list", "ms of the last 20 calls that asked for these skills; a day"),
    # the dispatchers' bell
    "wake": ("list", "at most 8 tokens; an hour"),
}
"""Name after `{rt}:` -> type and lifetime. Those without a lifetime say who removes them."""


def key(name: str) -> str:
    """The full key of a name such as `caller:CA1`."""
    return f"{ROOT}:{name}"


def signature(skills: tuple[str, ...]) -> str:
    """The name of the line in which callers who need these skills wait."""
    return ",".join(sorted(skills))
