"""The judge on real tables: evidence gathered, each call scored once, also by two at once."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import sessionmaker

from calls.kinds import Kind
from calls.models import Call, CallEvent, Turn
from qa.errors import UnknownCall
from qa.judge import Judge, as_json
from qa.models import QaScore
from qa.scorecard import load_scorecard
from recordings.models import Recording, TranscriptSegment

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = START + timedelta(minutes=5)
SID = "CA" + "1" * 32


def at(seconds):
    return START + timedelta(seconds=seconds)


def call_with_aisha():
    """Mei complains about her fridge, waits 20 s and is answered by Aisha."""
    rows = [
        Call(
            sid=SID,
            caller_number="+8613800000001",
            called_number="+8640000000",
            language="zh",
            status="ended",
            outcome="answered_by_agent",
            agent_id="aisha",
            started_at=START,
            answered_at=at(2),
            queued_at=at(22),
            connected_at=at(42),
            ended_at=at(92),
        ),
        Turn(
            call_sid=SID,
            number=1,
            at=at(12),
            heard="冰箱坏了我要投诉",
            confidence=0.9,
            intents=[{"id": "complaint", "confidence": 0.9, "words": "我要投诉"}],
            emotion={"score": 0.7, "level": 2, "confidence": 0.7, "reasons": ["said 投诉"]},
            reply="非常抱歉,马上为您转人工。",
        ),
    ]
    for kind, seconds, data in [
        (Kind.BOT_SAID, 8, {"text": "您好,请问有什么可以帮您?", "heard_ms": 4000}),
        (Kind.BOT_SAID, 18, {"text": "非常抱歉,马上为您转人工。", "heard_ms": 3000}),
        (Kind.QUEUED, 22, {"queue": "appliance", "why": "冰箱坏了,生气"}),
        (Kind.POSITION, 26, {"position": 1, "expected_wait_seconds": 30}),
        (Kind.CONNECTED, 42, {"agent_id": "aisha", "waited_seconds": 20}),
    ]:
        rows.append(CallEvent(call_sid=SID, kind=kind.value, at=at(seconds), data=data))
    return rows


def recording():
    """From the answer (2 s) to the end; segment times are the recording's own."""
    silence = {"longest_silence_seconds": 9.0}
    rows = [
        Recording(
            sid="RE1",
            call_sid=SID,
            source_url="http://127.0.0.1/RE1",
            state="transcribed",
            seconds=90.0,
            channels=2,
            acoustics={"caller": silence, "agent": silence},
            announced_at=at(93),
        )
    ]
    for party, start_ms, end_ms, text in [
        ("agent", 40_500, 43_000, "您好我是客服"),
        ("caller", 44_000, 50_000, "我的冰箱坏了"),
        ("agent", 51_000, 60_000, "可以换货"),
        ("caller", 61_000, 80_000, "好的"),
        ("agent", 81_000, 84_000, "谢谢再见"),
    ]:
        rows.append(
            TranscriptSegment(
                recording_sid="RE1",
                party=party,
                start_ms=start_ms,
                end_ms=end_ms,
                text=text,
                confidence=0.9,
            )
        )
    return rows


@pytest.fixture
def judge(session_factory):
    return Judge(session_factory, load_scorecard())


def store(session_factory, rows):
    with session_factory.begin() as session:
        session.add(rows[0])
        session.flush()
        session.add_all(rows[1:])


def verdicts(score):
    return {finding["criterion"]: finding["verdict"] for finding in score.findings}


def test_a_good_call_passes_with_evidence_from_every_table(session_factory, judge):
    store(session_factory, call_with_aisha())
    store(session_factory, recording())
    score = judge.score_call(SID, LATER)
    assert set(verdicts(score).values()) == {"pass", "not_applicable"}
    assert (score.score, score.band, score.flagged) == (100.0, "pass", False)
    introduced = next(f for f in score.findings if f["criterion"] == "agent_introduced")
    assert introduced["points"] == introduced["weight"] == 10
    assert introduced["title"]["zh"] == "坐席问候"
    assert introduced["evidence"] == [
        {"quote": "您好我是客服", "party": "agent", "start_ms": 40_500, "end_ms": 43_000}
    ]


def test_without_a_recording_the_agents_words_are_not_assessed(session_factory, judge):
    store(session_factory, call_with_aisha())
    found = verdicts(judge.score_call(SID, LATER))
    assert found["agent_introduced"] == found["no_forbidden_words"] == "not_assessed"
    assert found["resolved"] == found["wait_announced"] == "pass"


def test_a_second_run_returns_the_first_row(session_factory, judge):
    store(session_factory, call_with_aisha())
    first = judge.score_call(SID, LATER)
    store(session_factory, recording())
    second = judge.score_call(SID, LATER + timedelta(hours=1))
    assert (second.id, second.scored_at) == (first.id, first.scored_at)


def test_two_workers_at_once_leave_one_score_and_both_read_it(session_factory, judge, monkeypatch):
    store(session_factory, call_with_aisha())
    together = threading.Barrier(2, timeout=20)
    work = Judge._judge

    def wait_for_the_other(self, evidence, now):
        together.wait()  # both have seen that there is no score yet
        return work(self, evidence, now)

    monkeypatch.setattr(Judge, "_judge", wait_for_the_other)
    found, times = [], [LATER, LATER + timedelta(seconds=9)]
    threads = [
        threading.Thread(target=lambda when=when: found.append(judge.score_call(SID, when)))
        for when in times
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    with session_factory() as session:
        assert session.scalar(select(func.count()).select_from(QaScore)) == 1
    assert len(found) == 2
    assert found[0].id == found[1].id and found[0].scored_at == found[1].scored_at


def test_another_version_of_the_scorecard_scores_the_call_again(session_factory, judge, tmp_path):
    store(session_factory, call_with_aisha())
    judge.score_call(SID, LATER)
    path = tmp_path / "strict.yaml"
    path.write_text(
        "name: strict\nversion: 2\ncriteria:\n"
        "  - {id: solved, title: {zh: 解决, en: solved},"
        " check: solved_or_handed_over, weight: 1}\n",
        encoding="utf-8",
    )
    strict = Judge(session_factory, load_scorecard(path)).score_call(SID, LATER)
    assert (strict.scorecard, strict.score) == ("strict@2", 100.0)


def test_a_call_without_a_row_is_refused_by_name(judge):
    with pytest.raises(UnknownCall, match="no call 'CA404' is recorded"):
        judge.score_call("CA404", LATER)


def test_a_call_that_was_never_answered_is_scored_not_crashed(session_factory, judge):
    rang = Call(
        sid=SID,
        caller_number="",
        called_number="+8640000000",
        language="en",
        outcome="failed",
        started_at=START,
    )
    store(session_factory, [rang])
    score = judge.score_call(SID, LATER)
    assert score.band == "flag" and verdicts(score)["answered"] == "fail"


def test_a_caller_who_hangs_up_at_once_is_not_scored(session_factory, judge):
    gone = Call(
        sid=SID,
        caller_number="+8613800000001",
        called_number="+8640000000",
        language="zh",
        outcome="caller_left",
        started_at=START,
        answered_at=at(2),
        ended_at=at(9),
    )
    store(session_factory, [gone])
    score = judge.score_call(SID, LATER)
    assert (score.score, score.band, score.flagged) == (None, "too_short", False)
    assert score.findings == [] and judge.score_call(SID, LATER).id == score.id


def test_the_json_view_survives_a_factory_that_expires_its_objects(session_factory):
    store(session_factory, call_with_aisha())
    expiring = sessionmaker(session_factory.kw["bind"])
    judge = Judge(expiring, load_scorecard())
    printed = as_json(judge.score_call(SID, LATER))
    assert printed == as_json(judge.score_call(SID, LATER))
    assert printed["call_sid"] == SID and printed["scorecard"] == "hotline-basic@3"
    assert len(json.loads(json.dumps(printed))["findings"]) == 12
