"""How the required skills relax while a caller waits: a generalist soon beats no specialist."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tier:
    """After so long in line these skills are no longer required; tiers add up."""

    after_seconds: int
    drop: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """From this wait on, the skills that are still required."""

    after_seconds: int
    skills: tuple[str, ...]


def relaxed_skills(
    skills: tuple[str, ...], tiers: Iterable[Tier], waited_seconds: float
) -> tuple[str, ...]:
    """The skills still required after this wait."""
    dropped = {
        skill for tier in tiers if waited_seconds >= tier.after_seconds for skill in tier.drop
    }
    return tuple(skill for skill in skills if skill not in dropped)


def relaxing_steps(skills: tuple[str, ...], tiers: Iterable[Tier]) -> tuple[Step, ...]:
    """Each wait at which fewer skills are required, in order; empty when none."""
    every = tuple(tiers)
    steps: list[Step] = []
    left = skills
    for after in sorted({tier.after_seconds for tier in every}):
        now_left = relaxed_skills(skills, every, after)
        if now_left != left:
            steps.append(Step(after, now_left))
            left = now_left
    return tuple(steps)
