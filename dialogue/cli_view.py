"""An understanding as JSON, as `hotline understand` prints it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from dialogue.nlu.understander import Understander
from dialogue.turns import Intent, Understanding


def answer_line(
    mind: Understander, line: Mapping[str, Any], zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    """What {"id", "text", "lang", "now"} asks for; ValueError names a bad value.

    A moment without a zone is the shop's own clock; without a moment it is `now`.
    """
    text = line["text"]
    if not isinstance(text, str):
        raise ValueError(f"text {text!r} is not a string")
    language = line.get("lang") or line.get("language") or language_of(text)
    if language not in ("zh", "en"):
        raise ValueError(f"lang {language!r} is neither zh nor en")
    moment = now
    if line.get("now"):
        try:
            moment = datetime.fromisoformat(str(line["now"]))
        except ValueError:
            example = "2026-11-20T11:00:00+08:00"
            raise ValueError(
                f"now {line['now']!r} is no ISO 8601 moment, such as {example}"
            ) from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return {
        "id": line.get("id"),
        **to_json(mind.understand(text, language, moment), language),
    }


def language_of(text: str) -> str:
    """Mandarin if at least a fifth of the letters are Chinese characters."""
    letters = [letter for letter in text if letter.isalpha()]
    han = sum("\u4e00" <= letter <= "\u9fff" for letter in letters)
    return "zh" if han and han * 5 >= len(letters) else "en"


def to_json(understanding: Understanding, language: str) -> dict[str, Any]:
    """{"intents": [{"name", "confidence", "text"}], "entities": [{"type", "value", "text"}],
    "language"}; when nothing is sure, the likeliest reading with its low confidence.
    """
    intents = understanding.intents or understanding.alternatives[:1]
    return {
        "intents": [_intent(intent) for intent in intents],
        "entities": [
            {"type": e.kind, "value": e.value, "text": e.words} for e in understanding.entities
        ],
        "language": language,
    }


def _intent(intent: Intent) -> dict[str, Any]:
    return {"name": intent.id, "confidence": round(intent.confidence, 3), "text": intent.words}
