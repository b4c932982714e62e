"""The call record on real SQLite and the live feed on a real redis-server."""

import logging
import sqlite3
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis as redis_client
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from calls.errors import FeedUnavailable, RecordFailed
from calls.kinds import Kind
from calls.live import KEPT, STREAM, LiveFeed
from calls.log import CallLog

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CALL = "CA" + "1" * 32


@pytest.fixture
def news() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def log(session_factory: sessionmaker[Session], news: list[dict[str, Any]]) -> CallLog:
    return CallLog(session_factory, news.append)


def opened(log: CallLog, sid: str = CALL, now: datetime = NOW) -> bool:
    return log.open_call(
        sid, caller="+8613800138000", called="+1800", language="zh", customer_id=None, now=now
    )


def test_a_repeated_webhook_opens_no_second_call(log: CallLog) -> None:
    assert opened(log)
    assert not opened(log, now=NOW + timedelta(seconds=3))
    call = log.call(CALL)
    assert call is not None and call.started_at == NOW and call.status == "ringing"


def test_of_many_webhooks_at_once_exactly_one_opens_the_call(log: CallLog) -> None:
    answers: list[bool] = []
    barrier = threading.Barrier(8)

    def ring() -> None:
        barrier.wait(timeout=5)
        answers.append(opened(log))

    threads = [threading.Thread(target=ring) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(answers) == [False] * 7 + [True]


def test_an_event_is_kept_and_shown(log: CallLog, news: list[dict[str, Any]]) -> None:
    opened(log)
    log.append(CALL, Kind.HEARD, NOW, turn=1, text="我的快递到哪了", confidence=0.91)
    kept = log.events(CALL)[0]
    data = {"turn": 1, "text": "我的快递到哪了", "confidence": 0.91}
    assert (kept.kind, kept.at, kept.data) == ("turn.heard", NOW, data)
    assert news == [
        {"call_sid": CALL, "kind": "turn.heard", "at": "2026-11-22T09:00:00+00:00", "data": data}
    ]


@pytest.mark.parametrize("failure", [FeedUnavailable("write to", "down"), OSError("gone")])
def test_a_feed_that_is_down_costs_no_row(
    session_factory: sessionmaker[Session], caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    def publish(event: dict[str, Any]) -> None:
        raise failure

    log = CallLog(session_factory, publish)
    with caplog.at_level(logging.WARNING):
        log.append(CALL, Kind.ANSWERED, NOW)
    assert [event.kind for event in log.events(CALL)] == [Kind.ANSWERED]
    assert "kept but not shown" in caplog.text


def test_columns_change_by_name_and_a_misspelt_one_is_refused(log: CallLog) -> None:
    opened(log)
    log.update(CALL, status="waiting", queued_at=NOW, emotion_score=0.7)
    call = log.call(CALL)
    assert call is not None and (call.status, call.queued_at) == ("waiting", NOW)
    with pytest.raises(TypeError, match=r"\['stat'\] cannot be set in calls"):
        log.update(CALL, stat="waiting")


def test_a_call_that_was_never_opened_cannot_change(log: CallLog) -> None:
    with pytest.raises(RecordFailed, match="no such call"):
        log.update("CA" + "9" * 32, status="waiting")
    with pytest.raises(RecordFailed, match="FOREIGN KEY"):
        log.save_turn("CA" + "9" * 32, 1, NOW, heard="?")


def test_a_turn_grows_as_its_parts_become_known(log: CallLog) -> None:
    opened(log)
    log.save_turn(CALL, 1, NOW, heard="我要退货", confidence=0.8)
    log.save_turn(CALL, 1, NOW + timedelta(seconds=1), reply="好的", latency_ms=640)
    log.save_turn(CALL, 2, NOW + timedelta(seconds=9), heard="谢谢")
    first, second = log.turns(CALL)
    assert (first.heard, first.reply, first.latency_ms, first.at) == ("我要退货", "好的", 640, NOW)
    assert (second.number, second.reply, second.intents) == (2, "", [])


def test_a_call_ends_once_and_the_first_outcome_stays(log: CallLog) -> None:
    opened(log)
    assert log.end_call(CALL, "solved_by_bot", NOW + timedelta(seconds=60))
    assert not log.end_call(CALL, "caller_left", NOW + timedelta(seconds=61))
    call = log.call(CALL)
    assert call is not None
    assert (call.outcome, call.status) == ("solved_by_bot", "ended")
    assert call.ended_at == NOW + timedelta(seconds=60)


def test_legs_begin_and_end_once(log: CallLog) -> None:
    opened(log)
    leg = "CA" + "2" * 32
    assert log.add_leg(leg, CALL, "agent", NOW, agent_id="aisha")
    assert not log.add_leg(leg, CALL, "agent", NOW, agent_id="aisha")
    assert log.end_leg(leg, "completed", NOW) and not log.end_leg(leg, "failed", NOW)
    assert [(found.party, found.status) for found in log.legs(CALL)] == [("agent", "completed")]


def test_recent_calls_come_newest_first(log: CallLog) -> None:
    for number in range(3):
        opened(log, f"CA{number:032}", NOW + timedelta(minutes=number))
    assert [call.started_at.minute for call in log.recent(2)] == [2, 1]


def test_a_locked_database_is_a_clear_error_without_the_callers_words(
    session_factory: sessionmaker[Session], tmp_path: Path
) -> None:
    file = tmp_path / "hotline.db"
    impatient = create_engine(f"sqlite:///{file}", connect_args={"timeout": 0.05})
    log = CallLog(sessionmaker(impatient), lambda event: None)
    holder = sqlite3.connect(file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        with pytest.raises(RecordFailed, match="database is locked") as caught:
            log.append(CALL, Kind.HEARD, NOW, text="my card number is")
    finally:
        holder.close()
        impatient.dispose()
    assert caught.value.retryable and "card" not in str(caught.value)


def test_a_full_disk_is_a_clear_error(session_factory: sessionmaker[Session]) -> None:
    log = CallLog(session_factory, lambda event: None)
    engine = session_factory.kw["bind"]
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        # SQLite's own way to run out of space: the file may not grow by another page.
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    with pytest.raises(RecordFailed, match=r"full.*check the database's disk space"):
        for _ in range(200):
            log.append(CALL, Kind.HEARD, NOW, text="x" * 500)


@pytest.fixture(params=[False, True], ids=["bytes", "text"])
def feed(redis_url: str, request: pytest.FixtureRequest) -> Iterator[LiveFeed]:
    client = redis_client.Redis.from_url(redis_url, decode_responses=request.param)
    yield LiveFeed(client)
    client.close()


def happened(number: int) -> dict[str, Any]:
    return {"call_sid": CALL, "kind": "turn.heard", "at": NOW.isoformat(), "data": {"n": number}}


def test_a_watcher_sees_everything_after_its_last_id_in_order(feed: LiveFeed) -> None:
    feed.publish(happened(0))
    last = feed.last_id()
    for number in (1, 2, 3):
        feed.publish(happened(number))
    seen = feed.read(last, block_ms=100)
    assert [event for _, event in seen] == [happened(1), happened(2), happened(3)]
    assert feed.read(seen[-1][0], block_ms=20) == []


def test_an_empty_feed_can_be_followed_from_its_beginning(feed: LiveFeed) -> None:
    last = feed.last_id()
    assert feed.read(last, block_ms=20) == [] and feed.tail() == []
    feed.publish(happened(1))
    assert [event for _, event in feed.read(last, block_ms=100)] == [happened(1)]


def test_a_waiting_watcher_wakes_when_something_happens(feed: LiveFeed) -> None:
    timer = threading.Timer(0.1, feed.publish, [happened(7)])
    timer.start()
    assert [event for _, event in feed.read(block_ms=3000)] == [happened(7)]
    timer.join(timeout=5)


def test_a_page_that_opens_sees_the_newest_in_order(feed: LiveFeed) -> None:
    for number in range(5):
        feed.publish(happened(number))
    assert [event["data"]["n"] for _, event in feed.tail(3)] == [2, 3, 4]


def test_the_feed_keeps_about_its_limit(feed: LiveFeed, redis_url: str) -> None:
    client = redis_client.Redis.from_url(redis_url)
    pipe = client.pipeline(transaction=False)
    for _ in range(KEPT + 500):
        pipe.xadd(STREAM, {"event": "{}"})
    pipe.execute()
    feed.publish(happened(1))
    assert KEPT <= client.xlen(STREAM) < KEPT + 200
    client.close()


def test_a_wait_longer_than_the_socket_timeout_is_no_failure(redis_url: str) -> None:
    client = redis_client.Redis.from_url(redis_url, socket_timeout=0.8)
    assert LiveFeed(client).read(block_ms=60_000) == []
    client.close()


def test_a_feed_without_redis_says_so() -> None:
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = redis_client.Redis(host="127.0.0.1", port=9, retry=Retry(NoBackoff(), 0))
    with pytest.raises(FeedUnavailable, match=r"could not write to the live feed.*is Redis up\?"):
        LiveFeed(client).publish(happened(1))


def asked(log: CallLog, sid: str, days_ago: int, *intents: str, caller: str = "+861") -> None:
    at = NOW - timedelta(days=days_ago)
    log.open_call(sid, caller=caller, called="+1", language="zh", customer_id=None, now=at)
    found = [{"id": intent, "confidence": 0.9, "words": ""} for intent in intents]
    log.save_turn(sid, 1, at, intents=found)


def test_earlier_calls_of_a_number_are_found_with_what_they_asked_for(log: CallLog) -> None:
    asked(log, "CA1", 9, "invoice")  # too long ago
    asked(log, "CA2", 3, "track_package", "affirm")
    asked(log, "CA3", 1, "refund_request")
    asked(log, "CA4", 1, "invoice", caller="+862")  # somebody else
    log.open_call("CA5", caller="+861", called="+1", language="zh", customer_id=None, now=NOW)

    week = NOW - timedelta(days=7)
    assert log.earlier("+861", week, NOW) == [["refund_request"], ["track_package", "affirm"]]
    assert log.earlier("+861", week, NOW, limit=1) == [["refund_request"]]
    assert log.earlier("+869", week, NOW) == []


def test_a_refused_analysis_leaves_no_reading_behind(log: CallLog) -> None:
    for sid in (CALL, "CA2"):
        opened(log, sid)
        log.update(sid, emotion_score=0.9, emotion_level=3)
        log.save_turn(sid, 1, NOW, heard="投诉", emotion={"score": 0.9, "level": 3})
        for kind in (Kind.HEARD, Kind.EMOTION, Kind.ALERTED):
            log.append(sid, kind, NOW)

    log.forget_emotion(CALL)
    log.forget_emotion(CALL)

    call, other = log.call(CALL), log.call("CA2")
    assert call is not None and (call.emotion_score, call.emotion_level) == (None, None)
    assert [(turn.heard, turn.emotion) for turn in log.turns(CALL)] == [("投诉", None)]
    assert [event.kind for event in log.events(CALL)] == [Kind.HEARD]
    assert other is not None and other.emotion_level == 3 and len(log.events("CA2")) == 3


def test_a_refused_analysis_leaves_the_head_start_without_what_it_rested_on(log: CallLog) -> None:
    opened(log, CALL)
    vip = {"name": "vip", "seconds": 60, "reason": "gold member", "facts": {"member_level": "gold"}}
    felt = {"name": "emotion", "seconds": 120, "reason": "furious", "facts": {"level": 3}}
    log.append(CALL, Kind.QUEUED, NOW, queue="general", boost_seconds=180, terms=[vip, felt])
    log.append(CALL, Kind.OFFERED, NOW, agent="Aisha")

    log.forget_emotion(CALL)

    joined, offered = log.events(CALL)
    assert joined.data["terms"] == [vip, {**felt, "reason": "", "facts": {}}]
    assert (joined.data["boost_seconds"], offered.data) == (180, {"agent": "Aisha"})
