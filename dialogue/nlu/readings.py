"""Several readings of one utterance, as a recogniser gives them, brought to one understanding."""

from collections.abc import Sequence

from dialogue.turns import Understanding

MAX_READINGS = 5
"""Further ones weigh next to nothing and cost time."""
UNSURE = 0.3
"""What a reading in which nothing is sure counts beside one of full confidence."""


def combine(understood: Sequence[tuple[Understanding, float]]) -> Understanding:
    """The understanding on which most weight agrees: requests by what all readings say, words and
    values out of the likeliest reading that says so. Weights are likelihoods of any scale.
    """
    agreed: dict[frozenset[str], float] = {}
    for understanding, weight in understood:
        asked = _asked(understanding)
        agreed[asked] = agreed.get(asked, 0.0) + weight * _sureness(understanding)
    if not agreed:
        return Understanding((), ())
    chosen = max(agreed, key=lambda asked: agreed[asked])
    return max(
        ((u, weight) for u, weight in understood if _asked(u) == chosen), key=lambda pair: pair[1]
    )[0]


def _asked(understanding: Understanding) -> frozenset[str]:
    return frozenset(intent.id for intent in understanding.intents)


def _sureness(understanding: Understanding) -> float:
    confidences = [intent.confidence for intent in understanding.intents]
    return sum(confidences) / len(confidences) if confidences else UNSURE
