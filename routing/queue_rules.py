"""The house's queues as values: what leads where, what an agent must know."""

from collections.abc import Mapping
from dataclasses import dataclass

from routing.overflow import Step, Tier, relaxing_steps
from routing.plan import RoutePlan
from routing.priority import DEFAULT_WEIGHTS, Weights


@dataclass(frozen=True, slots=True)
class Lead:
    """One way into a queue; an empty set does not matter, but not both are empty."""

    intents: frozenset[str]
    categories: frozenset[str]

    def fits(self, intent: str, category: str | None) -> bool:
        """True when the request is one that this line names."""
        return (not self.intents or intent in self.intents) and (
            not self.categories or category in self.categories
        )


@dataclass(frozen=True, slots=True)
class QueueRule:
    """One queue."""

    id: str
    name: Mapping[str, str]
    """By language: zh, en."""
    leads: tuple[Lead, ...] = ()
    skills: tuple[str, ...] = ()
    """Required, without the language."""
    preferred: tuple[str, ...] = ()
    """Welcome, never waited for."""
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Rules:
    """Every queue in order of precedence, and the figures of priority."""

    queues: tuple[QueueRule, ...]
    default: str
    languages: Mapping[str, str]
    """Language of a call -> skill of an agent."""
    weights: Weights = DEFAULT_WEIGHTS

    def queue(self, queue_id: str) -> QueueRule:
        """The queue of this id, else the default one: a plan may be older than the file."""
        found = {queue.id: queue for queue in self.queues}
        return found.get(queue_id) or found[self.default]

    def choose(self, intent: str, category: str | None) -> QueueRule:
        """The first queue that the request leads to, else the default one."""
        for queue in self.queues:
            if any(lead.fits(intent, category) for lead in queue.leads):
                return queue
        return self.queue(self.default)

    def steps(self, plan: RoutePlan) -> tuple[Step, ...]:
        """How this plan's skills relax while its caller waits; the language never does."""
        return relaxing_steps(plan.skills, self.queue(plan.queue).tiers)
