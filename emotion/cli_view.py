"""What `hotline emotion` prints: one utterance's two readings and their fusion as JSON."""

from typing import Any

from emotion.fusion import Heard
from emotion.labels import AcousticReading, EmotionReading, LexicalReading
from emotion.reasons import reason


def to_json(heard: Heard) -> dict[str, Any]:
    """The three parts, a part without evidence is null; and why, where nothing is judged."""
    told: dict[str, Any] = {
        "acoustic": acoustic_json(heard.acoustic),
        "lexical": lexical_json(heard.lexical),
        "fused": fused_json(heard.reading),
    }
    return told | ({"abstained": _whys(heard.reading)} if heard.reading.abstained else {})


def text_json(reading: LexicalReading) -> dict[str, Any]:
    """The words alone; and why, where they say nothing."""
    told = lexical_json(reading)
    if told is None:
        return {"lexical": None, "abstained": [str(reason("no_words"))]}
    return {"lexical": told}


def acoustic_json(reading: AcousticReading | None) -> dict[str, Any] | None:
    """Arousal, anger and confidence, 0-1."""
    if reading is None:
        return None
    return {
        "arousal": round(reading.arousal, 3),
        "anger": round(reading.anger, 3),
        "confidence": round(reading.confidence, 3),
    }


def lexical_json(reading: LexicalReading) -> dict[str, Any] | None:
    """Level 0-3 and the words it rests on; null when nothing was said in the language."""
    if reading.confidence == 0.0:
        return None
    return {
        "level": reading.level,
        "confidence": round(reading.confidence, 3),
        "words": list(reading.words),
    }


def fused_json(reading: EmotionReading) -> dict[str, Any] | None:
    """Score, level, confidence, reasons; null when the scorer abstained."""
    if reading.abstained:
        return None
    return {
        "score": round(reading.score, 3),
        "level": reading.level,
        "confidence": round(reading.confidence, 3),
        "reasons": _whys(reading),
    }


def _whys(reading: EmotionReading) -> list[str]:
    return [str(why) for why in reading.reasons]
