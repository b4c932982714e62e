"""How long a caller will wait: told to the caller, so honest and simple rather than clever."""

import math
from collections.abc import Sequence

MEAN_HANDLE_SECONDS = 180
"""Talk and wrap-up of an after-sales call until the house has its own figure."""
_PRIOR_CALLS = 5
"""The house's own figure is believed half after so many calls."""
_LEAST_SECONDS, _MOST_SECONDS = 30.0, 900.0
"""No run of odd calls makes us promise less, or threaten more."""


def mean_handle_seconds(recent: Sequence[float]) -> float:
    """What the next call may take by the recent ones of its kind, with MEAN_HANDLE_SECONDS as
    prior.
    """
    held = [min(max(seconds, 0.0), 2 * _MOST_SECONDS) for seconds in recent]
    mean = (_PRIOR_CALLS * MEAN_HANDLE_SECONDS + sum(held)) / (_PRIOR_CALLS + len(held))
    return min(max(mean, _LEAST_SECONDS), _MOST_SECONDS)


def expected_wait_seconds(
    position: int,
    qualified_agents: int,
    mean_handle_seconds: float = MEAN_HANDLE_SECONDS,
    agents_free: int = 0,
) -> int | None:
    """Seconds until this position (1 = next) is answered; None when no agent could ever answer.

    With k callers ahead and s busy agents, departures come at rate s / handle time: the mean wait
    is (k + 1) * handle / s: Whitt 1999, Predicting Queueing Delays, Management Science 45(6).
    """
    if qualified_agents <= 0:
        return None
    ahead = position - min(agents_free, qualified_agents)
    return math.ceil(ahead * mean_handle_seconds / qualified_agents) if ahead > 0 else 0
