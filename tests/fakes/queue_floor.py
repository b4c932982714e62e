"""A caller who waits and an agent who is available, in one call each."""

from queues.presence import Presence
from queues.waiting import Waiting
from routing.plan import Priority, RoutePlan

LEASE = 15_000


def plan(skills, boost=0) -> RoutePlan:
    return RoutePlan("general", tuple(sorted(skills)), Priority((), boost), "because")


def join(waiting: Waiting, sid: str, skills, now: int, boost: int = 0):
    return waiting.join(
        sid, plan(skills, boost), now, language="zh", story=(), caller_masked="+86*****1"
    )


def sign_in(presence: Presence, agent_id: str, skills, now: int) -> None:
    presence.sign_in(agent_id, agent_id, dict.fromkeys(skills, 3), f"client:{agent_id}", now)
    presence.set_status(agent_id, "available", now)
