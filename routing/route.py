"""The decision itself: from a request to a queue, skills, a head start and the reason."""

from routing.plan import Priority, RoutePlan
from routing.priority import Feeling, priority
from routing.queue_rules import Rules
from routing.skills import required

_REASONS = {
    "asked": "the caller asked for a person",
    "stuck": "the bot was stuck",
    "angry": "the caller is angry",
    "needs_person": "the request needs a person",
}


def route(  # noqa: PLR0913 (one decision, each fact by its name)
    rules: Rules,
    *,
    intent: str,
    category: str | None,
    language: str,
    reason: str,
    member_level: str,
    emotion: Feeling | None,
    emotion_active: bool,
    repeat_calls: int = 0,
    promised: bool = False,
) -> RoutePlan:
    """Where this caller goes and why; `reason` is that of dialogue.turns.Handover."""
    queue = rules.choose(intent, category)
    language_skill = rules.languages.get(language)
    skills = required((*queue.skills, *((language_skill,) if language_skill else ())))
    head_start = priority(
        member_level=member_level,
        emotion=emotion,
        emotion_active=emotion_active,
        repeat_calls=repeat_calls,
        promised=promised,
        weights=rules.weights,
    )
    request = f"{intent} ({category})" if category else intent
    why = (
        f"{_REASONS.get(reason, reason)}; {request} leads to queue {queue.id}; "
        f"the agent needs {' and '.join(skills) or 'no special skill'}; {_describe(head_start)}"
    )
    return RoutePlan(queue.id, skills, head_start, why)


def _describe(head_start: Priority) -> str:
    terms = ", ".join(f"{term.name} {term.seconds} s" for term in head_start.terms if term.seconds)
    return f"head start {head_start.boost_seconds} s ({terms})" if terms else "no head start"
