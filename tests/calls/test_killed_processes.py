"""kill -9 in the middle of the work: no recording lost, each call scored once, callers are back."""

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, update

from calls.kinds import Kind
from qa.models import QaScore
from recordings.models import Recording
from tests.calls.playing import AFTER_CALL_SECONDS, House, wait_until

pytestmark = pytest.mark.timeout(240)

TO_THE_END = {"wait_for_hangup": None, "within": 60}
ASK_FOR_PARCEL = {"interrupt_after": 1.5, "say": "我的快递到哪了"}
SHOWS_ORDER = ("wait_for_bot", {"say": "八四零一"})
"""The end of an order number, when the bot asks who calls."""
NO_MORE = {"keep_saying": "没有了谢谢", "times": 3, "within": 30, "until": "hangup"}


def scores_of(house: House, sid: str) -> int:
    with house.sessions() as session:
        return session.scalar(
            select(func.count()).select_from(QaScore).where(QaScore.call_sid == sid)
        )


def is_scored(house: House, sid: str) -> bool:
    return bool(house.recordings(sid)) and house.recordings(sid)[0].state == "scored"


def in_hand(house: House, sids: list[str], states: tuple[str, ...]) -> Recording | None:
    """A recording on which the worker is at work in this moment."""
    held = [r for sid in sids for r in house.recordings(sid)]
    now = datetime.now(UTC)
    return next(
        (r for r in held if r.state in states and r.lease_until and r.lease_until > now), None
    )


def assert_resumed(house: House, sid: str, what: str) -> None:
    house.wait_event(sid, Kind.RESUMED, 60, what=what)
    assert not house.events(sid, Kind.FELL_BACK), "a stream was to be had again"


def test_a_worker_killed_in_the_middle_of_a_job_loses_nothing_and_scores_each_call_once(
    house: House,
) -> None:
    played = [
        house.call("Mei", "+8613800000101", ASK_FOR_PARCEL, "wait_for_bot", "hang_up"),
        house.call("Chen", "+8613800000106", ASK_FOR_PARCEL, "wait_for_bot", "hang_up"),
    ]
    sids = [played[0].call_sid("Mei"), played[1].call_sid("Chen")]

    # fetched and held: the file is ours, and its words are being written down
    victim = wait_until(lambda: in_hand(house, sids, ("fetched",)), 90, "a job to begin")
    killed = house.kill("worker")
    assert victim.path is not None
    file = house.demo.settings.store.recordings / victim.path
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    assert house.recordings(victim.call_sid)[0].state == "fetched", "the job had gone on"
    assert scores_of(house, victim.call_sid) == 0

    house.wait_for_another("worker", killed)
    for sid in sids:
        wait_until(lambda sid=sid: is_scored(house, sid), AFTER_CALL_SECONDS, f"score of {sid}")
        assert scores_of(house, sid) == 1
        assert len(house.recordings(sid)) == 1
        for once in (Kind.RECORDED, Kind.TRANSCRIBED, Kind.SCORED):
            assert len(house.events(sid, once)) == 1, once
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    for story in played:
        story.succeeded(10)


def test_a_job_that_was_done_but_not_noted_adds_nothing_when_it_is_done_again(
    house: House,
) -> None:
    """A worker that dies between its last word and the note of it: the step is repeated."""
    with house.sessions() as session:
        done = session.scalars(select(Recording).where(Recording.state == "scored")).first()
    assert done is not None, "the calls before this one were scored"
    for forgotten in ("fetched", "transcribed"):
        with house.sessions.begin() as session:
            session.execute(
                update(Recording)
                .where(Recording.sid == done.sid)
                .values(state=forgotten, attempts=7)
            )
        wait_until(
            lambda: is_scored(house, done.call_sid), AFTER_CALL_SECONDS, "the step to be repeated"
        )
    assert scores_of(house, done.call_sid) == 1
    for once in (Kind.RECORDED, Kind.TRANSCRIBED, Kind.SCORED):
        assert len(house.events(done.call_sid, once)) == 1, once


def test_a_media_process_killed_in_mid_call_loses_neither_dialogue_nor_place(house: House) -> None:
    house.stock_the_shop()
    wants_refund = house.call(
        "Oliver",
        "+8613800000102",
        {"interrupt_after": 2.0, "say": "i want to return my order and get a refund"},
        "wait_for_bot",
        {"say": "oliver hayes eight four zero two"},
        "wait_for_bot",  # the question whether this is right
        {"pause": 22},  # the process dies, is back and asks again
        {"say": "yes"},
        {"keep_saying": "no thank you", "times": 4, "within": 30, "until": "hangup"},
        TO_THE_END,
        language="en",
    )
    waits = house.call(
        "Zhao",
        "+8613800000190",
        {"interrupt_after": 1.5, "say": "我要改地址"},
        {"wait_for_person": None, "within": 120},
        TO_THE_END,
    )
    talking, waiting = wants_refund.call_sid("Oliver"), waits.call_sid("Zhao")
    house.wait_event(waiting, Kind.QUEUED, 40)
    joined = house.waiting.entry(waiting).joined_ms
    asked = house.wait_event(talking, Kind.REPLIED, 60, turn=2)
    house.wait_event(talking, Kind.BOT_SAID, 40, text=asked.data["text"])

    killed = house.kill("media")

    house.wait_for_another("media", killed)
    assert_resumed(house, talking, "stream")
    assert_resumed(house, waiting, "queue")
    assert house.waiting.entry(waiting).joined_ms == joined
    assert house.waiting.position(waiting).position == 1

    untouched = house.call(
        "Mei", "+8613800000101", ASK_FOR_PARCEL, *SHOWS_ORDER, NO_MORE, TO_THE_END
    )
    answering = house.agent(
        "yan", "available", {"answer": 1, "within": 40}, {"pause": 6}, "break", "hang_up"
    )
    connected = house.wait_event(waiting, Kind.CONNECTED, 40, agent_id="yan")
    assert (
        connected.data["waited_seconds"] * 1000 >= connected.at.timestamp() * 1000 - joined - 2000
    )
    answering.succeeded(60)
    waits.succeeded(30)
    wants_refund.succeeded(90)
    untouched.succeeded(60)

    ends = {
        sid: house.wait_event(sid, Kind.ENDED, 15).data["outcome"] for sid in (talking, waiting)
    }
    assert ends == {talking: "solved_by_bot", waiting: "answered_by_agent"}
    assert returned(house, "3126488402") == 1
    assert len(house.events(waiting, Kind.QUEUED)) == 1
    assert_was_never_interrupted(house, untouched.call_sid("Mei"))


def returned(house: House, order: str) -> int:
    """Orders of this number whose return is registered."""
    from aftersales.models import ShopOrder

    with house.sessions() as session:
        found = session.get(ShopOrder, order)
    return int(found is not None and found.return_state == "requested")


def assert_was_never_interrupted(house: House, sid: str) -> None:
    kinds: list[Any] = [event.kind for event in house.log.events(sid)]
    assert Kind.RESUMED not in kinds
    assert Kind.FELL_BACK not in kinds
    assert kinds.count(Kind.ANSWERED) == 1
    assert house.wait_event(sid, Kind.ENDED, 15).data["outcome"] == "solved_by_bot"


def test_a_web_process_killed_in_mid_call_stops_no_call_and_loses_nobody_in_line(
    house: House,
) -> None:
    talks = house.call(
        "Mei",
        "+8613800000101",
        ASK_FOR_PARCEL,
        *SHOWS_ORDER,
        "wait_for_bot",
        {"pause": 2},
        NO_MORE,
        TO_THE_END,
    )
    waits = house.call(
        "Zhao",
        "+8613800000190",
        {"interrupt_after": 1.5, "say": "我要改地址"},
        {"wait_for_person": None, "within": 120},
        TO_THE_END,
    )
    talking, waiting = talks.call_sid("Mei"), waits.call_sid("Zhao")
    house.wait_event(waiting, Kind.QUEUED, 40)
    joined = house.waiting.entry(waiting).joined_ms
    house.wait_event(talking, Kind.REPLIED, 40, turn=1)

    killed = house.kill("web")

    house.wait_for_another("web", killed)
    assert house.waiting.entry(waiting).joined_ms == joined
    answering = house.agent(
        "yan", "available", {"answer": 1, "within": 40}, {"pause": 6}, "break", "hang_up"
    )
    house.wait_event(waiting, Kind.CONNECTED, 40, agent_id="yan")
    answering.succeeded(60)
    waits.succeeded(30)
    talks.succeeded(60)
    ended = house.wait_event(waiting, Kind.ENDED, 15)
    assert ended.data["outcome"] == "answered_by_agent"
    assert_was_never_interrupted(house, talking)
    assert not house.events(waiting, Kind.RESUMED), "the stream was not touched"
