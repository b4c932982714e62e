from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from calls.kinds import Kind
from console.digest import digest

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


@dataclass
class Event:
    kind: str
    data: dict[str, Any] = field(default_factory=dict)
    at: datetime = AT


def heard(turn, text):
    return Event(Kind.HEARD.value, {"turn": turn, "text": text, "confidence": 0.9})


def test_a_reply_that_is_decided_and_then_spoken_is_one_line():
    told = digest(
        [
            heard(1, "where is my parcel"),
            Event(Kind.REPLIED.value, {"turn": 1, "text": "On its way.", "latency_ms": 500}),
            Event(Kind.BOT_SAID.value, {"text": "On its way.", "interrupted": True}),
        ]
    )

    assert [(line.party, line.text) for line in told.lines] == [
        ("caller", "where is my parcel"),
        ("bot", "On its way."),
    ]
    assert told.lines[1].interrupted


def test_emotion_goes_to_the_words_it_was_heard_in():
    told = digest(
        [
            heard(1, "hello"),
            heard(2, "this is a disgrace"),
            Event(Kind.EMOTION.value, {"turn": 2, "score": 0.9, "level": 3, "reasons": ["words"]}),
        ]
    )

    assert [line.level for line in told.lines] == [None, 3]
    assert told.emotion["score"] == 0.9


def test_an_abstained_reading_is_not_shown():
    abstained = Event(Kind.EMOTION.value, {"turn": 1, "score": 0.4, "level": 2, "abstained": True})

    assert digest([heard(1, "hello"), abstained]).emotion is None


def test_requests_and_values_are_listed_once_in_order():
    def understood(*ids):
        intents = [{"id": name, "confidence": 0.9} for name in ids]
        values = [{"kind": "order_id", "value": "2025", "words": "2025"}]
        return Event(Kind.UNDERSTOOD.value, {"intents": intents, "entities": values})

    told = digest([understood("return_goods", "refund_request"), understood("return_goods")])

    assert told.intents == ("return_goods", "refund_request")
    assert len(told.entities) == 1


def test_the_place_in_line_is_the_last_one_told():
    told = digest(
        [
            Event(Kind.QUEUED.value, {"queue": "billing", "position": 3, "boost_seconds": 0}),
            Event(Kind.MOVED.value, {"position": 1, "boost_seconds": 120}),
        ]
    )

    assert told.queue == {"queue": "billing", "position": 1, "boost_seconds": 120}
