"""An understanding as JSON, for the command line, the call's timeline and the turn's record."""

from typing import Any

from dialogue.turns import Understanding


def to_json(understanding: Understanding) -> dict[str, Any]:
    """{"intents": [{"id", "confidence", "words"}], "entities": [{"kind", "value", "words"}]}."""
    return {
        "intents": [
            {"id": i.id, "confidence": round(i.confidence, 3), "words": i.words}
            for i in understanding.intents
        ],
        "entities": [
            {"kind": e.kind, "value": e.value, "words": e.words} for e in understanding.entities
        ],
    }
